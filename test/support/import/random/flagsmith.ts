import type { JsonValue } from "../../../../src/flags/document.ts";
import type { Draws } from "../draws.ts";

const TRAITS = ["plan", "age", "beta", "version", "email"];
const OPERATORS = [
  ["EQUAL", "NOT_EQUAL", "CONTAINS", "NOT_CONTAINS", "IN", "IS_SET", "IS_NOT_SET", "PERCENTAGE_SPLIT"],
  ["GREATER_THAN", "GREATER_THAN_INCLUSIVE", "LESS_THAN", "LESS_THAN_INCLUSIVE", "REGEX"],
].flat();
const VALUES = [
  "free",
  "5",
  "true",
  "False",
  "18.5",
  "1.2.0:semver",
  "2.0.0-beta:semver",
  "free,5,18",
  '["pro","5"]',
  "e",
];

let nextId = 1;

function condition({ pick, below, happens }: Draws): object {
  const operator = pick(OPERATORS);
  const paths = ["$.identity.identifier", "$.identity.traits.age", "$.identity.traits['plan']"];
  const property = happens(0.15) ? pick(paths) : pick(TRAITS);
  if (operator === "PERCENTAGE_SPLIT")
    return { operator, property_: happens(0.5) ? null : "$.identity.identifier", value: String(below(1000) / 10) };
  const value =
    operator === "MODULO"
      ? `${1 + below(5)}|${below(3)}`
      : operator === "REGEX"
        ? pick(["^f", "\\d+", "e$"])
        : pick(VALUES);
  return { operator, property_: property, value };
}

function rule(draws: Draws, depth: number): object {
  const { pick, some } = draws;
  const rules = depth > 0 ? some(1, 2, () => rule(draws, depth - 1)) : [];
  return { type: pick(["ALL", "ANY", "NONE"]), conditions: some(1, 2, () => condition(draws)), rules };
}

function state({ happens, some, below, pick }: Draws, feature: { id: number; name: string }): object {
  const values = happens(0.5) ? some(1, 3, () => below(330) / 10) : [];
  return {
    feature: { ...feature, type: "STANDARD" },
    enabled: happens(0.7),
    django_id: nextId++,
    featurestate_uuid: "6a1f1e2d-0000-4000-8000-000000000001",
    feature_state_value: pick(["on", 5, null, true, "text"]),
    multivariate_feature_state_values: values.map((percentage_allocation, i) => ({
      id: 100 - i,
      percentage_allocation,
      mv_fs_value_uuid: "",
      multivariate_feature_option: { id: i, value: `option-${i}` },
    })),
  };
}

/** Returns a random environment document. */
export function randomEnvironment(draws: Draws, count: number): { feature_states: object[] } {
  const features = Array.from({ length: count }, (_, i) => ({ id: i + 1, name: `feature-${i}` }));
  const segments = Array.from({ length: count }, (_, i) => ({
    id: 200 - i,
    name: `segment ${i}`,
    rules: draws.some(1, 2, () => rule(draws, 1)),
    feature_states: features
      .filter(() => draws.happens(0.05))
      .map((feature) => ({ ...state(draws, feature), feature_segment: { priority: draws.below(3) } })),
  }));
  const organisation = {
    id: 1,
    name: "o",
    feature_analytics: false,
    stop_serving_flags: false,
    persist_trait_data: true,
  };
  return {
    id: 1,
    api_key: "env-key",
    name: "production",
    project: { id: 1, name: "p", hide_disabled_flags: false, organisation, segments },
    feature_states: features.map((feature) => state(draws, feature)),
    identity_overrides: [7, 8].map((id) => ({
      identifier: `user-${id}`,
      identity_uuid: "",
      created_date: "2026-01-01T00:00:00Z",
      environment_api_key: "env-key",
      identity_traits: [],
      identity_features: features.filter(() => draws.happens(0.2)).map((feature) => state(draws, feature)),
    })),
  } as never;
}

export function randomIdentity({ below, happens, pick }: Draws): {
  identifier: string;
  traits: Record<string, JsonValue>;
} {
  const odd: JsonValue[] = ["", "5", "free", "pro", "1.2.0", "2.0.0", "e", 0, 5, 18.5, -3, true, false];
  const traits = TRAITS.filter(() => happens(0.8)).map((name) => [name, pick(odd)]);
  return {
    identifier: pick([`user-${below(20_000)}`, `üser-${below(20_000)}`, "user-7"]),
    traits: Object.fromEntries(traits),
  };
}
