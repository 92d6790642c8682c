import { any, type GenericSchema, integer, maxValue, minValue, number, optional, pipe } from "valibot";
import type { EvaluationContext } from "../../../evaluation/types.ts";
import type { AttributePath, JsonValue } from "../../../flags/document.ts";
import { attributePathSchema } from "../../../flags/schema.ts";
import { recordOf } from "../../../flags/record-of.ts";
import { pointerTo } from "../../../flags/validate.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import { ContextError, parseContext } from "../../evaluation/context.ts";
import { fields } from "../shape.ts";

/** The largest sample: more would take one request too long. */
export const MAX_SAMPLED = 1000;
const COUNT_RULE = `must be a whole number from 1 to ${MAX_SAMPLED}`;

type Attributes = Record<string, JsonValue>;

/** Attributes as JSON. `contextOf` checks which values a context may hold. */
const attributes: GenericSchema<Attributes> = recordOf(
  any() as GenericSchema<JsonValue>,
  "must be an object of attributes and their values",
);

export interface ExplainBody {
  /** The evaluation context, as a client would send it. */
  context: Attributes;
  /** Values for the `request.*` attributes, which are otherwise those of this request. */
  request?: Attributes | undefined;
}

export const explainSchema: GenericSchema<unknown, ExplainBody> = fields({
  context: optional(attributes, {}),
  request: optional(attributes),
});

export interface SampleBody extends ExplainBody {
  count: number;
  /** The attribute in which the subjects differ. */
  by: AttributePath;
}

export const sampleSchema: GenericSchema<unknown, SampleBody> = fields({
  context: optional(attributes, {}),
  request: optional(attributes),
  count: optional(
    pipe(number(COUNT_RULE), integer(COUNT_RULE), minValue(1, COUNT_RULE), maxValue(MAX_SAMPLED, COUNT_RULE)),
    MAX_SAMPLED,
  ),
  by: optional(attributePathSchema, "targetingKey"),
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
