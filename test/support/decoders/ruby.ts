import { loosely, parseObject, requireSeconds, type SingleDecoder } from "./client.ts";
import { JsonNumber } from "./raw-json.ts";

const NEEDED = ["key", "value", "reason", "variant"];

/** Ruby: wants all four members of a resolution; looks for a 400's code under a name of its own and finds none. */
export const ruby: SingleDecoder = {
  name: "Ruby",
  evaluate(answer, accessor) {
    const { status, text } = answer;
    if (status === 429) requireSeconds(answer);
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
