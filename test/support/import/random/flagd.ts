import type { JsonValue } from "../../../../src/flags/document.ts";
import type { Draws } from "../draws.ts";

const VARIANTS = ["a", "b", "c", "true", "false"];
const ATTRIBUTES = ["email", "age", "plan", "tags", "app.version", "targetingKey"];
const LITERALS = ["a", "", "5", "free", 5, 0, -1.5, true, false, null, "1.2.0"];
const VERSIONS = ["1", "1.2", "v1.2.3", "2.0.0-beta.1", "0.3.0", "1.2.0.0", "x"];

/** Returns a flag with random targeting. Some of its parts are outside the model, so the report may refuse the flag. */
export function randomFlag(draws: Draws, weights: () => unknown): object {
  const { happens, pick } = draws;
  return {
    state: happens(0.05) ? "DISABLED" : "ENABLED",
    variants: Object.fromEntries(VARIANTS.map((name) => [name, `value-${name}`])),
    ...(happens(0.8) && { defaultVariant: pick(VARIANTS) }),
    ...(happens(0.95) && { targeting: outcome(draws, 3, weights) }),
  };
}

function outcome(draws: Draws, depth: number, weights: () => unknown): unknown {
  const { below, pick, some } = draws;
  const kind = depth === 0 ? 0 : below(8);
  if (kind < 1) return pick([...VARIANTS, null, "missing"]);
  if (kind < 4) {
    const chain = some(1, 2, () => [condition(draws, 2), outcome(draws, depth - 1, weights)]).flat();
    return { if: [...chain, ...some(1, 1, () => outcome(draws, depth - 1, weights))] };
  }
  if (kind < 6) return { fractional: fractional(draws, weights) };
  if (kind < 7) return condition(draws, 1);
  return pick([{ $ref: "beta" }, { var: "plan" }]);
}

function fractional(draws: Draws, weights: () => unknown): unknown[] {
  const { happens, pick, some } = draws;
  const key = pick([
    [],
    [{ var: "email" }],
    [{ cat: [{ var: "$flagd.flagKey" }, "-", { var: pick(["email", "age"]) }] }],
  ]);
  const branch = (one: unknown, other: unknown): unknown =>
    happens(0.1) ? { if: [condition(draws, 0), one, other] } : one;
  const entries = some(1, 3, () =>
    happens(0.1) ? [pick(VARIANTS)] : [branch(pick(VARIANTS), pick(VARIANTS)), branch(weights(), weights())],
  );
  return [...key, ...entries, ["b", 10]];
}

function condition(draws: Draws, depth: number): unknown {
  const { below, pick, some, happens } = draws;
  const attribute = { var: pick(ATTRIBUTES) };
  const literal = pick(LITERALS);
  if (depth > 0 && happens(0.4)) {
    const inner = (): unknown => condition(draws, depth - 1);
    return pick([{ and: some(1, 3, inner) }, { or: some(1, 3, inner) }, { "!": [inner()] }, { "!!": [inner()] }]);
  }
  switch (below(8)) {
    case 0:
      return { in: [attribute, some(1, 3, () => pick(LITERALS))] };
    case 1:
      return { in: ["e", attribute] };
    case 2:
      return { [pick(["starts_with", "ends_with"])]: [attribute, pick(["a", "", "m", 5])] };
    case 3:
      return {
        sem_ver: [{ var: "app.version" }, pick(["=", "!=", "<", "<=", ">", ">=", "^", "~", "?"]), pick(VERSIONS)],
      };
    case 4:
      return pick([attribute, { $ref: "adult" }]);
    default: {
      const operator = pick(["==", "!=", "===", "!==", "<", "<=", ">", ">="]);
      return { [operator]: happens(0.8) ? [attribute, literal] : [literal, attribute] };
    }
  }
}

export const EVALUATORS = {
  beta: { in: ["e", { var: "email" }] },
  adult: { ">=": [{ var: "age" }, 18] },
};

export function randomContext({ below, happens, pick }: Draws): Record<string, JsonValue> {
  const odd: JsonValue[] = [null, true, false, 0, 5, -1.5, "", "5", "a", " 5 ", [], ["e", "a"], {}, { a: 1 }];
  return {
    ...(happens(0.9) && { targetingKey: pick(["", "a", `user-${below(10_000)}`, `üser-${below(10_000)}`]) }),
    ...(happens(0.8) && {
      email: happens(0.8) ? `e${below(10_000)}@acme.com` : pick(odd.filter((one) => !isFilled(one))),
    }),
    ...(happens(0.8) && { age: happens(0.7) ? below(40) : pick(odd.filter((one) => !isFilled(one))) }),
    ...(happens(0.8) && { plan: happens(0.6) ? pick(["free", "a", "b", "zzz"]) : pick(odd) }),
    ...(happens(0.5) && { tags: pick(odd) }),
    ...(happens(0.7) && {
      app: happens(0.9) ? { version: pick([...VERSIONS, 1, 1.2, null, "V1.2.4", "1.3.0+b"]) } : pick(odd),
    }),
  };
}

/** The report says of each key with a list in it that it is not exact. */
function isFilled(value: JsonValue): boolean {
  return Array.isArray(value) && value.length > 0;
}

/** Returns a flag with a plain split, which the first version of flagd's hash gives to everybody. */
export function randomSplit({ pick, some, below }: Draws): object {
  const variants = Object.fromEntries(VARIANTS.map((name) => [name, `value-${name}`]));
  const key = pick([[], [{ var: "email" }]]);
  const entries = some(1, 4, () => [pick(VARIANTS), below(100)]);
  return { state: "ENABLED", variants, defaultVariant: "c", targeting: { fractional: [...key, ...entries, ["a", 7]] } };
}
