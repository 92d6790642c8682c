import { type BulkDecoder, parseObject, Refusal, textOf } from "./client.ts";
import { isObject, JsonNumber, plain, type RawObject } from "./raw-json.ts";

/** iOS: loses all flags if one metadata value has an unexpected type, and ignores unknown members. */
export const swift: BulkDecoder = {
  name: "Swift",
  decode({ status, text }) {
    if (status === 304) return undefined;
    if (status !== 200 && status !== 400) throw new Refusal(`status ${status}`);
    const body = parseObject(text);
    if (status === 400) throw new Refusal(textOf(body, "errorCode"));
    const { flags } = body;
    if (!Array.isArray(flags)) throw new Refusal("flags is not a list");
    return new Map(
      flags.map((item): [string, RawObject] => {
        if (!isObject(item)) throw new Refusal("a flag is not an object");
        requireScalars(item);
        return [textOf(item, "key"), item];
      }),
    );
  },
  read(item, accessor) {
    if (item === undefined) return { errorCode: "FLAG_NOT_FOUND" };
    if (typeof item["errorCode"] === "string") return { errorCode: item["errorCode"] };
    const { value, variant } = item;
    if (value === undefined || value === null || typeof variant !== "string") return { errorCode: "TYPE_MISMATCH" };
    if (value instanceof JsonNumber) {
      // It reads every whole number as an integer, so a float flag with a whole value is a mismatch in every form.
      const isWhole = Number.isInteger(value.value);
      if (accessor === "integer" ? !isWhole : accessor !== "float" || isWhole) return { errorCode: "TYPE_MISMATCH" };
    } else if (accessor === "object" ? typeof value !== "object" : typeof value !== accessor) {
      return { errorCode: "TYPE_MISMATCH" };
    }
    return { value: plain(value) };
  },
};

function requireScalars({ metadata }: RawObject): void {
  if (metadata === undefined) return;
  if (!isObject(metadata)) throw new Refusal("metadata is not an object");
  for (const [name, value] of Object.entries(metadata)) {
    if (value === null || Array.isArray(value) || isObject(value)) throw new Refusal(`metadata.${name} is no scalar`);
  }
}
