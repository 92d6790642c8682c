import type { Draws } from "../draws.ts";

const VALUES: Record<string, unknown[]> = {
  BOOLEAN: [true, false],
  STRING: ["a", "b", "é"],
  INTEGER: [1, 2, -3],
  NUMERIC: [0.5, 2, -1.25],
  JSON: ['{"a":1}', '{"a":[true]}'],
};
const SALTS = ["s1", "s2", "é", ""];
const TOTAL = 10_000;
const PAST = "2020-01-01T00:00:00.000Z";
const FUTURE = "2200-01-01T00:00:00.000Z";

/** Datadog's SDK compares with numbers only, and has JSON as objects. */
export type UfcSystem = "eppo" | "datadog";

function condition({ pick, some }: Draws, system: UfcSystem): object {
  const bounds = system === "eppo" ? [3, 10, "5", "1.2.0", "2.0.0-rc.1"] : [3, 10, -1.5];
  const name = (): string => pick(["ada", "bob", "1", "true", "é"]);
  // Eppo's SDK for JavaScript compares a boolean as a number, which Burgee does not.
  const compared = pick(["plan", "age", "version", "id", "gone"]);
  return {
    attribute: pick([compared, "beta"]),
    ...pick([
      () => ({ attribute: compared, operator: pick(["GT", "GTE", "LT", "LTE"]), value: pick(bounds) }),
      () => ({ operator: pick(["ONE_OF", "NOT_ONE_OF"]), value: some(0, 4, name) }),
      () => ({ operator: pick(["MATCHES", "NOT_MATCHES"]), value: pick(["^a", "b|1", "\\d+\\.\\d+", "^true$", ""]) }),
      () => ({ operator: "IS_NULL", value: pick([true, false]) }),
    ])(),
  };
}

function shard({ below, pick, some }: Draws): object {
  const range = (): object => {
    const start = below(TOTAL);
    return { start, end: start + below(TOTAL - start + 1) };
  };
  return { salt: pick(SALTS), totalShards: TOTAL, ranges: some(0, 2, range) };
}

function allocation(draws: Draws, key: string, variations: readonly string[], system: UfcSystem): object {
  const { happens, pick, some } = draws;
  return {
    key,
    rules: some(0, 2, () => ({ conditions: some(1, 2, () => condition(draws, system)) })),
    ...(happens(0.2) && { startAt: pick([PAST, PAST, FUTURE]) }),
    ...(happens(0.2) && { endAt: pick([PAST, FUTURE, FUTURE]) }),
    splits: some(1, 3, () => ({ variationKey: pick(variations), shards: some(0, 2, () => shard(draws)) })),
    doLog: false,
  };
}

/** Returns a flag of a universal flag configuration. */
export function randomUfcFlag(draws: Draws, key: string, system: UfcSystem): object {
  const { happens, pick, below } = draws;
  const variationType = pick(Object.keys(VALUES));
  const isObject = system === "datadog" && variationType === "JSON";
  const values = (VALUES[variationType] ?? []).map(
    (value) => (isObject ? JSON.parse(String(value)) : value) as unknown,
  );
  const entries = values.map((value, i) => [`v${i}`, { key: `v${i}`, value }] as const);
  const variations = entries.map(([name]) => name);
  return {
    key,
    enabled: !happens(0.05),
    variationType,
    variations: Object.fromEntries(entries),
    totalShards: TOTAL,
    allocations: Array.from({ length: 1 + below(4) }, (_, i) => allocation(draws, `a${i}`, variations, system)),
  };
}

/** Returns `{ subjectKey, subjectAttributes }`. */
export function randomSubject({ below, happens, pick }: Draws): { subjectKey: string; subjectAttributes: object } {
  const maybe = (name: string, values: readonly unknown[]): object => (happens(0.7) ? { [name]: pick(values) } : {});
  return {
    subjectKey: happens(0.2) ? pick(["ada", "bob", "é", "1"]) : `user-${below(100_000)}`,
    subjectAttributes: {
      ...maybe("plan", ["ada", "bob", "1", 1, null, "é"]),
      ...maybe("age", [3, 4, 10.5, -2, "7", "x", null]),
      ...maybe("version", ["1.2.0", "1.10.3", "2.0.0-rc.1", "2.0.0", "x", 2]),
      ...maybe("beta", [true, "true"]),
      ...(happens(0.1) && { id: pick(["ada", "7", null]) }),
    },
  };
}
