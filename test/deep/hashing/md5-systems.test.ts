import { evaluateForSubject } from "@datadog/flagging-core";
import { EppoClient, MemoryOnlyConfigurationStore } from "@eppo/js-client-sdk-common";
import { expect, test } from "vitest";
import { firstBucket } from "../../../sdk/import/lowering/first-bucket.ts";
import { bucketsOf, differences, indexIn, randomIds, unevenWeights } from "../../support/hashing/oracle.ts";
import { flagsmithOf } from "../../support/import/flagsmith.ts";
import { SILENT } from "../../../cli/import/oracles/oracle.ts";

const ids = randomIds(100_000);

/** A flag in the format of Eppo and Datadog: a traffic shard and a split shard, which must both match. */
function shardedFlag(weights: readonly number[], totalShards: number) {
  let end = 0;
  const traffic = { salt: "tráffic", totalShards, ranges: [{ start: 0, end: totalShards / 2 }] };
  return {
    key: "flag",
    enabled: true,
    variationType: "INTEGER",
    totalShards,
    variations: Object.fromEntries(weights.map((_, i) => [`v${i}`, { key: `v${i}`, value: i }])),
    allocations: [
      {
        key: "allocation",
        doLog: false,
        splits: weights.map((weight, i) => ({
          variationKey: `v${i}`,
          shards: [traffic, { salt: "split", totalShards, ranges: [{ start: end, end: (end += weight) }] }],
        })),
      },
    ],
  };
}

function inShards(weights: readonly number[], totalShards: number): (id: string) => number {
  const traffic = bucketsOf("eppo-1", "tráffic", totalShards);
  const split = bucketsOf("eppo-1", "split", totalShards);
  return (id) => (traffic(id) < totalShards / 2 ? indexIn(split(id), weights) : -1);
}

test("eppo: two shards agree with the SDK", async () => {
  const weights = unevenWeights(10_000);
  const store = new MemoryOnlyConfigurationStore();
  await store.setEntries({ flag: shardedFlag(weights, 10_000) as never });
  const client = new EppoClient({ flagConfigurationStore: store as never });
  client.setIsGracefulFailureMode(false);
  const theirs = (id: string) => client.getIntegerAssignment("flag", id, {}, -1);
  expect(await differences(ids, inShards(weights, 10_000), theirs)).toEqual([]);
});

test("datadog: two shards agree with the engine", async () => {
  const weights = unevenWeights(1_000_000);
  const flag = shardedFlag(weights, 1_000_000) as never;
  const theirs = (id: string) => evaluateForSubject(flag, "number", id, {}, -1, SILENT).value;
  expect(await differences(ids, inShards(weights, 1_000_000), theirs)).toEqual([]);
});

test("flagsmith: multivariate values and splits agree with the SDK", async () => {
  const percentages = [10.5, 20, 4.25, 15.25, 30];
  const client = await flagsmithOf(environmentOf(percentages, 33.3));
  let start = 0;
  const cuts = percentages.map((percent) => {
    const end = (start += percent);
    return firstBucket(9998, (bucket) => (bucket / 9998) * 100 >= end);
  });
  const variant = bucketsOf("flagsmith-1", "17,env-key_", 9998);
  const split = bucketsOf("flagsmith-1", "5,env-key_", 9998);
  const splitCut = firstBucket(9998, (bucket) => (bucket / 9998) * 100 > 33.3);
  const ours = (id: string): string => {
    if (split(id) < splitCut) return "segment";
    const index = cuts.findIndex((cut) => variant(id) < cut);
    return index === -1 ? "control" : `v${index}`;
  };
  const theirs = async (id: string) => (await client.getIdentityFlags(id, {})).getFeatureValue("feature");
  expect(await differences(ids, ours, theirs)).toEqual([]);
});

/** The SDK's document for one environment: a multivariate feature, and a segment of a share that overrides it. */
function environmentOf(percentages: readonly number[], split: number) {
  const feature = { id: 3, name: "feature", type: "MULTIVARIATE" };
  const state = { feature, enabled: true, featurestate_uuid: "6a1f1e2d-0000-4000-8000-000000000001" };
  const override = { ...state, django_id: 18, feature_state_value: "segment", feature_segment: { priority: 0 } };
  const condition = { operator: "PERCENTAGE_SPLIT", value: String(split), property_: null };
  const segment = {
    id: 5,
    name: "share",
    rules: [{ type: "ALL", conditions: [], rules: [{ type: "ANY", conditions: [condition], rules: [] }] }],
    feature_states: [{ ...override, multivariate_feature_state_values: [] }],
  };
  const values = percentages.map((percentage_allocation, i) => ({
    id: i + 1,
    percentage_allocation,
    mv_fs_value_uuid: "",
    multivariate_feature_option: { id: i + 1, value: `v${i}` },
  }));
  return {
    id: 1,
    api_key: "env-key",
    name: "production",
    project: {
      id: 1,
      name: "project",
      hide_disabled_flags: false,
      organisation: { id: 1, name: "o", feature_analytics: false, stop_serving_flags: false, persist_trait_data: true },
      segments: [segment],
    },
    feature_states: [
      { ...state, django_id: 17, feature_state_value: "control", multivariate_feature_state_values: values },
    ],
    identity_overrides: [],
  };
}
