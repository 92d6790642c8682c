import { type GenericSchema, integer, maxValue, minValue, number, optional, pipe } from "valibot";
import type { CompiledFlag, EvaluationContext, RequestAttributes, Resolution } from "../../../evaluation/types.ts";
import type { AttributePath, JsonValue } from "../../../flags/document.ts";
import { attributePathSchema } from "../../../flags/schema.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import type { Services } from "../../services.ts";
import { requestAttributes } from "../../evaluation/context.ts";
import { HttpError } from "../../errors.ts";
import { provenanceHeaders } from "../../evaluation/evaluate.ts";
import { waitUntilOf } from "../context.ts";
import { attributes, type Attributes, contextOf } from "./explain.ts";
import { type Routes, unknownEnvironment } from "../operation.ts";
import { fields, parseShape } from "../shape.ts";

/** As many as one request may cost in time. */
const MAX_SAMPLED = 1000;
const COUNT_RULE = `must be a whole number from 1 to ${MAX_SAMPLED}`;

interface SampleInput {
  /** What all subjects share. */
  context: Attributes;
  /** `request.*` attributes to pretend; absent: those of this request. */
  request?: Attributes | undefined;
  count: number;
  /** The attribute that tells subjects apart. */
  by: AttributePath;
}

export const sampleSchema: GenericSchema<unknown, SampleInput> = fields({
  context: optional(attributes, {}),
  request: optional(attributes),
  count: optional(
    pipe(number(COUNT_RULE), integer(COUNT_RULE), minValue(1, COUNT_RULE), maxValue(MAX_SAMPLED, COUNT_RULE)),
    MAX_SAMPLED,
  ),
  by: optional(attributePathSchema, "targetingKey"),
});

/** How many of the sampled subjects got this. */
export interface Outcome {
  /** Null: the caller's own default, or an error. */
  variant: string | null;
  reason: Resolution["reason"];
  /** Null: no rule, the default or the off variant. */
  ruleId: string | null;
  count: number;
}

/** How a flag splits made-up subjects: the evaluation is the one that clients get. */
export function addSampleRoute(routes: Routes, services: Services): void {
  routes.add(
    "post",
    "/api/v1/environments/:env/flags/:key/sample",
    {
      tag: "Flags",
      id: "sampleFlag",
      summary: "Evaluate a flag for many made-up subjects",
      description: `Evaluates the flag as OFREP does for up to ${MAX_SAMPLED} subjects that share \`context\` and differ in the attribute \`by\`, whose values are \`sample-1\`, \`sample-2\`, … So the same question gets the same answer, and raising a weight only adds to its share. Answers how many got what.`,
      access: "read",
      body: {
        schema: "SampleInput",
        example: { context: { plan: "pro" }, request: { country: "DE" }, count: 1000 },
        parse: (value) => parseShape(sampleSchema, value),
      },
      answers: { 200: { description: "How many subjects got what, the most first.", schema: "Sampled" } },
    },
    async (c, { body }) => {
      const [environment, key] = [c.req.param("env") as string, c.req.param("key") as string];
      const subject = subjects(contextOf(body.context), body.by);
      const answer = await services.source.flag({ environment, scope: { waitUntil: waitUntilOf(c) } }, key);
      if (answer === undefined) throw unknownEnvironment();
      if (answer.value === null) throw new HttpError(404, "there is no such flag in this environment");
      const outcomes = countOutcomes(answer.value, body.count, {
        subject,
        request: body.request ?? requestAttributes(c.req.raw),
        now: services.now(),
        random: services.random,
      });
      const headers = provenanceHeaders({ version: answer.version, cacheStatus: `Burgee-${answer.tier}; hit` });
      return c.json({ version: answer.version, flag: key, count: body.count, outcomes }, 200, headers);
    },
  );
}

interface Sampling {
  subject: (n: number) => EvaluationContext;
  request: RequestAttributes;
  now: number;
  random: () => number;
}

/** All at one instant, as one page of clients would. The most frequent outcome first. */
export function countOutcomes(flag: CompiledFlag, count: number, { subject, ...input }: Sampling): Outcome[] {
  const outcomes = new Map<string, Outcome>();
  for (let n = 1; n <= count; n++) {
    const resolution = flag.evaluate({ ...input, context: subject(n) });
    const { reason } = resolution;
    const variant = "variant" in resolution ? (resolution.variant ?? null) : null;
    const ruleId = "ruleId" in resolution ? (resolution.ruleId ?? null) : null;
    const id = JSON.stringify([variant, reason, ruleId]);
    const outcome = outcomes.get(id) ?? { variant, reason, ruleId, count: 0 };
    outcome.count++;
    outcomes.set(id, outcome);
  }
  return [...outcomes.values()].toSorted((a, b) => b.count - a.count);
}

/** The context of the n-th subject. @throws InvalidInputError when `by` is not an attribute of the context */
function subjects(context: EvaluationContext, by: AttributePath): (n: number) => EvaluationContext {
  const [first = "", ...rest] = typeof by === "string" ? [by] : by;
  if (first === "request" || first.startsWith("request.")) {
    throw new InvalidInputError([
      { pointer: "/by", detail: "must be an attribute of the context, not of the request" },
    ]);
  }
  return (n) => ({ ...context, [first]: within(context[first], rest, `sample-${n}`) });
}

/** The value with a step of it replaced; what is no object on the way becomes one. */
function within(value: JsonValue | undefined, steps: readonly string[], leaf: string): JsonValue {
  const [step, ...rest] = steps;
  if (step === undefined) return leaf;
  const holder = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  return { ...holder, [step]: within(holder[step], rest, leaf) };
}
