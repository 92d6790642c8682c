import { type BulkDecoder, loosely, parseObject, Refusal, requireJson, textOf } from "./client.ts";
import { isObject, JsonNumber, type RawObject } from "./raw-json.ts";

const TOP_LEVEL = ["flags", "errorCode", "errorDetails"];
const OF_A_FLAG = ["value", "key", "reason", "variant", "errorCode", "errorDetails", "metadata"];
const ERROR_CODES = [
  "PROVIDER_NOT_READY",
  "FLAG_NOT_FOUND",
  "PARSE_ERROR",
  "TYPE_MISMATCH",
  "TARGETING_KEY_MISSING",
  "INVALID_CONTEXT",
  "GENERAL",
  "PROVIDER_FATAL",
];

/** Android: its JSON decoder rejects unknown members, and metadata other than text, Boolean or Int. */
export const kotlin: BulkDecoder = {
  name: "Kotlin",
  decode(response) {
    const { status, text } = response;
    if (status === 304) return undefined;
    if (status !== 400 && (status < 200 || status > 299)) throw new Refusal(`status ${status}`);
    requireJson(response);
    const body = parseObject(text);
    requireKnown(body, TOP_LEVEL);
    requireErrorCode(body);
    if (status === 400) throw new Refusal(textOf(body, "errorCode"));
    const { flags } = body;
    if (!Array.isArray(flags)) throw new Refusal("flags is not a list");
    return new Map(
      flags.map((item): [string, RawObject] => {
        if (!isObject(item)) throw new Refusal("a flag is not an object");
        requireKnown(item, OF_A_FLAG);
        requireErrorCode(item);
        requireMetadata(item);
        return [textOf(item, "key"), item];
      }),
    );
  },
  read(item, accessor) {
    if (item === undefined) return { errorCode: "FLAG_NOT_FOUND" };
    if (typeof item["errorCode"] === "string") return { errorCode: item["errorCode"] };
    const { value } = item;
    if (value === undefined || value === null) return { errorCode: "TYPE_MISMATCH" };
    if (accessor === "integer" && !(value instanceof JsonNumber && value.isInt32))
      return { errorCode: "TYPE_MISMATCH" };
    return loosely(value, accessor);
  },
};

function requireKnown(object: RawObject, names: readonly string[]): void {
  for (const name of Object.keys(object)) if (!names.includes(name)) throw new Refusal(`unknown member "${name}"`);
}

function requireErrorCode({ errorCode }: RawObject): void {
  if (errorCode !== undefined && !ERROR_CODES.some((code) => code === errorCode))
    throw new Refusal("unknown error code");
}

function requireMetadata(item: RawObject): void {
  if (!("metadata" in item)) return;
  if (!isObject(item["metadata"])) throw new Refusal("metadata is not an object");
  for (const [name, value] of Object.entries(item["metadata"])) {
    const isTaken =
      typeof value === "string" || typeof value === "boolean" || (value instanceof JsonNumber && value.isInt32);
    if (!isTaken) throw new Refusal(`metadata.${name} is no text, Boolean or Int`);
  }
}
