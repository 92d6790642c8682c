import { randomIds } from "../../hashing/oracle.ts";
import { drawsOf } from "../draws.ts";

const { below, happens, pick, picks, some } = drawsOf(21);

const ids = randomIds(500);
const TEXTS = ["a", "ab", "b", "Ab", "", "1", "é", "2024-05-05T10:00:00Z", "2024-01-01", "nl", "de"];
const NUMBERS = [-1, 0, 1, 2.5, 5, 1_714_903_200_000];
const VERSIONS = [
  "1",
  "1.2",
  "1.2.3",
  "v1.10.0",
  "1.2.3.4",
  "1.2.3-rc.1",
  "1.2.3-rc",
  "1.2.3-rc.0",
  "2.0.0+b1",
  "1.2.3-2",
];
const LISTS = [[], ["a"], ["b", "ab"], ["1"]];
const VALUES = [...TEXTS, ...NUMBERS, true, false, null];
const VARIATIONS = ["control", "treatment", "other"];

function condition(): object {
  const attribute = pick(["x", "y", "user.plan"]);
  return pick<() => object>([
    () => ({ attribute, operator: pick(["equals", "notEquals"]), value: pick(VALUES) }),
    () => ({ attribute, operator: pick(["exists", "notExists"]) }),
    () => ({ attribute, operator: pick(["in", "notIn"]), value: picks(VALUES, 3) }),
    () => ({
      attribute,
      operator: pick(["contains", "notContains", "startsWith", "endsWith"]),
      value: pick([...TEXTS, ...NUMBERS]),
    }),
    () => ({
      attribute,
      operator: pick(["greaterThan", "greaterThanOrEquals", "lessThan", "lessThanOrEquals"]),
      value: pick([...NUMBERS, "1"]),
    }),
    () => ({
      attribute: "date",
      operator: pick(["before", "after"]),
      value: pick(["2024-05-05", "2024-05-05T10:00:00+02:00", 0, null, "nonsense"]),
    }),
    () => ({
      attribute: "version",
      operator: `semver${pick(["Equals", "NotEquals", "GreaterThan", "GreaterThanOrEquals", "LessThan", "LessThanOrEquals"])}`,
      value: pick([...VERSIONS, "nonsense"]),
    }),
    () => ({ attribute: pick(["x", "list"]), operator: pick(["includes", "notIncludes"]), value: pick(TEXTS) }),
    () => ({
      attribute,
      operator: pick(["matches", "notMatches"]),
      value: pick(["^a", "B$", "[0-9]", "(", ""]),
      ...(happens(0.3) && { regexFlags: "i" }),
    }),
  ])();
}

function tree(depth: number): unknown {
  if (depth === 0 || happens(0.5)) return condition();
  const parts = some(1, 2, () => tree(depth - 1));
  return pick([{ and: parts }, { or: parts }, { not: parts }, parts]);
}

const stringified = (value: unknown): unknown => (happens(0.3) ? JSON.stringify(value) : value);

const SEGMENTS = ["s0", "s1", "s2", "s3", "s4", "empty"];

function segments(): unknown {
  const one = (): unknown => pick(happens(0.05) ? ["gone"] : SEGMENTS);
  const group = pick<() => unknown>([
    () => "*",
    one,
    one,
    () => [one(), one()],
    () => ({ or: [one(), one()] }),
    () => ({ and: [one(), { not: [one()] }] }),
    () => ({ not: [one(), one()] }),
    () => ({ not: [] }),
  ])();
  return typeof group === "string" ? group : stringified(group);
}

const target = (): object => ({
  ...(happens(0.6) && { conditions: stringified([tree(1)]) }),
  ...(happens(0.6) && { segments: segments() }),
});

const VARIABLES = {
  color: { type: "string", defaultValue: "red" },
  count: { type: "integer", defaultValue: 1, disabledValue: 0 },
  config: { type: "json", defaultValue: '{"a":1}', useDefaultWhenDisabled: true },
  hidden: { type: "boolean", defaultValue: false },
};
const valueOf: Record<string, () => unknown> = {
  color: () => pick(["red", "blue", ""]),
  count: () => pick([1, 2, 3]),
  config: () => pick(['{"a":1}', '{"b":[2]}', "{"]),
  hidden: () => pick([true, false]),
};

function variables(probability: number): object {
  const names = Object.keys(VARIABLES).filter(() => happens(probability));
  return names.length === 0 ? {} : { variables: Object.fromEntries(names.map((name) => [name, valueOf[name]?.()])) };
}

function variation(value: string): object {
  const overridden = Object.keys(VARIABLES).filter(() => happens(0.3));
  return {
    value,
    ...variables(0.5),
    ...(overridden.length > 0 && {
      variableOverrides: Object.fromEntries(
        overridden.map((name) => [name, some(1, 2, () => ({ ...target(), value: valueOf[name]?.() }))]),
      ),
    }),
  };
}

function allocation(): object[] {
  const start = pick([0, 0, 0, 20_000]);
  const middle = start + below(30_000);
  const end = middle + below(40_000);
  return [
    { variation: "control", range: [start, middle] },
    ...(happens(0.2) ? [] : [{ variation: pick(["treatment", "gone"]), range: [middle, end] }]),
    ...(happens(0.3) ? [{ variation: "other", range: [end + pick([0, 1, 5000]), 100_000] }] : []),
  ];
}

function rule(key: string): object {
  return {
    key,
    segments: segments(),
    percentage: pick([100_000, 100_000, 0, 1, 50_000, 33_333]),
    ...(happens(0.15) && { enabled: happens(0.5) }),
    ...(happens(0.2) && { variation: pick([...VARIATIONS, "gone"]) }),
    ...variables(0.15),
    ...(happens(0.8) && { allocation: allocation() }),
  };
}

function force(): object {
  return {
    ...target(),
    ...(happens(0.5) && { enabled: happens(0.7) }),
    ...(happens(0.4) && { variation: pick([...VARIATIONS, "gone"]) }),
    ...variables(0.2),
  };
}

function feature(earlier: readonly string[]): object {
  const [first] = earlier;
  const required = (): unknown => (happens(0.5) ? pick(earlier) : { key: pick(earlier), variation: pick(VARIATIONS) });
  const isDependent = first !== undefined && happens(0.3);
  return {
    bucketBy: pick<unknown>(["userId", "userId", ["userId", "x"], { or: ["deviceId", "userId"] }, "user.plan"]),
    // The SDK looks for the variables of a feature in the required ones too: see variables.ts.
    ...(isDependent ? { required: some(1, 2, required) } : { variablesSchema: VARIABLES }),
    ...(happens(0.7) && { variations: VARIATIONS.map(variation) }),
    ...(happens(0.3) && { disabledVariationValue: pick(["control", "off"]) }),
    traffic: some(1, 3, () => 0).map((_, i) => rule(`rule-${i}`)),
    ...(happens(0.5) && { force: some(1, 3, force) }),
    ...(happens(0.15) && { ranges: pick([[[0, 50_000]], [[10_000, 20_000], [60_000, 100_000]]]) }), // prettier-ignore
  };
}

export interface Datafile {
  schemaVersion: string;
  revision: string;
  segments: Record<string, object>;
  features: Record<string, object>;
}

/** Makes a datafile with random features. */
export function randomDatafile(count: number): Datafile {
  const features: Record<string, object> = {};
  for (let i = 0; i < count; i++) features[`feature-${i}`] = feature(Object.keys(features).slice(-10));
  return {
    schemaVersion: "2",
    revision: "1",
    segments: {
      ...Object.fromEntries(
        SEGMENTS.slice(0, -1).map((key) => [key, { conditions: stringified(some(1, 2, () => tree(2))) }]),
      ),
      empty: { conditions: "*" },
    },
    features,
  };
}

export function randomContext(): Record<string, unknown> {
  return {
    ...(happens(0.95) && { userId: pick([...ids, "", 42, true]) }),
    ...(happens(0.5) && { deviceId: pick(ids) }),
    ...(happens(0.8) && { x: pick(VALUES) }),
    ...(happens(0.8) && { y: pick(VALUES) }),
    ...(happens(0.8) && { list: pick<unknown>([...LISTS, "a"]) }),
    ...(happens(0.8) && { version: pick<unknown>([...VERSIONS, "nonsense", 1]) }),
    ...(happens(0.8) && {
      date: pick<unknown>([
        "2024-05-05",
        "2024-05-05T09:00:00Z",
        0,
        null,
        true,
        false,
        "x",
        new Date(1_714_903_200_000),
      ]),
    }),
    ...(happens(0.8) && { user: { plan: pick(["a", "nl", 5]) } }),
  };
}
