/**
 * The same flags for four evaluators, each called through its fastest documented in-process path: flagd-core with
 * compiled targeting (its default in Node), unleash-client's client with flags in memory (without its repository,
 * metrics and events), and GrowthBook's multi-user client.
 */
import { FlagdCore } from "@openfeature/flagd-core";
import { type FeatureDefinitions, GrowthBookClient } from "@growthbook/growthbook";
import unleashClientModule from "unleash-client/lib/client.js";
import unleashStrategies from "unleash-client/lib/strategy/index.js";

import { compileFlag } from "../src/evaluation/compile.ts";
import type { CompiledFlag } from "../src/evaluation/types.ts";
import { parseFlagInput } from "../src/flags/parse.ts";

// For CommonJS with a default export, Node returns the module, but the types describe the class.
const UnleashClient = (unleashClientModule as unknown as { default: typeof unleashClientModule }).default;

export interface User {
  id: string;
  email: string;
  country: string;
  plan: string;
  platform: string;
  appVersion: string;
  age: number;
  cartTotal: number;
}

/** An evaluator. `user` is the index of a user, whose context was built in advance in the evaluator's own form. */
export interface Engine {
  name: string;
  single: (flag: string, user: number) => boolean;
  /** Evaluates every flag and returns how many are on. */
  all: (user: number) => number;
}

export const COUNTRIES = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(" ");
export const PLANS = ["pro", "business"];
const ROLLOUT_SHARE = 25;

/** The kinds of flags. Each engine expresses them in its own form. */
export const KINDS = ["static", "rollout", "targeted", "five-rules"] as const;
export type Kind = (typeof KINDS)[number];
export type FlagKinds = ReadonlyMap<string, Kind>;

const leaf = (attribute: string, operator: string, ...values: unknown[]): object => ({ attribute, operator, values });
const ON = { variant: "on" };
const percentOn = (percent: number): object => ({
  rollout: {
    weights: [
      ["on", percent * 1000],
      ["off", 100_000 - percent * 1000],
    ],
  },
});
const BURGEE_CONFIGURATIONS: Record<Kind, object> = {
  static: { default: ON },
  rollout: { default: percentOn(50) },
  targeted: {
    default: { variant: "off" },
    rules: [
      { id: "staff", when: leaf("email", "ends_with", "@acme.com"), serve: ON },
      { id: "paying", when: leaf("plan", "in", ...PLANS), serve: ON },
    ],
  },
  "five-rules": {
    default: { variant: "off" },
    rules: [
      { id: "staff", when: leaf("email", "ends_with", "@acme.com"), serve: ON },
      {
        id: "eu",
        when: { all: [leaf("country", "in", ...COUNTRIES), leaf("plan", "equals", "enterprise")] },
        serve: ON,
      },
      {
        id: "app",
        when: { all: [leaf("appVersion", "semver_gte", "3.2.0"), leaf("platform", "equals", "ios")] },
        serve: ON,
      },
      { id: "carts", when: { all: [leaf("age", "gte", 18), leaf("cartTotal", "gt", 500)] }, serve: ON },
      { id: "some", when: leaf("plan", "in", ...PLANS), serve: percentOn(ROLLOUT_SHARE) },
    ],
  },
};

export function burgee(kinds: FlagKinds, users: User[]): Engine {
  const flags = new Map<string, CompiledFlag>();
  for (const [key, kind] of kinds) {
    const input = parseFlagInput({
      key,
      type: "boolean",
      variants: { on: true, off: false },
      enabled: true,
      ...BURGEE_CONFIGURATIONS[kind],
    });
    flags.set(key, compileFlag({ ...input, schemaVersion: 1, version: 1 }));
  }
  const list = [...flags.values()];
  const contexts = parsedFromJson(users.map(({ id, ...rest }) => ({ targetingKey: id, ...rest })));
  const request = {};
  const inputs = contexts.map((context) => ({ context, request, now: 1_800_000_000_000, random: Math.random }));
  return {
    name: "burgee",
    single: (flag, user) => {
      const resolution = flags.get(flag)!.evaluate(inputs[user]!);
      return resolution.reason !== "ERROR" && resolution.value === true;
    },
    all: (user) => {
      const input = inputs[user]!;
      let count = 0;
      for (const flag of list) {
        const resolution = flag.evaluate(input);
        if (resolution.reason !== "ERROR" && resolution.value === true) count++;
      }
      return count;
    },
  };
}

export function flagd(kinds: FlagKinds, users: User[]): Engine {
  const variable = (name: string): object => ({ var: name });
  const isIn = (name: string, values: string[]): object => ({ in: [variable(name), values] });
  const share = (percent: number): object => ({
    fractional: [
      ["on", percent],
      ["off", 100 - percent],
    ],
  });
  const staff = { ends_with: [variable("email"), "@acme.com"] };
  const targeting: Record<Kind, object> = {
    static: {},
    rollout: share(50),
    targeted: { if: [staff, "on", isIn("plan", PLANS), "on", "off"] },
    "five-rules": {
      if: [
        staff,
        "on",
        { and: [isIn("country", COUNTRIES), { "==": [variable("plan"), "enterprise"] }] },
        "on",
        { and: [{ sem_ver: [variable("appVersion"), ">=", "3.2.0"] }, { "==": [variable("platform"), "ios"] }] },
        "on",
        { and: [{ ">=": [variable("age"), 18] }, { ">": [variable("cartTotal"), 500] }] },
        "on",
        isIn("plan", PLANS),
        share(ROLLOUT_SHARE),
        "off",
      ],
    },
  };
  const flags: Record<string, object> = {};
  for (const [key, kind] of kinds) {
    flags[key] = {
      state: "ENABLED",
      variants: { on: true, off: false },
      defaultVariant: "on",
      targeting: targeting[kind],
    };
  }
  const core = new FlagdCore();
  core.setConfigurations(JSON.stringify({ flags }));
  const contexts = parsedFromJson(users.map(({ id, ...rest }) => ({ targetingKey: id, ...rest })));
  return {
    name: "flagd-core",
    single: (flag, user) => core.resolveBooleanEvaluation(flag, false, contexts[user]!).value,
    all: (user) => {
      let count = 0;
      for (const { value } of core.resolveAll(contexts[user]!)) if (value === true) count++;
      return count;
    },
  };
}

export function unleash(kinds: FlagKinds, users: User[]): Engine {
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
  const client = new UnleashClient(repository as never, unleashStrategies.defaultStrategies);
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

export function growthbook(kinds: FlagKinds, users: User[]): Engine {
  const force = (condition: object): object => ({ condition, force: true });
  const share = (percent: number): object => ({
    force: true,
    coverage: percent / 100,
    hashAttribute: "id",
    hashVersion: 2,
  });
  const staff = force({ email: { $regex: "@acme\\.com$" } });
  const rules: Record<Kind, object[]> = {
    static: [],
    rollout: [share(50)],
    targeted: [staff, force({ plan: { $in: PLANS } })],
    "five-rules": [
      staff,
      force({ country: { $in: COUNTRIES }, plan: "enterprise" }),
      force({ appVersion: { $vgte: "3.2.0" }, platform: "ios" }),
      force({ age: { $gte: 18 }, cartTotal: { $gt: 500 } }),
      { ...share(ROLLOUT_SHARE), condition: { plan: { $in: PLANS } } },
    ],
  };
  const features: Record<string, object> = {};
  for (const [key, kind] of kinds) {
    const seeded = rules[kind].map((rule) => ("coverage" in rule ? { ...rule, seed: key } : rule));
    features[key] = { defaultValue: kind === "static", rules: seeded };
  }
  const client = new GrowthBookClient().initSync({ payload: { features: features as FeatureDefinitions } });
  const contexts = parsedFromJson(users.map((user) => ({ attributes: user })));
  const names = [...kinds.keys()];
  return {
    name: "growthbook",
    single: (flag, user) => client.evalFeature(flag, contexts[user]!).value === true,
    all: (user) => {
      let count = 0;
      for (const name of names) if (client.evalFeature(name, contexts[user]!).value === true) count++;
      return count;
    },
  };
}

/** Parses the contexts from JSON, because every engine reads objects built in code more slowly. */
function parsedFromJson<T>(contexts: T[]): T[] {
  return JSON.parse(JSON.stringify(contexts)) as T[];
}
