import { loosely, parseObject, Refusal, requireSeconds, type SingleDecoder, textOf } from "./client.ts";
import { isObject } from "./raw-json.ts";

/** Go: ignores the value of a disabled flag. For any other reason, a missing value is a type mismatch. */
export const go: SingleDecoder = {
  name: "Go",
  evaluate(response, accessor) {
    const { status, text } = response;
    if (status === 401 || status === 403) return { errorCode: "GENERAL" };
    if (status === 429) {
      requireSeconds(response);
      return { errorCode: "GENERAL" };
    }
    if (status === 400 || status === 404) return { errorCode: textOf(parseObject(text), "errorCode") };
    if (status !== 200) return { errorCode: "GENERAL" };
    const { value, reason, metadata } = parseObject(text);
    if (metadata !== undefined && !isObject(metadata)) throw new Refusal("metadata is not an object");
    if (reason === "DISABLED") return {};
    if (value === undefined || value === null) return { errorCode: "TYPE_MISMATCH" };
    return loosely(value, accessor);
  },
};
