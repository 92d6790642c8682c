import { expect, test } from "vitest";
import { bucketsOf, differences, indexIn, randomIds, unevenWeights } from "../../support/hashing/oracle.ts";
import { startSplit } from "../../support/import/split-sdk.ts";

const ids = randomIds(100_000);

test("split: treatments agree with the SDK", async () => {
  const weights = unevenWeights(100, 8);
  const everyone = { combiner: "AND", matchers: [{ matcherType: "ALL_KEYS", negate: false, keySelector: null }] };
  const split = (name: string, seed: number) => ({
    name,
    seed,
    trafficTypeName: "user",
    trafficAllocation: 100,
    trafficAllocationSeed: 1,
    status: "ACTIVE",
    killed: false,
    defaultTreatment: "control",
    changeNumber: 1,
    algo: 2,
    configurations: {},
    conditions: [
      {
        conditionType: "ROLLOUT",
        label: "everyone",
        matcherGroup: everyone,
        partitions: weights.map((size, i) => ({ treatment: `v${i}`, size })),
      },
    ],
  });
  const seeds = { positive: 2_022_123, negative: -1_222_652_054 };
  const sdk = await startSplit({ ff: { d: Object.entries(seeds).map(([name, seed]) => split(name, seed)) } });
  for (const [name, seed] of Object.entries(seeds)) {
    const bucket = bucketsOf("split-1", String(seed), 100);
    const theirs = (id: string) => sdk.treatment(id, name, {}).treatment;
    expect(await differences(ids, (id) => `v${indexIn(bucket(id), weights)}`, theirs)).toEqual([]);
  }
  await sdk.close();
});
