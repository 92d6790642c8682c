import { loosely, parseObject, requireSeconds, type SingleDecoder } from "./client.ts";
import { JsonNumber } from "./raw-json.ts";

const NEEDED = ["key", "value", "reason", "variant"];

/** Ruby: requires all four members of a resolution. It looks for the code of a 400 under a different name. */
export const ruby: SingleDecoder = {
  name: "Ruby",
  evaluate(response, accessor) {
    const { status, text } = response;
    if (status === 429) requireSeconds(response);
    if (status === 404) return { errorCode: "FLAG_NOT_FOUND" };
    if (status === 400) {
      const { error_code: code } = parseObject(text);
      return { errorCode: typeof code === "string" ? code : "GENERAL" };
    }
    if (status !== 200) return { errorCode: "GENERAL" };
    const body = parseObject(text);
    const { value } = body;
    if (value === undefined || value === null || !NEEDED.every((name) => name in body))
      return { errorCode: "PARSE_ERROR" };
    if (accessor === "integer" && !(value instanceof JsonNumber && value.isWhole))
      return { errorCode: "TYPE_MISMATCH" };
    return loosely(value, accessor);
  },
};
