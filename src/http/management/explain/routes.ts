import { route } from "../route.ts";
import { parseShape } from "../shape.ts";
import { postEvaluate } from "./evaluate-many.ts";
import { postExplain, postSample } from "./handlers.ts";
import { evaluateSchema, evaluationPage, explainSchema, MAX_EVALUATED, MAX_SAMPLED, sampleSchema } from "./input.ts";

const FLAG = "/api/v1/environments/:env/flags/:key";

/** Explanations and samples of one flag's evaluation, and the evaluation of all flags. */
export const EXPLAIN_ROUTES = [
  route(
    {
      method: "post",
      path: `${FLAG}/explain`,
      tag: "Flags",
      id: "explainFlag",
      summary: "Explain an evaluation",
      description:
        "Evaluates the flag as OFREP does and returns the result of each prerequisite, rule and condition. `request` replaces the attributes that otherwise come from the request itself (`country`, `ip`, …). A server key of the environment may use this route too.\n\nWith `at` (an instant) or `version`, the evaluation is replayed with the flags, segments and definitions as they were then: `at` also sets the time for schedules, ramps and windows, and may lie in the future. An instant at which a version was made belongs to that version. `replay` says which change was in force and whether the result of today is the same. A replay needs an admin token. 410 if the audit does not reach back that far, with the first instant that can be replayed. 422 for a flag that draws random numbers.\n\nWith `draft` (a whole flag, as in a PUT), the draft is evaluated in place of the stored flag, with the stored segments and flags that it uses. Nothing is stored. `at` then sets only the time. A draft needs an admin token.",
      access: "explain",
      body: {
        schema: "ExplainInput",
        example: { context: { targetingKey: "user-1", plan: "pro" }, request: { country: "DE" } },
        parse: (value: unknown) => parseShape(explainSchema, value),
      },
      responses: { 200: { description: "The resolution, with the results that led to it.", schema: "Explanation" } },
      problems: [410],
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
      description: `Evaluates the flag as OFREP does for up to ${MAX_SAMPLED} subjects, and counts the results. The subjects share \`context\` and differ in the attribute \`by\`, whose values are \`sample-1\`, \`sample-2\`, … The same request therefore gets the same result, and a larger weight only adds subjects to its share.\n\nWith \`at\`, the flag is sampled as it was or will be at that instant. With \`draft\` (a whole flag, as in a PUT), the response also has the results of the draft, and how many subjects would get another result. Nothing is stored, and \`at\` then sets only the time.`,
      access: "read",
      body: {
        schema: "SampleInput",
        example: { context: { plan: "pro" }, request: { country: "DE" }, count: 1000 },
        parse: (value: unknown) => parseShape(sampleSchema, value),
      },
      responses: {
        200: { description: "The number of subjects for each result, the most frequent first.", schema: "Sampled" },
      },
      problems: [410],
    },
    postSample,
  ),
  route(
    {
      method: "post",
      path: "/api/v1/environments/:env/evaluate",
      tag: "Flags",
      id: "evaluateEnvironment",
      summary: "Evaluate all flags for one context",
      description: `Evaluates up to ${MAX_EVALUATED} flags of the environment, in the order of their keys, without explanations. \`request\` replaces the attributes that otherwise come from the request itself. \`value\` is left out if it is an object, a list or a text of more than 200 characters. A server key of the environment may use this route too.\n\nWith \`at\` (an instant), the flags are evaluated as they were or will be at that instant, as \`explainFlag\` does. This needs an admin token. \`reason\` is then null for a flag that draws random numbers. 410 if the audit does not reach back that far.`,
      access: "explain",
      query: evaluationPage,
      body: {
        schema: "EvaluateInput",
        example: { context: { targetingKey: "user-1", plan: "pro" }, request: { country: "DE" } },
        parse: (value: unknown) => parseShape(evaluateSchema, value),
      },
      responses: { 200: { description: "The result of each flag.", schema: "EvaluatedList" } },
      problems: [410],
    },
    postEvaluate,
  ),
];
