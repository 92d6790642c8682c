import { FlagdCore } from "@openfeature/flagd-core";
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

/** Returns the flags in flagd's form, as JSON. */
export function flagdDefinitions(kinds: FlagKinds): string {
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
  return JSON.stringify({ flags });
}

/** flagd-core with compiled targeting, its default in Node. */
export function flagd(kinds: FlagKinds, users: User[]): Engine {
  const core = new FlagdCore();
  core.setConfigurations(flagdDefinitions(kinds));
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
