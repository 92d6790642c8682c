import unleashClientModule from "unleash-client/lib/client.js";
import unleashStrategies from "unleash-client/lib/strategy/index.js";
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

// For CommonJS with a default export, Node returns the module, but the types describe the class.
const UnleashClient = (unleashClientModule as unknown as { default: typeof unleashClientModule }).default;

/** Returns unleash-client's client with flags in memory, without its repository, metrics and events. */
export function unleashClient(kinds: FlagKinds): InstanceType<typeof UnleashClient> {
  type Feature = NonNullable<Parameters<InstanceType<typeof UnleashClient>["isFeatureEnabled"]>[0]>;
  const constraint = (contextName: string, operator: string, values: string[] | string): object => ({
    contextName,
    operator,
    values: Array.isArray(values) ? values : [],
    value: Array.isArray(values) ? undefined : values,
    inverted: false,
    caseInsensitive: false,
  });
  const strategy = (percent: number, ...constraints: object[]): object => ({
    name: "flexibleRollout",
    parameters: { rollout: String(percent), stickiness: "userId" },
    constraints,
  });
  const all = (...constraints: object[]): object => ({ name: "default", parameters: {}, constraints });
  const staff = all(constraint("email", "STR_ENDS_WITH", ["@acme.com"]));
  const strategies: Record<Kind, object[]> = {
    static: [],
    rollout: [strategy(50)],
    targeted: [staff, all(constraint("plan", "IN", PLANS))],
    "five-rules": [
      staff,
      all(constraint("country", "IN", COUNTRIES), constraint("plan", "IN", ["enterprise"])),
      all(constraint("appVersion", "SEMVER_GTE", "3.2.0"), constraint("platform", "IN", ["ios"])),
      all(constraint("age", "NUM_GTE", "18"), constraint("cartTotal", "NUM_GT", "500")),
      strategy(ROLLOUT_SHARE, constraint("plan", "IN", PLANS)),
    ],
  };
  const features = new Map<string, Feature>();
  for (const [name, kind] of kinds) {
    const parameters = strategies[kind].map((one) => {
      const copy = structuredClone(one) as { name: string; parameters: Record<string, string> };
      if (copy.name === "flexibleRollout") copy.parameters["groupId"] = name;
      return copy;
    });
    features.set(name, {
      name,
      type: "release",
      enabled: true,
      stale: false,
      impressionData: false,
      strategies: parameters,
      variants: [],
    } as unknown as Feature);
  }
  const repository = { getToggle: (name: string) => features.get(name), getSegment: () => undefined };
  return new UnleashClient(repository as never, unleashStrategies.defaultStrategies);
}

export function unleash(kinds: FlagKinds, users: User[]): Engine {
  const client = unleashClient(kinds);
  const contexts = parsedFromJson(
    users.map(({ id, age, cartTotal, ...rest }) => ({
      userId: id,
      properties: { ...rest, age: String(age), cartTotal: String(cartTotal) },
    })),
  );
  const names = [...kinds.keys()];
  const off = (): boolean => false;
  return {
    name: "unleash-client",
    single: (flag, user) => client.isEnabled(flag, contexts[user]!, off),
    all: (user) => {
      let count = 0;
      for (const name of names) if (client.isEnabled(name, contexts[user]!, off)) count++;
      return count;
    },
  };
}
