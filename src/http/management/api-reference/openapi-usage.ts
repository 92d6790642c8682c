import { count, instant, object, orNull, text } from "./openapi-parts.ts";

/** JSON Schema of counts of evaluations. */
const counts = { requested: count, used: count };
const share = { type: "number", minimum: 0, maximum: 1 };
const points = { type: "array", items: object({ at: instant, ...counts }) };
const range = {
  environment: text,
  step: { enum: ["hour", "day"] },
  from: instant,
  to: instant,
  complete: { type: "boolean", description: "false if Redis could not be read: then the last minute is missing." },
};

/** When a flag was last evaluated in an environment. */
const lastEvaluatedFields = {
  lastEvaluatedAt: { ...orNull(instant), description: "When it was last evaluated; null if it never was." },
  lastUsedAt: {
    ...orNull(instant),
    description:
      "When a client last asked for this one flag, over HTTP, through a service binding or in a server's process.",
  },
  lastRequestedAt: { ...orNull(instant), description: "When it was last evaluated together with all flags." },
};

/** The times in a list of flags. */
export const listedFields = {
  lastEvaluatedAt: lastEvaluatedFields.lastEvaluatedAt,
  lastUsedAt: lastEvaluatedFields.lastUsedAt,
};

export const usageSchemas: Record<string, object> = {
  FlagUsage: object({
    ...range,
    flag: text,
    ...lastEvaluatedFields,
    total: object(counts),
    outcomes: {
      type: "array",
      items: object({
        variant: { ...orNull(text), description: "null for the caller's default and for errors." },
        rule: { ...orNull(text), description: "null for the default, the off variant and errors." },
        ...counts,
        points,
      }),
    },
    keys: {
      type: "array",
      items: object({ id: { ...orNull(text), description: "null for service bindings." }, ...counts }),
    },
    configured: {
      anyOf: [
        {
          type: "array",
          items: object({
            rule: { ...orNull(text), description: "null for the default." },
            shares: {
              type: "array",
              items: object({
                variant: orNull(text),
                share: { type: "number", minimum: 0, maximum: 1 },
              }),
            },
            isRamp: { type: "boolean", description: "Whether a ramp changes the served share with time." },
          }),
        },
        { type: "null" },
      ],
      description: "The splits of the rules and of the default now; null if the flag was deleted.",
    },
  }),
  FlagRatios: object({
    environment: text,
    flag: text,
    from: { ...instant, description: "The counts begin here." },
    to: instant,
    changedAt: { ...instant, description: "When the flag last changed." },
    isShortened: {
      type: "boolean",
      description: "Whether the flag changed within the requested time, so that the counts before it are left out.",
    },
    complete: range.complete,
    threshold: { type: "number", description: "A split with a smaller `pValue` differs." },
    caution: { ...text, description: "The limits of the check, in words." },
    checks: {
      type: "array",
      description: "One for each rule that has a split, and for the default if it has one.",
      items: object({
        rule: { ...orNull(text), description: "null for the default." },
        verdict: { enum: ["as_configured", "differs", "too_few", "not_checked"] },
        message: { ...text, description: "The result in words." },
        count: { ...count, description: "The evaluations that got one of the split's variants." },
        variants: {
          type: "array",
          items: object({
            variant: text,
            share: { ...share, description: "The configured share, out of 1." },
            countedShare: orNull(share),
            count,
            expected: { type: "number", minimum: 0 },
          }),
        },
        unexpected: {
          type: "array",
          description: "Counts of variants that the split does not have. They are left out.",
          items: object({ variant: text, count }),
        },
        chiSquared: orNull({ type: "number", minimum: 0 }),
        degreesOfFreedom: orNull(count),
        pValue: {
          ...orNull(share),
          description: "The probability that chance alone makes a split at least as uneven.",
        },
      }),
    },
  }),
  UsageReported: object({
    batch: text,
    counted: { ...count, description: "The counts whose flags exist." },
    ignored: count,
  }),
  UsageSeries: object({
    ...range,
    isCounting: {
      type: "boolean",
      description: "Whether evaluations are counted, or were in the last 7 days. Otherwise, zeros mean nothing.",
    },
    items: {
      type: "array",
      description: "The flags in the order of the request, with one number for each step.",
      items: object({
        flag: text,
        ...lastEvaluatedFields,
        requested: { type: "array", items: count },
        used: { type: "array", items: count },
      }),
    },
  }),
  EnvironmentUsage: object({
    ...range,
    total: object(counts),
    other: { ...object(counts), description: "Evaluations whose flag was not counted." },
    points,
    items: { type: "array", items: object({ flag: text, ...counts, ...lastEvaluatedFields }) },
    nextCursor: { ...orNull(text), description: "The `cursor` of the next page; null on the last page." },
  }),
};
