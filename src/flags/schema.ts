import {
  any,
  array,
  boolean,
  exactOptional,
  gtValue,
  integer,
  lazy,
  literal,
  maxLength,
  maxValue,
  minLength,
  minValue,
  null as nullType,
  nullable,
  number,
  optional,
  picklist,
  pipe,
  regex,
  strictObject,
  strictTuple,
  string,
  union,
  type GenericSchema,
  type InferOutput,
  type ObjectEntries,
  type StrictObjectIssue,
} from "valibot";

import {
  AGE_UNITS,
  FLAG_KINDS,
  FLAG_TYPES,
  LIFETIMES,
  NATIVE_SCHEME,
  OPERATORS,
  READERS,
  SCHEMA_VERSION,
  SERVED_ERRORS,
  WEEKDAYS,
  WEIGHT_TOTAL,
  type AttributePath,
  type Condition,
  type JsonValue,
  type Serve,
} from "./document.ts";
import { HASH_SCHEMES, MAX_TOTAL } from "./formats/hash-schemes.ts";
import { END_TIME_PATTERN, TIME_PATTERN, timeRule } from "./windows/time-of-day.ts";
import { keyProblem, KEY_SHAPE, LIMITS, PLAIN_NAME_PATTERN, PLAIN_NAME_RULE } from "./limits.ts";
import { recordOf } from "./record-of.ts";

/** The schemas of inputs. An unknown field is an error. validate.ts checks the rules that a schema cannot express. */

const oneOf = (names: readonly string[]): string => `must be one of ${names.join(", ")}`;
const text = (limit: number) => pipe(string("must be text"), maxLength(limit, `must not exceed ${limit} characters`));
/** Tests keys exactly. JSON Schema shows the simpler form, because it has no action for any other check. */
class KeyForm extends RegExp {
  override test(text: string): boolean {
    return keyProblem(text) === undefined;
  }
}

/** The schema of keys and of the names that follow the same rule. */
export const keyTextSchema = pipe(
  string("must be text"),
  regex(new KeyForm(KEY_SHAPE), ({ input }) => keyProblem(input) ?? ""),
);
const key = keyTextSchema;
const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return pipe(number(message), integer(message), minValue(min, message), maxValue(max, message));
};
const share = wholeNumber(0, WEIGHT_TOTAL);
/** A part of a bucket space. validate-bucketing.ts compares it with the total. */
const part = wholeNumber(0, MAX_TOTAL);
const list = <S extends GenericSchema>(item: S, min: number, max: number) =>
  pipe(
    array(item, "must be a list"),
    minLength(min, `must have at least ${min} ${min === 1 ? "entry" : "entries"}`),
    maxLength(max, `must have at most ${max} entries`),
  );
const fields = <E extends ObjectEntries>(entries: E) =>
  strictObject(entries, (issue: StrictObjectIssue) => describeIssue(issue, Object.keys(entries)));

function describeIssue(issue: StrictObjectIssue, names: string[]): string {
  if (issue.expected === "never") return `is not a known field; accepted fields are ${names.join(", ")}`;
  if (issue.expected === "Object") return `must be an object with ${names.join(", ")}`;
  return "is required";
}

export const attributePathSchema: GenericSchema<AttributePath> = union(
  [
    pipe(text(LIMITS.textLength), minLength(1, "must not be empty")),
    list(text(LIMITS.textLength), 1, LIMITS.attributeSteps),
  ],
  "must be the name of an attribute, or a list of steps into objects",
);

const scalar = union(
  [text(LIMITS.textLength), number(), boolean(), nullType()],
  `must be text of up to ${LIMITS.textLength} characters, a number, true, false or null`,
);

const variantNames = list(key, 1, LIMITS.variants);
const variantOrNull = union([key, nullType()], "must be the name of a variant, or null");

const nested: GenericSchema<Condition> = lazy(() => conditionSchema);
const group = list(nested, 1, LIMITS.conditions);
const allSchema = fields({ all: group });
const anySchema = fields({ any: group });
const notSchema = fields({ not: nested });
const truth = union([boolean(), literal("unknown")], 'must be true, false or "unknown"');
const bytes = wholeNumber(1, LIMITS.hashedBytes);
const readerSchemas = {
  modulo: fields({ modulo: pipe(number("must be a number above 0"), gtValue(0, "must be a number above 0")) }),
  sha256: fields({ sha256: text(LIMITS.textLength), first: exactOptional(bytes), last: exactOptional(bytes) }),
  age: fields({ age: picklist(AGE_UNITS, oneOf(AGE_UNITS)) }),
};
/** The readers with a parameter, by the field that holds it, like CONDITION_FORMS. */
export const READER_FORMS: Record<string, GenericSchema> = readerSchemas;
const readerSchema = union(
  [picklist(READERS, oneOf(READERS)), readerSchemas.modulo, readerSchemas.sha256, readerSchemas.age],
  `${oneOf(READERS)}, or an object with one of ${Object.keys(READER_FORMS).join(", ")}`,
);
/** validate-condition.ts checks the hashes. Their number limits the length of the text. */
const packedSchema = fields({
  width: wholeNumber(LIMITS.packedWidth.min, LIMITS.packedWidth.max),
  hashes: text(LIMITS.documentBytes),
});
const attributeConditionSchema = fields({
  attribute: attributePathSchema,
  operator: picklist(OPERATORS, oneOf(OPERATORS)),
  values: exactOptional(list(scalar, 1, LIMITS.valuesPerCondition)),
  packed: exactOptional(packedSchema),
  caseInsensitive: exactOptional(boolean("must be true or false")),
  missing: exactOptional(truth),
  invalid: exactOptional(truth),
  read: exactOptional(readerSchema),
  each: exactOptional(boolean("must be true or false")),
});
const segmentConditionSchema = fields({ segment: key });
const flagConditionSchema = fields({ flag: key, variants: variantNames });

const bucketingEntries = {
  by: list(attributePathSchema, 1, LIMITS.bucketingAttributes),
  salt: text(LIMITS.textLength),
  hash: picklist(HASH_SCHEMES, oneOf(HASH_SCHEMES)),
  total: exactOptional(wholeNumber(1, MAX_TOTAL)),
};
const bucketConditionSchema = fields({
  bucket: fields({
    ...bucketingEntries,
    ranges: list(strictTuple([part, part], "must be [from, to]"), 1, LIMITS.bucketRanges),
  }),
});

/** The forms of a condition by the field that only this form has. An input with that field gets that form's errors. */
export const CONDITION_FORMS: Record<string, GenericSchema> = {
  all: allSchema,
  any: anySchema,
  not: notSchema,
  attribute: attributeConditionSchema,
  segment: segmentConditionSchema,
  flag: flagConditionSchema,
  bucket: bucketConditionSchema,
};

export const conditionSchema: GenericSchema<Condition> = union(
  [
    allSchema,
    anySchema,
    notSchema,
    attributeConditionSchema,
    segmentConditionSchema,
    flagConditionSchema,
    bucketConditionSchema,
  ],
  `must be a condition: an object with one of ${Object.keys(CONDITION_FORMS).join(", ")}`,
);

const weightsSchema = list(strictTuple([key, part], "must be [variant, weight]"), 1, LIMITS.weights);

const ON_MISSING_KEY = ["skip", "default", "error", "random"] as const;

const instant = pipe(string("must be an ISO 8601 instant"), maxLength(40, "must be an ISO 8601 instant"));

export const rolloutSchema = fields({
  by: optional(bucketingEntries.by, ["targetingKey"]),
  /** If the salt is absent, the write fills in the flag's key. */
  salt: exactOptional(bucketingEntries.salt),
  hash: optional(bucketingEntries.hash, NATIVE_SCHEME),
  total: bucketingEntries.total,
  weights: weightsSchema,
  onMissingKey: exactOptional(picklist(ON_MISSING_KEY, oneOf(ON_MISSING_KEY))),
  onMiss: exactOptional(picklist(["next", "default"], oneOf(["next", "default"]))),
  ramp: exactOptional(fields({ from: share, to: share, startAt: instant, endAt: instant })),
});

const serveVariantSchema = fields({ variant: variantOrNull });
const serveErrorSchema = fields({ error: picklist(SERVED_ERRORS, oneOf(SERVED_ERRORS)) });
const serveRolloutSchema = fields({ rollout: rolloutSchema });
const serveDrawSchema = fields({ draw: fields({ weights: weightsSchema }) });

/** The forms of a serve by the field that only this form has, like CONDITION_FORMS. */
export const SERVE_FORMS: Record<string, GenericSchema> = {
  variant: serveVariantSchema,
  error: serveErrorSchema,
  rollout: serveRolloutSchema,
  draw: serveDrawSchema,
};

export const serveSchema = union(
  [serveVariantSchema, serveErrorSchema, serveRolloutSchema, serveDrawSchema],
  `must be an object with one of ${Object.keys(SERVE_FORMS).join(", ")}`,
);

const timeOfDay = (pattern: RegExp, message: string) => pipe(string(message), regex(pattern, message));
const windowSchema = fields({
  timezone: text(LIMITS.textLength),
  days: list(picklist(WEEKDAYS, oneOf(WEEKDAYS)), 1, WEEKDAYS.length),
  from: timeOfDay(TIME_PATTERN, timeRule("from")),
  to: timeOfDay(END_TIME_PATTERN, timeRule("to")),
});

export const ruleSchema = fields({
  id: key,
  description: exactOptional(text(LIMITS.descriptionLength)),
  when: exactOptional(conditionSchema),
  serve: serveSchema,
  from: exactOptional(instant),
  until: exactOptional(instant),
  during: exactOptional(list(windowSchema, 1, LIMITS.windows)),
});

const definitionEntries = {
  key,
  kind: optional(picklist(FLAG_KINDS, oneOf(FLAG_KINDS)), "flag"),
  type: picklist(FLAG_TYPES, oneOf(FLAG_TYPES)),
  variants: recordOf(any() as GenericSchema<JsonValue>, "must be an object of variants and their values"),
  clientVisible: optional(boolean("must be true or false"), false),
  metadata: optional(
    recordOf(
      union([text(LIMITS.textLength), number(), boolean()], "must be text, a 32-bit whole number, true or false"),
      "must be an object",
    ),
    {},
  ),
  description: exactOptional(text(LIMITS.descriptionLength)),
  tags: exactOptional(list(text(LIMITS.textLength), 0, LIMITS.tags)),
  owner: exactOptional(text(LIMITS.textLength)),
  fallback: exactOptional(any() as GenericSchema<JsonValue>),
  /** json-schema/validate-json-schema.ts checks it. */
  jsonSchema: exactOptional(any() as GenericSchema<Record<string, JsonValue> | null>),
  lifetime: exactOptional(nullable(picklist(LIFETIMES, `${oneOf(LIFETIMES)}, or null`))),
  expiresAt: exactOptional(nullable(instant)),
};

const configurationEntries = {
  enabled: boolean("must be true or false"),
  offVariant: optional(variantOrNull, null),
  default: serveSchema,
  rules: optional(list(ruleSchema, 0, LIMITS.rules), []),
  prerequisites: optional(list(fields({ flag: key, variants: variantNames }), 0, LIMITS.prerequisites), []),
};

export const flagDefinitionSchema = fields(definitionEntries);
export const flagConfigurationSchema = fields(configurationEntries);

/** A whole flag. The fields that the server sets (`schemaVersion`, `version`, `state`, `…At`) are ignored. */
export const flagInputSchema = fields({
  schemaVersion: exactOptional(literal(SCHEMA_VERSION, `must be ${SCHEMA_VERSION}`)),
  version: exactOptional(number("must be a number")),
  updatedAt: exactOptional(string("must be text")),
  state: exactOptional(any()),
  lastEvaluatedAt: exactOptional(nullable(string("must be text"))),
  lastUsedAt: exactOptional(nullable(string("must be text"))),
  ...definitionEntries,
  ...configurationEntries,
});

export const segmentInputSchema = fields({
  key,
  name: exactOptional(pipe(text(200), minLength(1, "must not be empty"), regex(PLAIN_NAME_PATTERN, PLAIN_NAME_RULE))),
  description: exactOptional(text(LIMITS.descriptionLength)),
  condition: conditionSchema,
});

export type SegmentInput = InferOutput<typeof segmentInputSchema>;
export type ServeInput = InferOutput<typeof serveSchema>;

/** Returns a serve with its salt filled in. */
export function withSalt(serve: ServeInput, salt: string): Serve {
  return "rollout" in serve ? { rollout: { ...serve.rollout, salt: serve.rollout.salt ?? salt } } : serve;
}
