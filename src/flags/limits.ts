/** The limits of a flag and of a segment. docs/conditions.md documents them. */
export const LIMITS = {
  variants: 50,
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
  /** The number of characters in one text value, pattern, attribute or salt. */
  textLength: 1024,
  attributeSteps: 8,
  bucketingAttributes: 8,
  bucketRanges: 100,
  weights: 100,
  tags: 20,
  descriptionLength: 2000,
  /** The number of levels of nested JSON, including the values of variants. */
  jsonDepth: 64,
} as const;

/** The limits of one request that writes many flags and segments of an environment. */
export const APPLY_LIMITS = { bytes: 8 * 1024 * 1024, documents: 10_000 } as const;

/**
 * The pattern of flag keys, variant names, rule ids and segment keys. No client escapes these characters in a URL.
 * "." and ".." are excluded because they are steps of a path.
 */
export const KEY_PATTERN = /^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,128}$/;
export const KEY_RULE = "1 to 128 characters from A-Z a-z 0-9 . _ ~ -, but not . or ..";

export const ENVIRONMENT_PATTERN = /^(?=.{1,40}$)[a-z0-9](-?[a-z0-9])*$/;
export const ENVIRONMENT_RULE = "1 to 40 characters from a-z and 0-9, with single hyphens between them";

/** The only name that is refused everywhere: assigning to it would replace a JavaScript object's prototype. */
export const RESERVED_NAME = "__proto__";

/** A name without control characters, line separators, and the characters that change the direction of text. */
// oxlint-disable-next-line no-control-regex -- they are what it refuses
export const PLAIN_NAME_PATTERN = /^[^\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]*$/;
export const PLAIN_NAME_RULE = "must not contain control characters or line breaks";
