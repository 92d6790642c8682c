import { createConsoleLogger, getClient, LogLevel, PollingMode } from "@configcat/sdk";
import { init } from "@launchdarkly/node-server-sdk";
import { TestData } from "@launchdarkly/node-server-sdk/integrations";
import { PostHog } from "posthog-node";
import { expect, test } from "vitest";
import { bucketsOf, differences, indexIn, randomIds, unevenWeights } from "../../support/hashing/oracle.ts";

const ids = randomIds(100_000);
const silent = { error() {}, warn() {}, info() {}, debug() {} };

test("launchdarkly: rollouts with a salt and with a seed agree with the SDK", async () => {
  const weights = unevenWeights(100_000);
  const data = new TestData();
  const client = init("sdk-key", { updateProcessor: data.getFactory(), sendEvents: false, logger: silent });
  await client.waitForInitialization({ timeout: 10 });
  const flag = (key: string, seed?: number) => ({
    key,
    version: 1,
    on: true,
    salt: "sält",
    variations: weights.map((_, i) => i),
    offVariation: 0,
    targets: [],
    rules: [],
    prerequisites: [],
    fallthrough: {
      rollout: { ...(seed && { seed }), variations: weights.map((weight, variation) => ({ variation, weight })) },
    },
  });
  await data.usePreconfiguredFlag(flag("salted"));
  await data.usePreconfiguredFlag(flag("seeded", 61));
  for (const [key, salt] of [
    ["salted", "salted.sält"],
    ["seeded", "61"],
  ] as const) {
    const bucket = bucketsOf("launchdarkly-1", salt, 100_000);
    const theirs = (id: string) => client.variation(key, { kind: "user", key: id }, -1);
    expect(await differences(ids, (id) => indexIn(bucket(id), weights), theirs)).toEqual([]);
  }
  client.close();
});

test("posthog: rollouts and variants agree with local evaluation", async () => {
  const percentages = [10.5, 20, 4.25, 15.25, 50];
  const weights = percentages.map((percent) => percent * 1000);
  const flag = (key: string, filters: object) => ({
    id: 1,
    name: key,
    key,
    active: true,
    deleted: false,
    rollout_percentage: null,
    is_simple_flag: false,
    experiment_set: [],
    filters,
  });
  const group = (rollout_percentage: number) => [{ properties: [], rollout_percentage }];
  const definitions = {
    flags: [
      flag("rollout-é", { groups: group(33.3) }),
      flag("variants", {
        groups: group(100),
        multivariate: { variants: percentages.map((rollout_percentage, i) => ({ key: `v${i}`, rollout_percentage })) },
      }),
    ],
    groupTypeMapping: {},
    cohorts: {},
  };
  const posthog = new PostHog("key", {
    host: "http://127.0.0.1:9",
    flushAt: 1_000_000,
    enableLocalEvaluation: true,
    flagDefinitionCacheProvider: {
      getFlagDefinitions: async () => definitions as never,
      shouldFetchFlagDefinitions: async () => false,
      onFlagDefinitionsReceived: async () => {},
      shutdown: async () => {},
    },
  });
  const options = { onlyEvaluateLocally: true, sendFeatureFlagEvents: false };
  await posthog.reloadFeatureFlags();
  const rollout = bucketsOf("posthog-1", "rollout-é", 100_000);
  const variant = bucketsOf("posthog-variant-1", "variants", 100_000);
  expect(
    await differences(
      ids,
      (id) => rollout(id) < 33_300,
      (id) => posthog.getFeatureFlag("rollout-é", id, options),
    ),
  ).toEqual([]);
  expect(
    await differences(
      ids,
      (id) => `v${indexIn(variant(id), weights)}`,
      (id) => posthog.getFeatureFlag("variants", id, options),
    ),
  ).toEqual([]);
  await posthog.shutdown(1);
});

test("configcat: percentage options agree with the SDK", async () => {
  const weights = unevenWeights(100, 8);
  const options = weights.map((p, i) => ({ p, v: { i }, i: `v${i}` }));
  const config = {
    p: { u: "http://127.0.0.1:9", r: 0, s: "salt" },
    f: { "key-é": { t: 2, v: { i: -1 }, p: options } },
  };
  const stored = ["1800000000000", "etag", JSON.stringify(config)].join("\n");
  const client = getClient("configcat-sdk-1/1234567890123456789012/1234567890123456789012", PollingMode.ManualPoll, {
    offline: true,
    cache: { get: () => stored, set: () => {} },
    logger: createConsoleLogger(LogLevel.Off),
  });
  await client.forceRefreshAsync();
  const snapshot = client.snapshot();
  const bucket = bucketsOf("configcat-1", "key-é", 100);
  expect(
    await differences(
      ids,
      (id) => indexIn(bucket(id), weights),
      (id) => snapshot.getValue("key-é", -2, { identifier: id }),
    ),
  ).toEqual([]);
  client.dispose();
});
