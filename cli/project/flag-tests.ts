/** Runs the tests of `flags.test.yaml`. */
import type { FlagTest } from "../../sdk/project/flag-tests.ts";
import type { EvaluationContext, RequestAttributes, Resolution } from "../../src/evaluation/types.ts";
import type { JsonValue } from "../../src/flags/document.ts";
import { canonicalJson } from "../../src/flags/formats/canonical-json.ts";
import { parseInstant } from "../../src/flags/formats/instant.ts";

/** Evaluates the flag of a test for one context. */
export type EvaluateTest = (context: EvaluationContext, request: RequestAttributes, now: number) => Resolution;

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
