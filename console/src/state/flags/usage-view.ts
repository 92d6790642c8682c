/** The counts of a flag's evaluations, as its page shows them. */
import type { Flag, FlagUsage } from "../../../../sdk/client/contract.ts";

export const RANGES = {
  "24h": { label: "24 hours", step: "hour", steps: 24 },
  "7d": { label: "7 days", step: "hour", steps: 168 },
  "30d": { label: "30 days", step: "day", steps: 30 },
  "90d": { label: "90 days", step: "day", steps: 90 },
} as const;

export type RangeName = keyof typeof RANGES;

/** Requested together with all flags, or used: asked for by its key. */
export type Metric = "used" | "requested";

export const STEP_MS = { hour: 3_600_000, day: 86_400_000 } as const;

/** The name of an outcome without a variant: the default in the code, or an error. */
export const NO_VARIANT = "no variant";

/** Returns the first instant of a range that ends with the step of now. */
export function startOf(range: RangeName, now: number): number {
  const { step, steps } = RANGES[range];
  const stepMs = STEP_MS[step];
  return Math.floor(now / stepMs) * stepMs - (steps - 1) * stepMs;
}

export interface VariantCounts {
  variant: string;
  total: number;
  /** One count for each step. */
  values: number[];
}

/** Returns the counts of each variant by step: those of the flag in their order, then others that were counted. */
export function countsByVariant(
  { outcomes }: Pick<FlagUsage, "outcomes">,
  metric: Metric,
  variants: readonly string[],
  steps: readonly number[],
): VariantCounts[] {
  const index = new Map(steps.map((at, i) => [at, i]));
  const counts = new Map<string, number[]>(variants.map((name) => [name, steps.map(() => 0)]));
  for (const { variant, points } of outcomes) {
    const name = variant ?? NO_VARIANT;
    const values = counts.get(name) ?? steps.map(() => 0);
    for (const point of points) {
      const i = index.get(Date.parse(point.at));
      if (i !== undefined) values[i] = (values[i] ?? 0) + point[metric];
    }
    counts.set(name, values);
  }
  return [...counts].map(([variant, values]) => ({ variant, values, total: values.reduce((sum, n) => sum + n, 0) }));
}

export interface RuleCounts {
  /** `null` for everyone else, the off variant and errors. */
  rule: string | null;
  used: number;
  requested: number;
  /** Whether the flag does not have the rule any more. */
  isGone: boolean;
}

/** Returns the counts of each rule of the flag, of rules that are gone, and of everyone else. */
export function countsByRule({ outcomes }: Pick<FlagUsage, "outcomes">, { rules = [] }: Pick<Flag, "rules">) {
  const ids = rules.map(({ id }) => id);
  const counted = outcomes.map(({ rule }) => rule).filter((rule) => rule !== null);
  const names = [...new Set([...ids, ...counted]), null];
  return names.map((rule): RuleCounts => {
    const own = outcomes.filter((one) => one.rule === rule);
    const sum = (metric: Metric): number => own.reduce((total, one) => total + one[metric], 0);
    return {
      rule,
      used: sum("used"),
      requested: sum("requested"),
      isGone: rule !== null && !ids.includes(rule),
    };
  });
}
