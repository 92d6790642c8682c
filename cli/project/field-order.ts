/** The fields of rules, conditions and resolutions, in the order in which people read them. */
const ORDER = `
  id description when flag variants segment attribute read each operator values packed width hashes caseInsensitive
  missing invalid all any not bucket by salt hash total ranges serve variant error rollout draw
  weights onMissingKey onMiss ramp timezone days from until to startAt endAt during
`
  .trim()
  .split(/\s+/);
const RANKS = new Map(ORDER.map((name, i) => [name, i]));

/** Puts the fields of a document in a fixed order. Postgres orders those of a `jsonb` by the length of their names. */
export function inFixedOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inFixedOrder);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).toSorted(([a], [b]) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, one]) => [name, inFixedOrder(one)]));
}

function rankOf(name: string): number {
  return RANKS.get(name) ?? ORDER.length;
}
