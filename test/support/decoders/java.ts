import { exactly, parseObject, Refusal, requireSeconds, type SingleDecoder } from "./client.ts";
import { isObject, JsonNumber } from "./raw-json.ts";

/** Java: reads every response as JSON, requires metadata without checking for it, and compares classes of numbers. */
export const java: SingleDecoder = {
  name: "Java",
  evaluate(response, accessor) {
    const { status, text } = response;
    // This includes 401, 403, 429 and 500: without a JSON body the client never reads Retry-After.
    const { value, variant, metadata } = parseObject(text);
    if (!isObject(metadata)) throw new Refusal("NullPointerException: metadata");
    if (Object.values(metadata).includes(null)) throw new Refusal("NullPointerException: a metadata value");
    if (status === 429) {
      requireSeconds(response);
      return { errorCode: "GENERAL" };
    }
    if (status === 400) return { errorCode: "INVALID_CONTEXT" };
    if (status === 404) return { errorCode: "FLAG_NOT_FOUND" };
    if (status === 401 || status === 403) return { errorCode: "GENERAL" };
    if (status !== 200) return { errorCode: "GENERAL" };
    if (value === undefined || value === null || variant === undefined) return { errorCode: "FLAG_NOT_FOUND" };
    if (accessor === "integer" && !(value instanceof JsonNumber && value.isInt32))
      return { errorCode: "TYPE_MISMATCH" };
    return exactly(value, accessor);
  },
};
