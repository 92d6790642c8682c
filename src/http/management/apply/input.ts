import { array, boolean, maxLength, optional, pipe, unknown } from "valibot";
import type { FlagInput } from "../../../flags/document.ts";
import { APPLY_LIMITS } from "../../../flags/limits.ts";
import type { SegmentInput } from "../../../flags/schema.ts";
import { type FieldError, InvalidInputError } from "../../../ops/errors.ts";
import { parseFlag } from "../flags/flag-forms.ts";
import { MAX_MANAGEMENT_BODY_BYTES } from "../json-body.ts";
import { parseSegment } from "../segments/input.ts";
import { fields, parseShape } from "../shape.ts";

const MAX_DOCUMENTS = APPLY_LIMITS.documents;
/** The parser stops after this many mistakes, because the response lists each of them. */
const MAX_MISTAKES = 50;

/** The flags and segments of one environment. */
export interface Project {
  flags: FlagInput[];
  segments: SegmentInput[];
  /** Whether flags and segments that are not listed are to be deleted. */
  isWhole: boolean;
}

const list = (noun: string) =>
  pipe(
    array(unknown(), `must be a list of ${noun}`),
    maxLength(MAX_DOCUMENTS, `must not contain more than ${MAX_DOCUMENTS} ${noun}`),
  );

export const applySchema = fields({
  flags: list("flags"),
  segments: optional(list("segments"), []),
  whole: optional(boolean("must be true or false"), false),
});

/** @throws InvalidInputError with pointers into the lists */
export function parseProject(value: unknown): Project {
  const { flags, segments, whole } = parseShape(applySchema, value);
  const errors: FieldError[] = [];
  const project = {
    flags: parseItems("flags", flags, (item) => parseFlag(item, undefined), errors),
    segments: parseItems("segments", segments, (item) => parseSegment(item, undefined), errors),
    isWhole: whole,
  };
  if (errors.length > 0) throw new InvalidInputError(errors);
  return project;
}

/** Parses a list and adds its mistakes to `errors`. */
function parseItems<T extends { key: string }>(
  name: string,
  items: unknown[],
  parse: (item: unknown) => T,
  errors: FieldError[],
): T[] {
  const seen = new Set<string>();
  return items.flatMap((item, i) => {
    const pointer = `/${name}/${i}`;
    if (errors.length >= MAX_MISTAKES) return [];
    // The limit of a single document's body: without it, a document of megabytes could list a mistake for each value.
    if (JSON.stringify(item).length > MAX_MANAGEMENT_BODY_BYTES) {
      errors.push({ pointer, detail: `must not be larger than ${MAX_MANAGEMENT_BODY_BYTES} bytes` });
      return [];
    }
    try {
      const parsed = parse(item);
      if (seen.has(parsed.key)) errors.push({ pointer: `${pointer}/key`, detail: "appears twice" });
      seen.add(parsed.key);
      return [parsed];
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      const mistakes = error.errors.slice(0, MAX_MISTAKES);
      errors.push(...mistakes.map((mistake) => ({ ...mistake, pointer: pointer + mistake.pointer })));
      return [];
    }
  });
}
