import type { Draws } from "../draws.ts";
import type { GoffFlag, GoffRule } from "../goff.ts";

const START = Date.parse("2030-01-01T00:00:00Z");
const DAY = 86_400_000;
const VARIATIONS = ["a", "B", "é", "c"];
/** The queries, and the attributes for which they are true. */
const QUERIES = ['plan eq "pro"', "age gt 18", "not (beta eq true)", 'plan in ["pro", "team"] and age le 30'];

function date({ below }: Draws): string {
  return new Date(START + below(60) * (DAY / 2)).toISOString();
}

/** Returns the shares of some variations. Their sum is exact in every order. */
function percentage({ below, pick }: Draws): Record<string, number> {
  const share = (): number => pick([0, 100, below(101), below(400) / 4]);
  return { [pick(VARIATIONS)]: 1 + below(99), [pick(VARIATIONS)]: share(), [pick(VARIATIONS)]: share() };
}

function outcome(draws: Draws): GoffRule {
  const { pick, happens, below } = draws;
  if (happens(0.4)) return { variation: pick(VARIATIONS) };
  if (happens(0.6)) return { percentage: percentage(draws) };
  const from = below(50);
  const start = below(40) * DAY;
  return {
    progressiveRollout: {
      initial: { variation: pick(VARIATIONS), percentage: from, date: new Date(START + start).toISOString() },
      end: {
        variation: pick(VARIATIONS),
        percentage: pick([100, from + below(50)]),
        date: new Date(START + start + (1 + below(20)) * DAY).toISOString(),
      },
    },
  };
}

function rule(draws: Draws, name: string): GoffRule {
  const { pick, happens } = draws;
  return { name, query: pick(QUERIES), ...outcome(draws), ...(happens(0.1) && { disable: true }) };
}

export function randomGoffFlag(draws: Draws): GoffFlag {
  const { happens, some, below } = draws;
  let rules = 0;
  const named = (): GoffRule => rule(draws, `rule-${++rules}`);
  const experiment = (): object => ({
    experimentation: { ...(happens(0.7) && { start: date(draws) }), ...(happens(0.7) && { end: date(draws) }) },
  });
  const targeting = some(0, 3, named);
  const update = (): GoffRule => ({ ...outcome(draws), name: `rule-${1 + below(Math.max(rules, 1))}` });
  const count = below(3);
  return {
    variations: Object.fromEntries(VARIATIONS.map((name) => [name, `${name}-0`])),
    ...(targeting.length > 0 && { targeting }),
    defaultRule: outcome(draws),
    ...(happens(0.1) && { disable: true }),
    ...(happens(0.2) && experiment()),
    scheduledRollout: Array.from({ length: count }, (_, i) => ({
      date: date(draws),
      ...(happens(0.5) && targeting.length > 0 && { targeting: [update()] }),
      // A step after one that adds a rule would drop it.
      ...(i === count - 1 && happens(0.3) && { targeting: [named()] }),
      ...(happens(0.3) && { defaultRule: outcome(draws) }),
      ...(happens(0.2) && { disable: happens(0.5) }),
      ...(happens(0.2) && { variations: { B: `B-${i + 1}` } }),
      ...(happens(0.2) && experiment()),
    })),
  };
}

/** Returns a random context, with the queries that are true for it, at an instant in whole seconds. */
export function randomGoffVisit({ pick, happens, below }: Draws) {
  const plan = pick(["pro", "team", "free"]);
  const age = below(60);
  const beta = happens(0.5);
  const results = [plan === "pro", age > 18, !beta, plan !== "free" && age <= 30];
  const key = happens(0.1) ? "" : pick([`user-${below(100_000)}`, `zoë-${below(1000)}`]);
  return {
    context: { targetingKey: key, plan, age, beta },
    visit: {
      key,
      holds: new Set(QUERIES.filter((_, i) => results[i])),
      now: START + below(62 * 24 * 3600) * 1000 - DAY,
    },
  };
}
