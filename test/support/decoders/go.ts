import { loosely, parseObject, Refusal, requireSeconds, type SingleDecoder, textOf } from "./client.ts";
import { isObject } from "./raw-json.ts";

/** Go: a disabled flag is the default whatever value it has; without a value any other reason is a mismatch. */
export const go: SingleDecoder = {
  name: "Go",
  evaluate(answer, accessor) {
    const { status, text } = answer;
    if (status === 401 || status === 403) return { errorCode: "GENERAL" };
    if (status === 429) {
      requireSeconds(answer);
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
