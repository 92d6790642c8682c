/** Most of everything that a flag or a segment may hold; documented in docs/conditions.md. */
export const LIMITS = {
  variants: 50,
  /** Bytes of one variant's value as JSON. */
  valueBytes: 32 * 1024,
  /** Bytes of a whole flag or segment as JSON. */
  documentBytes: 256 * 1024,
  metadataEntries: 50,
  rules: 100,
  prerequisites: 20,
  /** Conditions of one flag, or of one segment, groups included. */
  conditions: 500,
  /** Levels of conditions inside one another. */
  conditionDepth: 16,
  /** Leaves that one evaluation may test, those of segments and other flags counted each time they are referred to. */
  testsPerEvaluation: 100_000,
  valuesPerCondition: 5000,
  /** Characters of one text value, pattern, attribute or salt. */
  textLength: 1024,
  attributeSteps: 8,
  bucketingAttributes: 8,
  bucketRanges: 100,
  weights: 100,
  tags: 20,
  descriptionLength: 2000,
  /** Levels of JSON inside one another, values of variants included. */
  jsonDepth: 64,
} as const;

/** Flag keys, variants, rule ids and segments: only characters that no client escapes in a URL, and no step of a path. */
export const KEY_PATTERN = /^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,128}$/;
export const KEY_RULE = "1 to 128 of A-Z a-z 0-9 . _ ~ -, and neither . nor ..";

export const ENVIRONMENT_PATTERN = /^(?=.{1,40}$)[a-z0-9](-?[a-z0-9])*$/;
export const ENVIRONMENT_RULE = "up to 40 of a-z 0-9 and single inner -";

/** Names that objects inherit: never keys of anything stored. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
