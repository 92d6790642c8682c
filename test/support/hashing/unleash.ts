import type { Unleash } from "unleash-client";
import { startUnleash } from "../import/unleash.ts";

/** Starts a client without a server, with one flag for each percentage and the flag "variants". */
export async function unleashOf(percentages: readonly number[], weights: readonly number[]): Promise<Unleash> {
  const flag = (name: string, rollout: string, groupId: string, variants: unknown[]) => ({
    name,
    type: "release",
    enabled: true,
    stale: false,
    impressionData: false,
    project: "default",
    variants,
    strategies: [
      {
        name: "flexibleRollout",
        constraints: [],
        parameters: { rollout, stickiness: "userId", groupId },
        segments: [],
      },
    ],
  });
  const variants = weights.map((weight, i) => ({
    name: `v${i}`,
    weight,
    weightType: "fix",
    stickiness: "userId",
    overrides: [],
  }));
  return await startUnleash([
    ...percentages.map((percent) => flag(`rollout-${percent}`, String(percent), "group-é", [])),
    flag("variants", "100", "variants", variants),
  ]);
}
