import { loosely, parseObject, requireSeconds, type SingleDecoder } from "./client.ts";
import { JsonNumber } from "./raw-json.ts";

/** Rust: cannot parse a response without a value, and reads an integer only if it is written as one. */
export const rust: SingleDecoder = {
  name: "Rust",
  evaluate(response, accessor) {
    const { status, text } = response;
    if (status === 400) return { errorCode: "INVALID_CONTEXT" };
    if (status === 404) return { errorCode: "FLAG_NOT_FOUND" };
    if (status === 429) requireSeconds(response);
    if (status !== 200) return { errorCode: "GENERAL" };
    const { value } = parseObject(text);
    if (value === undefined || value === null) return { errorCode: "PARSE_ERROR" };
    if (accessor === "integer" && !(value instanceof JsonNumber && value.isInt64))
      return { errorCode: "TYPE_MISMATCH" };
    return loosely(value, accessor);
  },
};
