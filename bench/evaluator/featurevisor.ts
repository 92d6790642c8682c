import { createInstance, type InstanceOptions } from "@featurevisor/sdk";
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

/** Featurevisor's instance with parsed segments and without its log of every evaluation. */
export function featurevisor(kinds: FlagKinds, users: User[]): Engine {
  const condition = (attribute: string, operator: string, value: unknown): object => ({ attribute, operator, value });
  const segments = {
    staff: [condition("email", "endsWith", "@acme.com")],
    eu: [condition("country", "in", COUNTRIES), condition("plan", "equals", "enterprise")],
    app: [condition("appVersion", "semverGreaterThanOrEquals", "3.2.0"), condition("platform", "equals", "ios")],
    carts: [condition("age", "greaterThanOrEquals", 18), condition("cartTotal", "greaterThan", 500)],
    paying: [condition("plan", "in", PLANS)],
  };
  const serve = (segment: keyof typeof segments | "*", percent = 100): object => ({
    key: segment,
    segments: segment,
    percentage: percent * 1000,
  });
  const traffic: Record<Kind, object[]> = {
    static: [serve("*")],
    rollout: [serve("*", 50)],
    targeted: [serve("staff"), serve("paying")],
    "five-rules": [serve("staff"), serve("eu"), serve("app"), serve("carts"), serve("paying", ROLLOUT_SHARE)],
  };
  const features = Object.fromEntries(
    [...kinds].map(([key, kind]) => [key, { key, bucketBy: "id", traffic: structuredClone(traffic[kind]) }]),
  );
  const datafile = {
    schemaVersion: "2",
    revision: "1",
    segments: Object.fromEntries(Object.entries(segments).map(([key, conditions]) => [key, { key, conditions }])),
    features,
  } as unknown as NonNullable<Exclude<InstanceOptions["datafile"], string>>;
  const instance = createInstance({ datafile, logLevel: "error" });
  const contexts = parsedFromJson(users.map((user) => ({ ...user })));
  const names = [...kinds.keys()];
  return {
    name: "featurevisor",
    single: (flag, user) => instance.isEnabled(flag, contexts[user]!),
    all: (user) => {
      const context = contexts[user]!;
      let count = 0;
      for (const name of names) if (instance.isEnabled(name, context)) count++;
      return count;
    },
  };
}
