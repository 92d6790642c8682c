import type { AttributeCondition, Condition, FlagInput, JsonValue, Rule, Serve } from "../../../src/flags/document.ts";
import type { Draws } from "../import/draws.ts";

/** The parts that random flags can contain. */
export interface Scope {
  draws: Draws;
  segments: readonly string[];
  /** The flags that a flag can depend on. */
  flags: readonly string[];
  /** How often a part is one that flagd does not have. */
  unsupported: number;
}

const VARIANTS = ["a", "b", "c"];
const ATTRIBUTES = ["email", "age", "plan", "tags", ["app", "version"], ["app", "name"], "targetingKey"];
const TEXTS = ["a", "e", "5", "free", "@acme.com", "x y", "10", "_"];
const NUMBERS = [0, 5, -1.5, 18, 1e21];
const VERSIONS = ["1.2.3", "1.2.4-beta.1", "0.3.0", "0.0.4", "v2.0.0", "2.0.0-rc.1+b"];

/** Returns a flag that the worker accepts. */
export function randomFlag(key: string, scope: Scope): FlagInput {
  const { happens, pick, some } = scope.draws;
  const type = pick(["string", "boolean", "integer", "object"] as const);
  const rules = some(0, 4, () => 0).map((_, i) => randomRule(`r${i}`, scope));
  return {
    key,
    kind: "flag",
    type,
    variants: Object.fromEntries(VARIANTS.map((name, i) => [name, valueOf(type, i)])),
    clientVisible: false,
    metadata: {},
    enabled: happens(0.93),
    offVariant: happens(0.7) ? pick(VARIANTS) : null,
    prerequisites: happens(0.15) && scope.flags.length > 0 ? [{ flag: pick(scope.flags), variants: some2(scope) }] : [],
    rules,
    default: randomServe(scope, true),
  };
}

function some2({ draws }: Scope): string[] {
  return [...new Set(draws.some(1, 2, () => draws.pick(VARIANTS)))];
}

function valueOf(type: FlagInput["type"], i: number): JsonValue {
  if (type === "boolean") return i % 2 === 0;
  if (type === "integer") return i;
  return type === "object" ? { i } : `value-${i}`;
}

function randomRule(id: string, scope: Scope): Rule {
  const { happens, pick } = scope.draws;
  const seconds = pick(["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"]);
  const isOdd = happens(scope.unsupported / 4);
  return {
    id,
    ...(happens(0.9) && { when: randomCondition(scope, 2) }),
    ...(happens(0.1) && { [pick(["from", "until"])]: isOdd ? "2026-01-01T00:00:00.500Z" : seconds }),
    ...(happens(scope.unsupported / 8) && {
      during: [{ timezone: "UTC", days: ["mon"], from: "09:00", to: "17:00" }],
    }),
    serve: randomServe(scope, false),
  } as Rule;
}

function randomServe({ draws, unsupported }: Scope, isDefault: boolean): Serve {
  const { happens, pick, below } = draws;
  if (happens(0.03)) return { error: happens(unsupported) ? "PARSE_ERROR" : "GENERAL" };
  if (happens(0.5)) return { variant: happens(0.1) ? null : pick(VARIANTS) };
  const isOwn = happens(0.2);
  const total = isOwn ? pick([100, 1000, 7]) : 100_000;
  const first = below(total + 1);
  const second = below(total - first + 1);
  const rest = isDefault || happens(0.4) ? total - first - second : below(total - first - second + 1);
  const names = pick([VARIANTS, VARIANTS.toReversed()]);
  const others = happens(unsupported / 4) ? "unleash-variant-1" : pick(["flagd-2", "flagd-utf-16-2"]);
  const weights = [first, second, rest].map((weight, i): [string, number] => [names[i] ?? "a", weight]);
  return {
    rollout: {
      by: pick([["targetingKey"], ["plan"], ["tags", "targetingKey"], [["app", "name"], "email"]]),
      salt: isOwn && happens(0.3) ? "" : pick(["s", "checkout"]),
      hash: isOwn ? (others as never) : "murmur3-mulshift",
      ...(isOwn && { total }),
      weights,
      onMissingKey: happens(unsupported / 8) ? pick(["error", "random"]) : pick(["skip", "default"]),
      onMiss: pick(["next", "default"]),
    },
  };
}

export function randomCondition(scope: Scope, depth: number): Condition {
  const { happens, pick, some, below } = scope.draws;
  if (depth > 0 && happens(0.5)) {
    const inner = (): Condition => randomCondition(scope, depth - 1);
    const kind = below(3);
    return kind === 0 ? { all: some(1, 3, inner) } : kind === 1 ? { any: some(1, 3, inner) } : { not: inner() };
  }
  if (happens(0.1) && scope.segments.length > 0) return { segment: pick(scope.segments) };
  if (happens(0.1) && scope.flags.length > 0) return { flag: pick(scope.flags), variants: some2(scope) };
  if (happens(0.08)) {
    const ranges: [number, number][] = [[below(30_000), 40_000 + below(20_000)]];
    if (happens(0.5)) ranges.push([70_000, 70_000 + below(30_000)]);
    return { bucket: { by: ["targetingKey"], salt: pick(["s", "t"]), hash: "murmur3-mulshift", ranges } };
  }
  return randomLeaf(scope);
}

function randomLeaf({ draws, unsupported }: Scope): AttributeCondition {
  const { happens, pick, some, below } = draws;
  const base = {
    attribute: pick(happens(unsupported / 8) ? ["request.country", "a.b", ["tags", "0"]] : ATTRIBUTES),
    ...(happens(0.3) && { missing: pick([true, "unknown", false] as const) }),
    ...(happens(0.3) && { invalid: pick([true, "unknown", false] as const) }),
  };
  if (happens(unsupported / 4))
    return pick<AttributeCondition>([
      { ...base, operator: "matches", values: ["^a"] },
      { ...base, operator: "before", values: ["2026-01-01"] },
      { ...base, operator: "ip_in_cidr", values: ["10.0.0.0/8"] },
      { ...base, operator: "contains", values: ["a"], caseInsensitive: true },
      { ...base, operator: "gte", values: [1], read: "number" },
      { ...base, operator: "contains", values: ["a"], each: true },
    ]);
  const scalars = some(1, 3, () => pick([...TEXTS, ...NUMBERS, true, false, null]));
  switch (below(8)) {
    case 0:
    case 1:
      return { ...base, operator: pick(["equals", "in"]), values: scalars };
    case 2:
      return {
        ...base,
        operator: pick(["contains", "starts_with", "ends_with"]),
        values: some(1, 2, () => pick(TEXTS)),
      };
    case 3:
      return { ...base, operator: pick(["lt", "lte", "gt", "gte"]), values: [pick([...NUMBERS, ...TEXTS])] };
    case 4:
      return { ...base, operator: "between", values: [0, 5, 18, 20] };
    case 5:
      return {
        ...base,
        operator: pick(["array_contains_any", "array_contains_all"]),
        values: scalars.map((one) => (typeof one === "number" && !happens(unsupported) ? "a" : one)),
      };
    case 6:
      return { attribute: base.attribute, operator: "exists" };
    default:
      return {
        ...base,
        ...(happens(0.7) && { attribute: ["app", "version"] }),
        operator: pick([
          "semver_eq",
          "semver_lt",
          "semver_lte",
          "semver_gt",
          "semver_gte",
          "semver_caret",
          "semver_tilde",
        ]),
        values: some(1, 2, () => pick(VERSIONS)),
      };
  }
}

const ODD: JsonValue[] = [
  null,
  true,
  false,
  0,
  5,
  1e21,
  -1.5,
  "",
  "5",
  "a",
  " 5 ",
  "1.2.3",
  [],
  ["e", "a"],
  [5],
  [null],
  [["a"]],
  {},
  { a: 1 },
];
const ODD_VERSIONS: JsonValue[] = [
  "1.2",
  "1",
  "V1.2.3",
  "vv1.2.3",
  " 1.2.3",
  "1.2.3 ",
  "1.2.3-",
  "1.2.3-01",
  "1.2-beta",
  "01.2.3",
  "1.2.3.4",
  "",
  "v",
  1,
  1.2,
  null,
  ["1.2.3"],
  "1.2.3+b",
  "v 1.2.3",
  "\n1.2.3",
];

/** Returns a context in which any attribute can be missing or of another type. */
export function randomContext({ below, happens, pick }: Draws): Record<string, JsonValue> {
  const odd = (probability: number, usual: () => JsonValue): JsonValue => (happens(probability) ? pick(ODD) : usual());
  return {
    ...(happens(0.9) && { targetingKey: pick(["", "a", `user-${below(10_000)}`, `user-${below(10_000)}`]) }),
    ...(happens(0.8) && { email: odd(0.2, () => `e${below(10_000)}@acme.com`) }),
    ...(happens(0.8) && { age: odd(0.3, () => below(40)) }),
    ...(happens(0.8) && { plan: odd(0.4, () => pick(["free", "a", "b", "x y"])) }),
    ...(happens(0.7) && { tags: odd(0.5, () => pick([["a"], ["free", 5], [true, "e"], []])) }),
    ...(happens(0.8) && {
      app: odd(0.1, () => ({
        ...(happens(0.9) && { version: pick([...VERSIONS, ...ODD_VERSIONS]) }),
        ...(happens(0.7) && { name: odd(0.3, () => `app-${below(10)}`) }),
      })),
    }),
  };
}
