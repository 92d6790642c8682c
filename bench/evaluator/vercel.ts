import { evaluate, type Packed } from "@vercel/flags-core";
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
const ENVIRONMENT = "production";

const condition = (attribute: string, comparator: string, value: unknown): unknown => [
  ["user", attribute],
  comparator,
  value,
];
const rule = (outcome: unknown, ...conditions: unknown[]): object => ({ conditions, outcome });
const share = (percent: number): object => ({
  type: "split",
  base: ["user", "id"],
  weights: [100 - percent, percent],
  defaultVariant: OFF,
});
const staff = rule(ON, condition("email", "endsWith", "@acme.com"));
const CONFIGURATIONS: Record<Kind, object> = {
  static: { fallthrough: ON },
  rollout: { fallthrough: share(50) },
  targeted: { rules: [staff, rule(ON, condition("plan", "oneOf", PLANS))], fallthrough: OFF },
  "five-rules": {
    rules: [
      staff,
      rule(ON, condition("country", "oneOf", COUNTRIES), condition("plan", "eq", "enterprise")),
      // There is no comparison of versions, so an expression stands for "at least 3.2.0".
      rule(
        ON,
        condition("appVersion", "regex", {
          type: "regex",
          pattern: "^(3\\.([2-9]|[1-9]\\d+)|[4-9]|[1-9]\\d+)\\.",
          flags: "",
        }),
        condition("platform", "eq", "ios"),
      ),
      rule(ON, condition("age", "gte", 18), condition("cartTotal", "gt", 500)),
      rule(share(ROLLOUT_SHARE), condition("plan", "oneOf", PLANS)),
    ],
    fallthrough: OFF,
  },
};

/** Vercel Flags' synchronous `evaluate`. Its client awaits the definitions, calls this function and counts the call. */
export function vercel(kinds: FlagKinds, users: User[]): Engine {
  type Inputs = Parameters<typeof evaluate<boolean>>[0];
  const definitions = new Map<string, Packed.FlagDefinition>();
  for (const [key, kind] of kinds) {
    definitions.set(key, {
      seed: definitions.size + 1,
      variants: [false, true],
      environments: { [ENVIRONMENT]: structuredClone(CONFIGURATIONS[kind]) },
    } as Packed.FlagDefinition);
  }
  const list = [...definitions.values()];
  const contexts = parsedFromJson(users.map((user) => ({ user })));
  // Like the client's bulk evaluation, each call gets the same object with another definition.
  const inputs: Inputs[] = contexts.map((entities) => ({
    entities,
    environment: ENVIRONMENT,
    definition: list[0]!,
    defaultValue: false,
  }));
  return {
    name: "vercel/flags-core",
    single: (flag, user) => {
      const input = inputs[user]!;
      input.definition = definitions.get(flag)!;
      return evaluate(input).value === true;
    },
    all: (user) => {
      const input = inputs[user]!;
      let count = 0;
      for (const definition of list) {
        input.definition = definition;
        if (evaluate(input).value === true) count++;
      }
      return count;
    },
  };
}
