import {
  type Condition,
  NATIVE_SCHEME,
  type Rollout,
  type Rule,
  type Serve,
  WEIGHT_TOTAL,
} from "../../flags/document.ts";

/**
 * Returns why those who reach a rule's rollout, or the default's if `rule` is null, are not a random part of its
 * buckets: a rollout or a condition before it has sorted them by the same salt. Conditions inside segments are not
 * searched.
 */
export function saltConflict(rules: readonly Rule[], rule: Rule | null, serve: Serve): string | undefined {
  if (!("rollout" in serve)) return undefined;
  const own = serve.rollout;
  const at = rule === null ? rules.length : rules.indexOf(rule);
  const refuse = (other: string) =>
    `The split cannot be checked: its salt "${own.salt}" is also that of ${other}, which decides by the same buckets who gets here.`;
  for (const { id, serve: earlier } of rules.slice(0, at))
    if ("rollout" in earlier && isSameBucket(earlier.rollout, own) && isPartial(earlier.rollout))
      return refuse(`the rollout of rule "${id}"`);
  for (const { id, when } of rules.slice(0, at + 1))
    if (when !== undefined && bucketsIn(when).some((bucket) => isSameBucket(bucket, own)))
      return refuse(`a condition of rule "${id}"`);
  return undefined;
}

interface Bucketing {
  salt: string;
  hash?: string;
}

function isSameBucket(a: Bucketing, b: Bucketing): boolean {
  return a.salt === b.salt && (a.hash ?? NATIVE_SCHEME) === (b.hash ?? NATIVE_SCHEME);
}

/** Whether some of those who reach a rollout get none of its variants. */
function isPartial({ weights, total = WEIGHT_TOTAL, ramp }: Rollout): boolean {
  return ramp !== undefined || weights.reduce((sum, [, weight]) => sum + weight, 0) < total;
}

function bucketsIn(condition: Condition): Bucketing[] {
  if ("all" in condition) return condition.all.flatMap(bucketsIn);
  if ("any" in condition) return condition.any.flatMap(bucketsIn);
  if ("not" in condition) return bucketsIn(condition.not);
  return "bucket" in condition ? [condition.bucket] : [];
}
