import type { TestFlag } from "../test/support/project.ts";

/** Returns a flag of a typical mix: of every three flags, one is fixed, one is a rollout and one has rules. */
export function benchFlag(i: number): TestFlag {
  const key = `bench-${String(i).padStart(3, "0")}`;
  const rollout = {
    by: ["targetingKey"],
    salt: key,
    hash: "murmur3-mulshift" as const,
    weights: [["on", 50_000] as [string, number], ["off", 50_000] as [string, number]],
  };
  if (i % 3 === 0) return { key, default: { rollout } };
  if (i % 3 === 1) return { key };
  return {
    key,
    rules: [
      {
        id: "plan",
        when: { attribute: "plan", operator: "in", values: ["enterprise", "partner"] },
        serve: { variant: "on" },
      },
      {
        id: "version",
        when: { attribute: "appVersion", operator: "semver_lt", values: ["2.0.0"] },
        serve: { variant: "off" },
      },
    ],
    default: { rollout },
  };
}
