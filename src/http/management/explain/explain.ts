import { any, type GenericSchema, optional, record, string } from "valibot";
import { explainFlag } from "../../../evaluation/explain.ts";
import type { JsonValue } from "../../../flags/document.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import type { Services } from "../../services.ts";
import { parseContext, requestAttributes } from "../../evaluation/context.ts";
import { HttpError } from "../../errors.ts";
import { provenanceHeaders } from "../../evaluation/evaluate.ts";
import { waitUntilOf } from "../context.ts";
import { type Routes, unknownEnvironment } from "../operation.ts";
import { fields, parseShape } from "../shape.ts";

/** Attributes as JSON; what a context may hold is checked by `contextOf`. */
export const attributes: GenericSchema<Attributes> = record(
  string(),
  any() as GenericSchema<JsonValue>,
  "must be an object of attributes and their values",
);

export type Attributes = Record<string, JsonValue>;

interface ExplainInput {
  /** The evaluation context, as a client would send it. */
  context: Attributes;
  /** `request.*` attributes to pretend; absent: those of this request. */
  request?: Attributes | undefined;
}

export const explainSchema: GenericSchema<unknown, ExplainInput> = fields({
  context: optional(attributes, {}),
  request: optional(attributes),
});

/** Why a flag answers what it answers. */
export function addExplainRoute(routes: Routes, services: Services): void {
  routes.add(
    "post",
    "/api/v1/environments/:env/flags/:key/explain",
    {
      tag: "Flags",
      id: "explainFlag",
      summary: "Explain an evaluation",
      description:
        "Evaluates the flag as OFREP does and says how each prerequisite, rule and condition came out. `request` stands in for the attributes that are otherwise read from the request itself (`country`, `ip`, …). Also for a server key of the environment.",
      access: "explain",
      body: {
        schema: "ExplainInput",
        example: { context: { targetingKey: "user-1", plan: "pro" }, request: { country: "DE" } },
        parse: (value) => parseShape(explainSchema, value),
      },
      answers: { 200: { description: "The resolution and how it came about.", schema: "Explanation" } },
    },
    async (c, { body }) => {
      const [environment, key] = [c.req.param("env") as string, c.req.param("key") as string];
      const answer = await services.source.flag({ environment, scope: { waitUntil: waitUntilOf(c) } }, key);
      if (answer === undefined) throw unknownEnvironment();
      if (answer.value === null) throw new HttpError(404, "there is no such flag in this environment");
      const explanation = explainFlag(answer.value.document, {
        context: contextOf(body.context),
        request: body.request ?? requestAttributes(c.req.raw),
        now: services.now(),
        random: services.random,
      });
      const headers = provenanceHeaders({ version: answer.version, cacheStatus: `Burgee-${answer.tier}; hit` });
      return c.json({ version: answer.version, ...explanation }, 200, headers);
    },
  );
}

/** @throws InvalidInputError */
export function contextOf(context: unknown): ReturnType<typeof parseContext> {
  try {
    return parseContext(context);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw new InvalidInputError([{ pointer: "/context", detail: error.message }]);
  }
}
