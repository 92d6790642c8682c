import { route } from "../route.ts";
import { parseShape } from "../shape.ts";
import { postExplain, postSample } from "./handlers.ts";
import { explainSchema, MAX_SAMPLED, sampleSchema } from "./input.ts";

const FLAG = "/api/v1/environments/:env/flags/:key";

/** Explanations and samples of one flag's evaluation. */
export const EXPLAIN_ROUTES = [
  route(
    {
      method: "post",
      path: `${FLAG}/explain`,
      tag: "Flags",
      id: "explainFlag",
      summary: "Explain an evaluation",
      description:
        "Evaluates the flag as OFREP does and says how each prerequisite, rule and condition came out. `request` stands in for the attributes that are otherwise read from the request itself (`country`, `ip`, …). Also for a server key of the environment.",
      access: "explain",
      body: {
        schema: "ExplainInput",
        example: { context: { targetingKey: "user-1", plan: "pro" }, request: { country: "DE" } },
        parse: (value: unknown) => parseShape(explainSchema, value),
      },
      responses: { 200: { description: "The resolution and how it came about.", schema: "Explanation" } },
    },
    postExplain,
  ),
  route(
    {
      method: "post",
      path: `${FLAG}/sample`,
      tag: "Flags",
      id: "sampleFlag",
      summary: "Evaluate a flag for many made-up subjects",
      description: `Evaluates the flag as OFREP does for up to ${MAX_SAMPLED} subjects that share \`context\` and differ in the attribute \`by\`, whose values are \`sample-1\`, \`sample-2\`, … So the same question gets the same answer, and raising a weight only adds to its share. Answers how many got what.`,
      access: "read",
      body: {
        schema: "SampleInput",
        example: { context: { plan: "pro" }, request: { country: "DE" }, count: 1000 },
        parse: (value: unknown) => parseShape(sampleSchema, value),
      },
      responses: { 200: { description: "How many subjects got what, the most first.", schema: "Sampled" } },
    },
    postSample,
  ),
];
