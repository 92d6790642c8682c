import { type FeatureDefinitions, GrowthBookClient } from "@growthbook/growthbook";
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

/** Returns the flags in GrowthBook's form. */
export function growthbookPayload(kinds: FlagKinds): { features: FeatureDefinitions } {
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
  return { features: features as FeatureDefinitions };
}

/** GrowthBook's multi-user client. */
export function growthbook(kinds: FlagKinds, users: User[]): Engine {
  const client = new GrowthBookClient().initSync({ payload: growthbookPayload(kinds) });
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
