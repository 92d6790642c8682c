import { compileFlag } from "../../src/evaluation/compile.ts";
import type { CompiledFlag } from "../../src/evaluation/types.ts";
import type { FlagDocument } from "../../src/flags/document.ts";
import { parseFlagInput } from "../../src/flags/parse.ts";
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

export function burgeeDocuments(kinds: FlagKinds): FlagDocument[] {
  return Array.from(kinds, ([key, kind]) => {
    const input = parseFlagInput({
      key,
      type: "boolean",
      variants: { on: true, off: false },
      enabled: true,
      ...BURGEE_CONFIGURATIONS[kind],
    });
    return { ...input, schemaVersion: 1, version: 1 };
  });
}

export function burgee(kinds: FlagKinds, users: User[]): Engine {
  const flags = new Map<string, CompiledFlag>();
  for (const document of burgeeDocuments(kinds)) flags.set(document.key, compileFlag(document));
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
