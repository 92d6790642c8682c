import { once } from "node:events";
import { InMemStorageProvider, Unleash } from "unleash-client";

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
  const unleash = new Unleash({
    appName: "oracle",
    url: "http://127.0.0.1:9/",
    refreshInterval: 0,
    disableMetrics: true,
    disableAutoStart: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: {
      data: [
        ...percentages.map((percent) => flag(`rollout-${percent}`, String(percent), "group-é", [])),
        flag("variants", "100", "variants", variants),
      ] as never,
    },
  });
  unleash.on("error", () => {});
  unleash.on("warn", () => {});
  const ready = once(unleash, "ready");
  void unleash.start();
  await ready;
  return unleash;
}
