import { init, type LDContext, type LDOptions } from "@launchdarkly/node-server-sdk";
import { TestData } from "@launchdarkly/node-server-sdk/integrations";
import {
  COUNTRIES,
  type Engine,
  type FlagKinds,
  type Kind,
  parsedFromJson,
  PLANS,
  ROLLOUT_SHARE,
  type User,
} from "./engine.ts";

const [OFF, ON] = [0, 1];

const clause = (attribute: string, op: string, values: unknown[], negate = false): object => ({
  contextKind: "user",
  attribute,
  op,
  values,
  negate,
});
const share = (percent: number): object => ({
  rollout: {
    contextKind: "user",
    bucketBy: "key",
    variations: [
      { variation: ON, weight: percent * 1000 },
      { variation: OFF, weight: 100_000 - percent * 1000 },
    ],
  },
});
const rule = (id: string, serve: object, ...clauses: object[]): object => ({ id, clauses, ...serve });
const on = { variation: ON };
const staff = rule("staff", on, clause("email", "endsWith", ["@acme.com"]));
const paying = clause("plan", "in", PLANS);
const CONFIGURATIONS: Record<Kind, object> = {
  static: { fallthrough: on },
  rollout: { fallthrough: share(50) },
  targeted: { fallthrough: { variation: OFF }, rules: [staff, rule("paying", on, paying)] },
  "five-rules": {
    fallthrough: { variation: OFF },
    rules: [
      staff,
      rule("eu", on, clause("country", "in", COUNTRIES), clause("plan", "in", ["enterprise"])),
      rule("app", on, clause("appVersion", "semVerLessThan", ["3.2.0"], true), clause("platform", "in", ["ios"])),
      rule("carts", on, clause("age", "greaterThanOrEqual", [18]), clause("cartTotal", "greaterThan", [500])),
      rule("some", share(ROLLOUT_SHARE), paying),
    ],
  },
};

/** Returns the options of a client with flags in memory, without network, events and logs. */
export function launchdarklyOptions(kinds: FlagKinds): LDOptions {
  const data = new TestData();
  for (const [key, kind] of kinds) {
    void data.usePreconfiguredFlag({
      key,
      version: 1,
      on: true,
      variations: [false, true],
      offVariation: OFF,
      salt: key,
      prerequisites: [],
      targets: [],
      rules: [],
      ...CONFIGURATIONS[kind],
    });
  }
  return {
    updateProcessor: data.getFactory(),
    sendEvents: false,
    diagnosticOptOut: true,
    logger: { error: console.error, warn: () => {}, info: () => {}, debug: () => {} },
  };
}

/** LaunchDarkly's client. `variationDetail` calls back before it returns. Its promise is not awaited. */
export async function launchdarkly(kinds: FlagKinds, users: User[]): Promise<Engine> {
  const client = init("sdk-key", launchdarklyOptions(kinds));
  await client.waitForInitialization({ timeout: 5 });
  const contexts: LDContext[] = parsedFromJson(users.map(({ id, ...rest }) => ({ kind: "user", key: id, ...rest })));
  const names = [...kinds.keys()];
  let isOn = false;
  const keep = (_error: unknown, detail: { value: unknown }): void => {
    isOn = detail.value === true;
  };
  const single = (flag: string, user: number): boolean => {
    void client.variationDetail(flag, contexts[user]!, false, keep);
    return isOn;
  };
  return {
    name: "launchdarkly",
    single,
    all: (user) => {
      let count = 0;
      for (const name of names) if (single(name, user)) count++;
      return count;
    },
  };
}
