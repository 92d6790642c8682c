import { expect, test } from "vitest";
import { bucketsOf, differences, indexIn, randomIds, unevenWeights } from "../../support/hashing/oracle.ts";
import { configCatOf } from "../../support/import/configcat.ts";
import { launchDarklyOf } from "../../support/import/launchdarkly.ts";
import { postHogFlag, postHogOf } from "../../support/import/posthog.ts";

const ids = randomIds(100_000);

test("launchdarkly: rollouts with a salt and with a seed agree with the SDK", async () => {
  const weights = unevenWeights(100_000);
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
  const client = await launchDarklyOf({ flags: [flag("salted"), flag("seeded", 61)] });
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
  const group = (rollout_percentage: number) => [{ properties: [], rollout_percentage }];
  const variants = percentages.map((rollout_percentage, i) => ({ key: `v${i}`, rollout_percentage }));
  const sdk = await postHogOf({
    flags: [
      postHogFlag("rollout-é", { groups: group(33.3) }),
      postHogFlag("variants", { groups: group(100), multivariate: { variants } }),
    ],
    group_type_mapping: {},
    cohorts: {},
  });
  const personOf = (distinctId: string) => ({ distinctId, personProperties: {}, groups: {}, groupProperties: {} });
  const rollout = bucketsOf("posthog-1", "rollout-é", 100_000);
  const variant = bucketsOf("posthog-variant-1", "variants", 100_000);
  expect(
    await differences(
      ids,
      (id) => rollout(id) < 33_300,
      (id) => sdk.valueOf("rollout-é", personOf(id)),
    ),
  ).toEqual([]);
  expect(
    await differences(
      ids,
      (id) => `v${indexIn(variant(id), weights)}`,
      (id) => sdk.valueOf("variants", personOf(id)),
    ),
  ).toEqual([]);
  await sdk.close();
});

test("configcat: percentage options agree with the SDK", async () => {
  const weights = unevenWeights(100, 8);
  const options = weights.map((p, i) => ({ p, v: { i }, i: `v${i}` }));
  const config = {
    p: { u: "http://127.0.0.1:9", r: 0, s: "salt" },
    f: { "key-é": { t: 2, v: { i: -1 }, p: options } },
  };
  const sdk = await configCatOf(config);
  const bucket = bucketsOf("configcat-1", "key-é", 100);
  expect(
    await differences(
      ids,
      (id) => indexIn(bucket(id), weights),
      (id) => sdk.valueOf("key-é", { identifier: id }),
    ),
  ).toEqual([]);
  sdk.dispose();
});
