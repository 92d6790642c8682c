/** The limits of a flag and of a segment. docs/conditions.md documents them. */
export const LIMITS = {
  variants: 256,
  /** The size of one variant's value as JSON. */
  valueBytes: 32 * 1024,
  /** The size of a whole flag or segment as JSON. */
  documentBytes: 256 * 1024,
  metadataEntries: 50,
  rules: 100,
  prerequisites: 20,
  /** The number of conditions, including groups, in one flag or one segment. */
  conditions: 500,
  /** The number of levels of nested conditions. */
  conditionDepth: 16,
  /** The number of leaf conditions that one evaluation may test. A segment or flag counts each time it is used. */
  testsPerEvaluation: 100_000,
  valuesPerCondition: 5000,
  /** The number of bytes of each packed hash. With fewer than eight, hashes of other ids would match now and then. */
  packedWidth: { min: 8, max: 32 },
  /** The number of packed hashes of one condition. */
  packedHashes: 20_000,
  /** The number of characters in one text value, pattern, attribute or salt. */
  textLength: 1024,
  /** The number of bytes at the start or the end of a text that the reader `sha256` can hash on their own. */
  hashedBytes: 4096,
  attributeSteps: 8,
  bucketingAttributes: 8,
  bucketRanges: 256,
  weights: 256,
  /** The number of recurring windows of one rule. */
  windows: 8,
  tags: 20,
  descriptionLength: 2000,
  /** The size of a flag's JSON Schema as JSON. */
  schemaBytes: 32 * 1024,
  /** The number of levels of nested schemas. */
  schemaDepth: 32,
  /** The number of schemas in a flag's JSON Schema, with the schema itself. */
  subschemas: 1000,
  /** The instructions of all patterns in a flag's JSON Schema, after they are compiled. */
  schemaPatternSize: 20_000,
  /** The steps that checking all values of a flag may take. One is a schema applied to a value. */
  schemaSteps: 200_000,
  /** The number of problems that a response lists for one flag's JSON Schema. */
  schemaErrors: 20,
  /** The number of levels of nested JSON, including the values of variants. */
  jsonDepth: 64,
} as const;

/** The largest number of levels of objects and lists in an evaluation context. docs/api.md lists it. */
export const MAX_CONTEXT_DEPTH = 8;

/** The limits of one request that writes many flags and segments of an environment. */
export const APPLY_LIMITS = { bytes: 8 * 1024 * 1024, documents: 10_000 } as const;

/**
 * The pattern of flag keys, variant names, rule ids and segment keys, which are also in Unicode's form NFC. Excluded
 * characters separate lists (whitespace and the comma), are wildcards, end the path of a URL, or are read differently
 * by different URL parsers. `@` begins fields that are not flags, and "." and ".." are steps of a path.
 */
export const KEY_PATTERN = /^(?!@|\.{1,2}$)[^\s\p{Cc}\p{Cf}\p{Cs}?#%\\*,]{1,128}$/u;
export const KEY_RULE =
  "text of 1 to 128 characters without whitespace, control or format characters, and without ? # % \\ * and ,; it cannot begin with @, and no part between slashes can be . or ..";

/** A part of a path that a URL parser would resolve. Unescaped, such a key would be the path of another flag. */
const DOT_STEP = /(?:^|\/)\.{1,2}(?:\/|$)/;

/**
 * The form of keys for JSON Schema and Postgres, which have no classes of Unicode: it accepts every key, but also some
 * other texts. Its ranges are the spaces, control and format characters of the basic plane.
 */
export const KEY_SHAPE =
  // oxlint-disable-next-line no-control-regex -- they are what it refuses
  /^(?!@)[^\u0001-\u0020?#%\\*,\u007F-\u00A0\u00AD\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uFEFF\uFFF9-\uFFFB]+$/;

/** Returns why a text cannot be a key, variant name or rule id; `undefined` if it can. */
export function keyProblem(text: string): string | undefined {
  return KEY_PATTERN.test(text) && !DOT_STEP.test(text) ? formProblem(text) : `must be ${KEY_RULE}`;
}

/** Returns what to write in place of a text that is not in Unicode's form NFC; `undefined` if it is. */
export function formProblem(text: string): string | undefined {
  const nfc = text.normalize();
  return nfc === text ? undefined : `must be in Unicode's form NFC: ${nfc}, which is ${escapeNonAscii(nfc)}`;
}

/** Writes characters beyond ASCII as escapes of JSON, because two forms of a text look the same. */
export function escapeNonAscii(text: string): string {
  return text.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

export const ENVIRONMENT_PATTERN = /^(?=.{1,40}$)[a-z0-9](-?[a-z0-9])*$/;
export const ENVIRONMENT_RULE = "1 to 40 characters from a-z and 0-9, with single hyphens between them";

/** The only name that is refused everywhere: assigning to it would replace a JavaScript object's prototype. */
export const RESERVED_NAME = "__proto__";

/** A name without control characters, line separators, and the characters that change the direction of text. */
// oxlint-disable-next-line no-control-regex -- they are what it refuses
export const PLAIN_NAME_PATTERN = /^[^\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]*$/;
export const PLAIN_NAME_RULE = "must not contain control characters or line breaks";
