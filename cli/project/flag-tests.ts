/** `flags.test.yaml`: contexts with the variants that they must get, and shares with their bounds. */
import * as v from "valibot";
import { parseYaml } from "../../sdk/project/yaml.ts";
import type { EvaluationContext, RequestAttributes, Resolution } from "../../src/evaluation/types.ts";
import type { JsonValue } from "../../src/flags/document.ts";
import { canonicalJson } from "../../src/flags/formats/canonical-json.ts";
import { parseInstant } from "../../src/flags/formats/instant.ts";
import { recordOf } from "../../src/flags/record-of.ts";
import { UsageError } from "../exit.ts";
import { linesOf, withLine } from "./lines.ts";

const text = v.pipe(v.string(), v.minLength(1));
const attributes = recordOf(v.any() as v.GenericSchema<JsonValue>, "must be an object of attributes");
const percentage = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const instant = v.pipe(
  v.string(),
  v.check((value) => !Number.isNaN(parseInstant(value)), "must be an instant, such as 2027-01-31T09:00:00Z"),
);

const FlagTest = v.pipe(
  v.strictObject({
    name: v.optional(text),
    flag: text,
    environment: text,
    context: v.optional(attributes, {}),
    request: v.optional(attributes, {}),
    now: v.optional(instant),
    /** The variant; `null` is the default in the code. */
    expect: v.optional(v.nullable(text)),
    value: v.optional(v.any()),
    error: v.optional(text),
    /** The bounds of each variant's share, in percent. */
    shares: v.optional(recordOf(v.tuple([percentage, percentage]), "must be an object of bounds by variant")),
    subjects: v.optional(v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(1_000_000)), 10_000),
    by: v.optional(text, "targetingKey"),
  }),
  v.check(
    (test) => [test.expect, test.value, test.error, test.shares].filter((one) => one !== undefined).length === 1,
    "must have exactly one of expect, value, error and shares",
  ),
);

const FlagTests = v.strictObject({
  /** The project file, relative to this one. */
  project: v.optional(text, "flags.yaml"),
  tests: v.pipe(v.array(FlagTest), v.minLength(1)),
});

export type FlagTest = v.InferOutput<typeof FlagTest>;
export type FlagTests = v.InferOutput<typeof FlagTests>;

/** Evaluates the flag of a test for one context. */
export type EvaluateTest = (context: EvaluationContext, request: RequestAttributes, now: number) => Resolution;

/** Parses a file of tests. @throws UsageError that names the place, the line and what is accepted */
export function parseFlagTests(source: string, name: string): FlagTests {
  const result = v.safeParse(FlagTests, parseYaml(source, name));
  if (result.success) return result.output;
  const lineAt = linesOf(source);
  const mistakes = result.issues.map((issue) => {
    const path = (issue.path ?? []).map(({ key }) => key as string | number);
    return withLine(`/${path.join("/")}: ${issue.message}`, lineAt(path));
  });
  throw new UsageError(`${name} has errors:${mistakes.map((mistake) => `\n  ${mistake}`).join("")}`);
}

/** Runs one test. Returns why it fails, or `undefined` if it passes. `now` is the time of tests that name none. */
export function problemOf(test: FlagTest, evaluate: EvaluateTest, now: number): string | undefined {
  const at = test.now === undefined ? now : parseInstant(test.now);
  if (test.shares !== undefined) return shareProblem(test, test.shares, evaluate, at);
  const resolution = evaluate(test.context as EvaluationContext, test.request as RequestAttributes, at);
  const shown = describe(resolution);
  if (test.error !== undefined)
    return resolution.reason === "ERROR" && resolution.errorCode === test.error
      ? undefined
      : `expected the error ${test.error}, got ${shown}`;
  if (resolution.reason === "ERROR") return `got ${shown}`;
  const { variant = null, value } = resolution;
  if (test.expect !== undefined)
    return variant === test.expect ? undefined : `expected ${nameOf(test.expect)}, got ${shown}`;
  return canonicalJson(value ?? null) === canonicalJson(test.value as JsonValue)
    ? undefined
    : `expected the value ${JSON.stringify(test.value)}, got ${JSON.stringify(value ?? null)} (${shown})`;
}

/** Evaluates the flag for made-up subjects, which are the same in each run. */
function shareProblem(
  { context, request, subjects, by }: FlagTest,
  shares: NonNullable<FlagTest["shares"]>,
  evaluate: EvaluateTest,
  now: number,
): string | undefined {
  const counts = new Map<string, number>();
  for (let i = 0; i < subjects; i++) {
    const resolution = evaluate(
      { ...context, [by]: `subject-${i}` } as EvaluationContext,
      request as RequestAttributes,
      now,
    );
    const name = resolution.reason === "ERROR" ? resolution.errorCode : nameOf(resolution.variant ?? null);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const problems: string[] = [];
  for (const [variant, [low, high]] of Object.entries(shares)) {
    const share = ((counts.get(variant) ?? 0) / subjects) * 100;
    if (share < low || share > high) problems.push(`${variant} has ${share.toFixed(2)}%, not ${low}% to ${high}%`);
  }
  for (const [variant, count] of counts)
    if (!Object.hasOwn(shares, variant))
      problems.push(`${variant} has ${((count / subjects) * 100).toFixed(2)}%, and is not listed in shares`);
  return problems.length === 0 ? undefined : problems.join("; ");
}

function nameOf(variant: string | null): string {
  return variant ?? "the default in the code";
}

function describe(resolution: Resolution): string {
  if (resolution.reason === "ERROR") return `the error ${resolution.errorCode}: ${resolution.errorDetails}`;
  const rule = resolution.ruleId === undefined ? "" : `, rule ${resolution.ruleId}`;
  return `${nameOf(resolution.variant ?? null)} (${resolution.reason}${rule})`;
}
