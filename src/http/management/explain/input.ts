import { any, type GenericSchema, integer, maxValue, minValue, number, optional, pipe, record, string } from "valibot";
import type { AttributePath, JsonValue } from "../../../flags/document.ts";
import { attributePathSchema } from "../../../flags/schema.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import { HttpError } from "../../errors.ts";
import { parseContext } from "../../evaluation/context.ts";
import { fields } from "../shape.ts";

/** The largest sample: more would take one request too long. */
export const MAX_SAMPLED = 1000;
const COUNT_RULE = `must be a whole number from 1 to ${MAX_SAMPLED}`;

type Attributes = Record<string, JsonValue>;

/** Attributes as JSON. `contextOf` checks which values a context may hold. */
const attributes: GenericSchema<Attributes> = record(
  string(),
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

/** @throws InvalidInputError */
export function contextOf(context: unknown): ReturnType<typeof parseContext> {
  try {
    return parseContext(context);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw new InvalidInputError([{ pointer: "/context", detail: error.message }]);
  }
}
