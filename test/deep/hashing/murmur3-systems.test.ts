import { generateBucketedConfig } from "@devcycle/bucketing";
import { instantiate } from "@devcycle/bucketing-assembly-script";
import { createInstance as createFeaturevisor } from "@featurevisor/sdk";
import { FlagdCore } from "@openfeature/flagd-core";
import { createInstance, createStaticProjectConfigManager } from "@optimizely/optimizely-sdk";
import { FlagdCore as FlagdCore1 } from "flagd-core-1";
import { expect, test } from "vitest";
import { firstBucket } from "../../../sdk/import/lowering/first-bucket.ts";
import { bucketsOf, differences, indexIn, randomIds, unevenWeights } from "../../support/hashing/oracle.ts";
import { unleashOf } from "../../support/hashing/unleash.ts";

const ids = randomIds(100_000);

test("unleash: rollouts and variants agree with unleash-client", async () => {
  const percentages = Array.from({ length: 20 }, (_, i) => 1 + i * 5);
  const weights = unevenWeights(1000);
  const unleash = await unleashOf(percentages, weights);
  const rollout = bucketsOf("unleash-low-byte-1", "group-é", 100);
  const variant = bucketsOf("unleash-variant-low-byte-1", "variants", 1000);
  const enabled = (id: string): number =>
    percentages.filter((percent) => unleash.isEnabled(`rollout-${percent}`, { userId: id })).length;
  expect(
    await differences(ids, (id) => percentages.filter((percent) => rollout(id) < percent).length, enabled),
  ).toEqual([]);
  expect(
    await differences(
      ids,
      (id) => `v${indexIn(variant(id), weights)}`,
      (id) => unleash.getVariant("variants", { userId: id }).name,
    ),
  ).toEqual([]);
  unleash.destroy();
});

const flagdWeights = unevenWeights(100_003);
const flagdVariants = Object.fromEntries(flagdWeights.map((_, i) => [`v${i}`, `v${i}`]));
const flagdFlag = (first: unknown[]) => ({
  state: "ENABLED",
  variants: flagdVariants,
  defaultVariant: "v0",
  targeting: { fractional: [...first, ...flagdWeights.map((weight, i) => [`v${i}`, weight])] },
});
const flagdFlags = JSON.stringify({
  flags: {
    "flag-é": flagdFlag([]),
    cat: flagdFlag([{ cat: [{ var: "$flagd.flagKey" }, ":", { var: "email" }] }]),
  },
});

/** flagd 1 adds rounded shares and includes the upper bound. */
function flagd1Cuts(): number[] {
  const total = flagdWeights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return flagdWeights.map((weight) => {
    sum += (weight * 100) / total;
    const end = sum;
    return firstBucket(2 ** 31 + 1, (bucket) => (bucket / 2 ** 31) * 100 > end);
  });
}

test.for([
  { version: 1, core: new FlagdCore1(), name: "flagd-utf-16-1" as const, total: 2 ** 31 + 1 },
  { version: 2, core: new FlagdCore(), name: "flagd-utf-16-2" as const, total: 100_003 },
])("flagd $version: fractional agrees with flagd-core", async ({ version, core, name, total }) => {
  core.setConfigurations(flagdFlags);
  const cuts = flagd1Cuts();
  const indexOf = (bucket: number): string =>
    `v${version === 1 ? cuts.findIndex((cut) => bucket < cut) : indexIn(bucket, flagdWeights)}`;
  const byKey = bucketsOf(name, "flag-é", total);
  const byEmail = bucketsOf(name, "cat:", total);
  expect(
    await differences(
      ids,
      (id) => indexOf(byKey(id)),
      (id) => core.resolveStringEvaluation("flag-é", "", { targetingKey: id }).value,
    ),
  ).toEqual([]);
  expect(
    await differences(
      ids,
      (id) => indexOf(byEmail(id)),
      (id) => core.resolveStringEvaluation("cat", "", { email: id }).value,
    ),
  ).toEqual([]);
});

test("featurevisor: allocations agree with the SDK", async () => {
  const weights = unevenWeights(100_000);
  let end = 0;
  const allocation = weights.map((weight, i) => ({ variation: `v${i}`, range: [end, (end += weight)] }));
  const feature = (bucketBy: unknown) => ({
    bucketBy,
    variations: weights.map((_, i) => ({ value: `v${i}` })),
    traffic: [{ key: "all", segments: "*", percentage: 100_000, allocation }],
  });
  const datafile = {
    schemaVersion: "2",
    revision: "1",
    attributes: {},
    segments: {},
    features: { "f-é": feature("userId") },
  };
  const sdk = createFeaturevisor({ datafile: datafile as never, logLevel: "fatal" as never });
  const bucket = bucketsOf("featurevisor-1", "f-é", 100_000);
  // Both ends of an allocation belong to it, and the first one that contains the bucket wins.
  const ours = (id: string) => allocation.find(({ range }) => bucket(id) < (range[1] as number) + 1)?.variation;
  expect(await differences(ids, ours, (id) => sdk.getVariation("f-é", { userId: id }))).toEqual([]);
});

test("optimizely: experiments agree with the SDK", async () => {
  const weights = unevenWeights(10_000);
  let end = 0;
  const experiment = {
    id: "exp-é",
    key: "experiment",
    layerId: "1",
    status: "Running",
    audienceIds: [],
    forcedVariations: {},
    variations: weights.map((_, i) => ({ id: `v${i}`, key: `v${i}`, featureEnabled: true, variables: [] })),
    trafficAllocation: weights.map((weight, i) => ({ entityId: `v${i}`, endOfRange: (end += weight) })),
  };
  const datafile = {
    version: "4",
    revision: "1",
    projectId: "1",
    accountId: "1",
    experiments: [experiment],
    featureFlags: [{ id: "1", key: "flag", rolloutId: "", experimentIds: ["exp-é"], variables: [] }],
    rollouts: [],
    groups: [],
    audiences: [],
    attributes: [],
    events: [],
  };
  const client = createInstance({
    projectConfigManager: createStaticProjectConfigManager({ datafile: JSON.stringify(datafile) }),
  });
  await client.onReady();
  const bucket = bucketsOf("optimizely-1", "exp-é", 10_000);
  const theirs = (id: string) =>
    client.createUserContext(id)?.decide("flag", ["DISABLE_DECISION_EVENT" as never]).variationKey;
  expect(await differences(ids, (id) => `v${indexIn(bucket(id), weights)}`, theirs)).toEqual([]);
  await client.close();
});

const TARGET = "6153553b8cf4e45e0464268d";
const SHARE = 0.3337;

function devcycleConfig(shares: readonly number[]) {
  const variations = shares.map((_, i) => ({ _id: `v${9 - i}`, key: `v${i}`, name: `v${i}`, variables: [] }));
  return {
    project: { _id: "p", key: "p", a0_organization: "o", settings: { disablePassthroughRollouts: false } },
    environment: { _id: "e", key: "e" },
    audiences: {},
    variables: [],
    variableHashes: {},
    features: [
      {
        _id: "f",
        key: "f",
        type: "release",
        variations,
        settings: {},
        configuration: {
          _id: "c",
          prerequisites: [],
          forcedUsers: {},
          targets: [
            {
              _id: TARGET,
              _audience: { _id: "a", filters: { operator: "and", filters: [{ type: "all" }] } },
              distribution: shares.map((percentage, i) => ({ _variation: `v${9 - i}`, percentage })),
              rollout: { type: "gradual", startPercentage: SHARE, startDate: "2020-01-01T00:00:00.000Z", stages: [] },
            },
          ],
        },
      },
    ],
  };
}

test("devcycle: distributions and rollouts agree with both engines", async () => {
  const shares = [0.1, 0.2, 0.05, 0.15, 0.25, 0.25];
  const config = devcycleConfig(shares);
  let sum = 0;
  const cuts = shares.map((share) => {
    sum += share;
    const end = sum;
    return firstBucket(2 ** 32, (bucket) => bucket / 4294967295 >= end);
  });
  cuts[cuts.length - 1] = 2 ** 32;
  const rolloutCut = firstBucket(2 ** 32, (bucket) => bucket / 4294967295 > SHARE);
  const oursBy = (encoding: "" | "ascii-") => {
    const distribution = bucketsOf(`devcycle-${encoding}1`, TARGET, 2 ** 32);
    const rollout = bucketsOf(`devcycle-rollout-${encoding}1`, TARGET, 2 ** 32);
    return (id: string) =>
      rollout(id) < rolloutCut ? `v${9 - cuts.findIndex((cut) => distribution(id) < cut)}` : undefined;
  };
  const typed = structuredClone(config) as never;
  const rollout = (typed as ReturnType<typeof devcycleConfig>).features[0]?.configuration.targets[0]?.rollout;
  Object.assign(rollout ?? {}, { startDate: new Date("2020-01-01") });
  const typescript = (id: string): unknown =>
    generateBucketedConfig({ config: typed, user: { user_id: id } as never }).featureVariationMap["f"];
  expect(await differences(ids, oursBy(""), typescript)).toEqual([]);

  const wasm = await instantiate();
  wasm.setPlatformData(
    JSON.stringify({ sdkType: "server", sdkVersion: "1", platform: "NodeJS", platformVersion: "1", deviceModel: "x" }),
  );
  wasm.setConfigData("key", JSON.stringify(config));
  const assembly = (id: string): unknown =>
    (
      JSON.parse(wasm.generateBucketedConfigForUser("key", JSON.stringify({ user_id: id }))) as {
        featureVariationMap: Record<string, string>;
      }
    ).featureVariationMap["f"];
  expect(await differences(ids, oursBy("ascii-"), assembly)).toEqual([]);
});
