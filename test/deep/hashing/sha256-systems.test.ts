import { ConfigurationObjectFeatureFlagProvider, FeatureManager } from "@microsoft/feature-management";
import Statsig from "statsig-node";
import { expect, test } from "vitest";
import { firstBucket } from "../../../sdk/import/lowering/first-bucket.ts";
import { bucketsOf, differences, randomIds } from "../../support/hashing/oracle.ts";

const ids = randomIds(100_000);

test("microsoft: targeting and percentiles agree with the library", async () => {
  const percentages = [10.5, 20, 4.25, 15.25, 50];
  let end = 0;
  const percentile = percentages.map((percent, i) => ({ variant: `v${i}`, from: end, to: (end += percent) }));
  const flags = [
    {
      id: "targeting-é",
      enabled: true,
      conditions: {
        client_filters: [{ name: "Microsoft.Targeting", parameters: { Audience: { DefaultRolloutPercentage: 33.3 } } }],
      },
    },
    {
      id: "variants",
      enabled: true,
      variants: percentile.map(({ variant }) => ({ name: variant, configuration_value: variant })),
      allocation: { percentile },
    },
  ];
  const manager = new FeatureManager(
    new ConfigurationObjectFeatureFlagProvider({ feature_management: { feature_flags: flags } }),
  );
  const cut = (to: number) => firstBucket(2 ** 32, (bucket) => to < 100 && (bucket / 0xffffffff) * 100 >= to);
  const targeting = bucketsOf("microsoft-1", "targeting-é", 2 ** 32);
  const variant = bucketsOf("microsoft-1", "allocation\nvariants", 2 ** 32);
  const targetingCut = cut(33.3);
  const cuts = percentile.map(({ to }) => cut(to));
  expect(
    await differences(
      ids,
      (id) => targeting(id) < targetingCut,
      (id) => manager.isEnabled("targeting-é", { userId: id }),
    ),
  ).toEqual([]);
  expect(
    await differences(
      ids,
      (id) => `v${cuts.findIndex((to) => variant(id) < to)}`,
      async (id) => (await manager.getVariant("variants", { userId: id }))?.name,
    ),
  ).toEqual([]);
});

test("statsig: pass percentages and user buckets agree with the SDK", async () => {
  const percentages = Array.from({ length: 20 }, (_, i) => 2.45 + i * 5);
  const specs = statsigSpecs(percentages);
  await Statsig.initialize("secret-key", {
    localMode: true,
    bootstrapValues: JSON.stringify(specs),
    disableDiagnostics: true,
  } as never);
  const pass = bucketsOf("statsig-1", "sält.rule", 10_000);
  const user = bucketsOf("statsig-1", "bücket", 1000);
  const ours = (id: string): number =>
    percentages.filter((percent) => pass(id) < firstBucket(10_000, (bucket) => bucket >= percent * 100)).length +
    (user(id) < 333 ? 100 : 0);
  const theirs = (id: string): number =>
    percentages.filter((_, i) => Statsig.checkGateWithExposureLoggingDisabledSync({ userID: id }, `gate-${i}`)).length +
    (Statsig.checkGateWithExposureLoggingDisabledSync({ userID: id }, "bucket") ? 100 : 0);
  expect(await differences(ids, ours, theirs)).toEqual([]);
  Statsig.shutdown();
});

function statsigSpecs(percentages: readonly number[]) {
  const gate = (name: string, passPercentage: number, condition: object) => ({
    name,
    type: "feature_gate",
    salt: "sält",
    enabled: true,
    defaultValue: false,
    idType: "userID",
    entity: "feature_gate",
    rules: [
      {
        name: "rule",
        id: "rule",
        salt: "rule",
        passPercentage,
        returnValue: true,
        idType: "userID",
        conditions: [condition],
      },
    ],
  });
  const everyone = {
    type: "public",
    targetValue: null,
    operator: null,
    field: null,
    additionalValues: {},
    idType: "userID",
  };
  const bucket = {
    type: "user_bucket",
    targetValue: 333,
    operator: "lt",
    field: null,
    additionalValues: { salt: "bücket" },
    idType: "userID",
  };
  return {
    feature_gates: [
      ...percentages.map((percent, i) => gate(`gate-${i}`, percent, everyone)),
      gate("bucket", 100, bucket),
    ],
    dynamic_configs: [],
    layer_configs: [],
    has_updates: true,
    time: 1,
  };
}
