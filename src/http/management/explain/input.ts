import { any, check, type GenericSchema, integer, maxValue, minValue, number, optional, pipe } from "valibot";
import type { EvaluationContext } from "../../../evaluation/types.ts";
import type { AttributePath, JsonValue } from "../../../flags/document.ts";
import { attributePathSchema } from "../../../flags/schema.ts";
import { recordOf } from "../../../flags/record-of.ts";
import { pointerTo } from "../../../flags/validate.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import { ContextError, parseContext } from "../../evaluation/context.ts";
import { cursorOf, limitOf } from "../page.ts";
import { fields, instantText } from "../shape.ts";

/** The largest sample: more would take one request too long. */
export const MAX_SAMPLED = 1000;
const COUNT_RULE = `must be a whole number from 1 to ${MAX_SAMPLED}`;

type Attributes = Record<string, JsonValue>;

/** Attributes as JSON. `contextOf` checks which values a context may hold. */
const attributes: GenericSchema<Attributes> = recordOf(
  any() as GenericSchema<JsonValue>,
  "must be an object of attributes and their values",
);

const draft = optional(recordOf(any() as GenericSchema<JsonValue>, "must be a flag, with all of its fields"));

export interface ExplainBody {
  /** The evaluation context, as a client would send it. */
  context: Attributes;
  /** Values for the `request.*` attributes, which are otherwise those of this request. */
  request?: Attributes | undefined;
  /** Evaluates with the flags that were in force at this instant (ISO 8601), or will be. */
  at?: string | undefined;
  /** Evaluates with the flags of this version of the environment, at the instant at which it was made. */
  version?: number | undefined;
  /** Evaluates this flag instead of the stored one; `at` is then only the time. `buildDraft` checks it. */
  draft?: Attributes | undefined;
}

const VERSION_RULE = "must be a version of the environment: a whole number from 1";

export const explainSchema: GenericSchema<unknown, ExplainBody> = pipe(
  fields({
    context: optional(attributes, {}),
    request: optional(attributes),
    at: optional(instantText),
    version: optional(
      pipe(
        number(VERSION_RULE),
        integer(VERSION_RULE),
        minValue(1, VERSION_RULE),
        maxValue(Number.MAX_SAFE_INTEGER, VERSION_RULE),
      ),
    ),
    draft,
  }),
  check(({ at, version }) => at === undefined || version === undefined, "must contain at or version, not both"),
  check(
    ({ draft, version }) => draft === undefined || version === undefined,
    "must contain draft or version, not both",
  ),
);

export interface SampleBody extends Pick<ExplainBody, "context" | "request" | "at" | "draft"> {
  count: number;
  /** The attribute in which the subjects differ. */
  by: AttributePath;
}

export const sampleSchema: GenericSchema<unknown, SampleBody> = fields({
  context: optional(attributes, {}),
  request: optional(attributes),
  at: optional(instantText),
  draft,
  count: optional(
    pipe(number(COUNT_RULE), integer(COUNT_RULE), minValue(1, COUNT_RULE), maxValue(MAX_SAMPLED, COUNT_RULE)),
    MAX_SAMPLED,
  ),
  by: optional(attributePathSchema, "targetingKey"),
});

/** The most flags that one request evaluates. */
export const MAX_EVALUATED = 5000;

export const evaluationPage = fields({
  limit: limitOf(MAX_EVALUATED, MAX_EVALUATED),
  cursor: optional(cursorOf("key")),
});

export type EvaluateBody = Pick<ExplainBody, "context" | "request" | "at">;

export const evaluateSchema: GenericSchema<unknown, EvaluateBody> = fields({
  context: optional(attributes, {}),
  request: optional(attributes),
  at: optional(instantText),
});

/** Checks attributes in the same way as a client's context. @throws InvalidInputError with a pointer into `member` */
export function contextOf(attributes: Attributes, member: "context" | "request" = "context"): EvaluationContext {
  try {
    return parseContext(attributes);
  } catch (error) {
    if (!(error instanceof ContextError)) throw error;
    throw new InvalidInputError([{ pointer: pointerTo([member, ...error.steps]), detail: error.problem }]);
  }
}
