import { loosely, parseObject, Refusal, requireSeconds, type SingleDecoder, textOf } from "./client.ts";
import { isObject, JsonNumber } from "./raw-json.ts";

/** .NET: reads an Int32 only without a decimal point, and stops for a minute after a 429 without Retry-After. */
export const dotnet: SingleDecoder = {
  name: ".NET",
  evaluate(response, accessor) {
    const { status, text, headers } = response;
    if (status === 401 || status === 403) return { errorCode: "PROVIDER_NOT_READY" };
    if (status === 429) {
      requireSeconds(response);
      if (!headers.has("retry-after")) throw new Refusal("silent for a minute");
      return { errorCode: "GENERAL" };
    }
    if (status === 400 || status === 404) return { errorCode: textOf(parseObject(text), "errorCode") };
    if (status !== 200) return { errorCode: "GENERAL" };
    const { value, metadata } = parseObject(text);
    if (metadata !== undefined && !isObject(metadata)) throw new Refusal("metadata is not an object");
    if (value === undefined || value === null) return {};
    if (accessor === "integer" && !(value instanceof JsonNumber && value.isInt32))
      return { errorCode: "TYPE_MISMATCH" };
    return loosely(value, accessor);
  },
};
