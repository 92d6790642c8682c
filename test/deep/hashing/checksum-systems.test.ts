import { FliptClient } from "@flipt-io/flipt-client-js";
import { GrowthBookClient } from "@growthbook/growthbook";
import { evaluate } from "@vercel/flags-core";
import { expect, test } from "vitest";
import { firstBucket } from "../../../sdk/import/lowering/first-bucket.ts";
import { bucketsOf, differences, indexIn, randomIds, unevenWeights } from "../../support/hashing/oracle.ts";

const ids = randomIds(100_000);

test.for([
  { version: 1, total: 1000 },
  { version: 2, total: 10_000 },
])("growthbook $version: coverages and experiments agree with the SDK", async ({ version, total }) => {
  const name = version === 1 ? "growthbook-1" : "growthbook-2";
  const weights = [0.105, 0.2, 0.0425, 0.1525, 0.5];
  const client = new GrowthBookClient().initSync({
    payload: {
      features: {
        "coverage-é": { defaultValue: "off", rules: [{ force: "on", coverage: 0.333, hashVersion: version }] },
        experiment: {
          defaultValue: "none",
          rules: [
            {
              variations: weights.map((_, i) => `v${i}`),
              weights,
              coverage: 0.9,
              key: "exp",
              seed: "sëed",
              hashVersion: version,
            },
          ],
        },
      },
    },
  });
  const coverageCut = firstBucket(total, (bucket) => bucket / total > 0.333);
  let start = 0;
  const ranges = weights.map((weight) => {
    const end = start + 0.9 * weight;
    const range = [start, end].map((bound) => firstBucket(total, (bucket) => bucket / total >= bound)) as [
      number,
      number,
    ];
    start += weight;
    return range;
  });
  const coverage = bucketsOf(name, "coverage-é", total);
  const experiment = bucketsOf(name, "sëed", total);
  const inExperiment = (id: string): string => {
    const index = ranges.findIndex(([from, to]) => experiment(id) >= from && experiment(id) < to);
    return index === -1 ? "none" : `v${index}`;
  };
  const value = (feature: string) => (id: string) =>
    client.evalFeature(feature, { attributes: { id } }).value as unknown;
  expect(await differences(ids, (id) => (coverage(id) < coverageCut ? "on" : "off"), value("coverage-é"))).toEqual([]);
  expect(await differences(ids, inExperiment, value("experiment"))).toEqual([]);
  client.destroy();
});

test("flipt: distributions and thresholds agree with the client", async () => {
  const percentages = [10.5, 20, 4.2, 15.3, 50];
  const flag = {
    description: "",
    enabled: true,
    created_at: "2024-01-01T00:00:00Z",
    updated_at: "2024-01-01T00:00:00Z",
  };
  const state = {
    namespace: { key: "default" },
    flags: [
      {
        ...flag,
        key: "variants-é",
        name: "variants",
        type: "VARIANT_FLAG_TYPE",
        rules: [
          {
            id: "1",
            rank: 1,
            segmentOperator: "OR_SEGMENT_OPERATOR",
            segments: [
              { key: "everyone", name: "", description: "", matchType: "ALL_SEGMENT_MATCH_TYPE", constraints: [] },
            ],
            distributions: percentages.map((rollout, i) => ({
              id: `d${i}`,
              ruleId: "1",
              variantId: `v${i}`,
              variantKey: `v${i}`,
              variantAttachment: "",
              rollout,
            })),
          },
        ],
        rollouts: [],
      },
      {
        ...flag,
        key: "threshold",
        name: "threshold",
        enabled: false,
        type: "BOOLEAN_FLAG_TYPE",
        rules: [],
        rollouts: [{ type: "THRESHOLD_ROLLOUT_TYPE", rank: 1, threshold: { percentage: 33, value: true } }],
      },
    ],
  };
  const response = { ok: true, status: 200, statusText: "OK", headers: { get: () => null }, json: async () => state };
  const client = await FliptClient.init({ fetcher: async () => response, updateInterval: 0 });
  const weights = percentages.map((percent) => percent * 10);
  const variant = bucketsOf("flipt-variant-1", "variants-é", 1000);
  const threshold = bucketsOf("flipt-threshold-1", "threshold", 100);
  const theirVariant = (entityId: string) =>
    client.evaluateVariant({ flagKey: "variants-é", entityId, context: {} }).variantKey;
  const theirThreshold = (entityId: string) =>
    client.evaluateBoolean({ flagKey: "threshold", entityId, context: {} }).enabled;
  expect(await differences(ids, (id) => `v${indexIn(variant(id), weights)}`, theirVariant)).toEqual([]);
  expect(await differences(ids, (id) => threshold(id) < 33, theirThreshold)).toEqual([]);
});

test("vercel: splits agree with flags-core", async () => {
  const weights = unevenWeights(1000);
  const seed = 3_735_928_559;
  const definition = {
    seed,
    variants: weights.map((_, i) => i),
    environments: { production: { fallthrough: { type: "split", base: ["user", "id"], weights, defaultVariant: 0 } } },
  };
  let sum = 0;
  const cuts = weights.map((weight) => Math.floor(((sum += weight) / 1000) * 2 ** 32));
  const bucket = bucketsOf("vercel-1", String(seed), 2 ** 32);
  const theirs = (id: string) =>
    evaluate({ definition: definition as never, environment: "production", entities: { user: { id } } } as never)
      .value as unknown;
  expect(await differences(ids, (id) => cuts.findIndex((cut) => bucket(id) < cut), theirs)).toEqual([]);
});
