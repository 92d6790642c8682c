import { changeFields } from "./openapi-audit.ts";
import { count, instant, keys, object, orNull, ref, text } from "./openapi-parts.ts";

const bucketFields = {
  bucket: orNull({ type: "integer", minimum: 0 }),
  total: { type: "integer", description: "The size of the bucket space, unless it is 100,000." },
  exposure: { type: "number" },
  draw: {
    type: "integer",
    minimum: 0,
    description: "The number that was drawn: by a sample, or in place of a bucket.",
  },
};
const scalar = { anyOf: ["string", "number", "boolean", "null"].map((type) => ({ type })) };
const truth = { enum: [true, false, "unknown"] };

const reason = { enum: ["STATIC", "TARGETING_MATCH", "SPLIT", "DEFAULT", "DISABLED", "ERROR"] };
const servedVariant = { ...orNull(text), description: "null if the caller gets its own default or an error." };
const outcomes = {
  type: "array",
  items: object({ variant: servedVariant, reason, ruleId: orNull(text), count }),
};

/** JSON Schema of explanations and samples. */
export const explanationSchemas: Record<string, object> = {
  Explanation: object(
    {
      version: { type: "integer" },
      flag: text,
      resolution: { type: "object", description: "The reason, variant and value, or the error." },
      problem: { type: "string", description: "The reason why the flag cannot be evaluated." },
      prerequisites: {
        type: "array",
        items: object({ flag: text, variants: keys, served: orNull(text), isMet: { type: "boolean" } }),
      },
      rules: {
        type: "array",
        items: object(
          {
            id: text,
            state: { enum: ["matched", "not matched", "missed", "outside schedule", "not reached"] },
            during: {
              ...object({ isOpen: { type: "boolean" }, until: text }),
              description:
                "Whether a recurring window of the rule is open, and the next instant at which one opens or closes.",
            },
            when: ref("ConditionTrace"),
            ...bucketFields,
          },
          ["during", "when", ...Object.keys(bucketFields)],
        ),
      },
      default: object({ state: { enum: ["served", "not reached"] }, ...bucketFields }, Object.keys(bucketFields)),
      replay: ref("Replay"),
    },
    ["problem", "replay"],
  ),
  Replay: object({
    at: { ...instant, description: "The instant of the evaluation." },
    versionMadeAt: { ...instant, description: "When the version that was in force was made." },
    change: {
      ...orNull(ref("ReplayedChange")),
      description: "The last change of the flag, or of a document that it uses; null if the audit no longer has it.",
    },
    today: {
      ...object({
        version: orNull({ type: "integer" }),
        resolution: orNull({ type: "object" }),
        isSame: { type: "boolean" },
      }),
      description: "The result with the flag of today, at this time; null if the flag no longer exists.",
    },
    document: { type: "object", description: "The flag as it was, with the segments and flags that it used." },
  }),
  ReplayedChange: object(changeFields),
  ConditionTrace: {
    ...object(
      {
        result: truth,
        all: { type: "array", items: ref("ConditionTrace") },
        any: { type: "array", items: ref("ConditionTrace") },
        not: ref("ConditionTrace"),
        attribute: ref("AttributePath"),
        operator: text,
        read: {
          description: "How the attribute is read, as in the condition.",
          anyOf: [text, { type: "object", additionalProperties: { anyOf: [text, { type: "number" }] } }],
        },
        each: { const: true },
        values: { type: "array", description: "The first values of the condition.", items: scalar },
        omittedValues: { type: "integer", description: "The number of values that `values` leaves out." },
        hashes: { type: "integer", description: "The number of packed hashes of the condition." },
        isPresent: { type: "boolean" },
        value: { ...scalar, description: "The value of an attribute of the request." },
        problem: {
          type: "string",
          description: "The reason why the attribute, although present, cannot be compared.",
        },
        segment: text,
        condition: ref("ConditionTrace"),
        flag: text,
        variants: keys,
        served: orNull(text),
        bucket: orNull({ type: "integer" }),
        ranges: { type: "array", items: { type: "array", items: { type: "integer" } } },
        total: bucketFields.total,
      },
      [
        "all",
        "any",
        "not",
        "attribute",
        "operator",
        "read",
        "each",
        "values",
        "omittedValues",
        "hashes",
        "isPresent",
        "value",
        "problem",
        "segment",
        "condition",
        "flag",
        "variants",
        "served",
        "bucket",
        "ranges",
        "total",
      ],
    ),
    description:
      "A condition with the result of each of its parts, in the form of the condition. It leaves out the values of the context's attributes, and expands a segment's condition only where it first occurs.",
  },
  Sampled: object(
    {
      version: { type: "integer" },
      flag: text,
      count,
      outcomes,
      draft: {
        ...object({
          outcomes,
          changes: {
            type: "array",
            description:
              "The subjects who would get another result. The variants are the same if only the value or an error changes.",
            items: object({ before: servedVariant, after: servedVariant, count }),
          },
        }),
        description: "The results of the draft, if the request has one.",
      },
    },
    ["draft"],
  ),
  EvaluatedList: object({
    environment: text,
    version: { type: "integer" },
    items: {
      type: "array",
      items: object(
        {
          flag: text,
          reason: { ...orNull(reason), description: "null if the flag draws random numbers and the time is not now." },
          variant: servedVariant,
          ruleId: orNull(text),
          value: {
            description: "The value, if it is a number, a boolean or a text of at most 200 characters.",
            anyOf: ["string", "number", "boolean"].map((type) => ({ type })),
          },
          errorCode: text,
        },
        ["value", "errorCode"],
      ),
    },
    nextCursor: orNull(text),
  }),
};
