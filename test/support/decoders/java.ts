import { exactly, parseObject, Refusal, requireSeconds, type SingleDecoder } from "./client.ts";
import { isObject, JsonNumber } from "./raw-json.ts";

/** Java: reads every answer as JSON, copies metadata without looking whether it is there, and compares number classes. */
export const java: SingleDecoder = {
  name: "Java",
  evaluate(answer, accessor) {
    const { status, text } = answer;
    // Also of 401, 403, 429 and 500: without a body Retry-After is never looked at.
    const { value, variant, metadata } = parseObject(text);
    if (!isObject(metadata)) throw new Refusal("NullPointerException: metadata");
    if (Object.values(metadata).includes(null)) throw new Refusal("NullPointerException: a metadata value");
    if (status === 429) {
      requireSeconds(answer);
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
