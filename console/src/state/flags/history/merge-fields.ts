/** Applies the difference of two states of a flag to a third one, field by field. */
import { differences } from "../../../../../sdk/client/differences.ts";
import { escapePointer } from "../../../../../sdk/words/place.ts";

/** The fields of a flag. A field that is not set is missing. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Merged {
  fields: Fields;
  /** The pointers of the fields that `current` changed in another way. They stay as they are in `current`. */
  conflicts: string[];
}

/** Lists whose items have a name. Their items are merged by name, and the fields of an item too. */
const NAMED_LISTS: Readonly<Record<string, string>> = { rules: "id", prerequisites: "flag" };
/** Records whose members are merged by name. */
const RECORDS: ReadonlySet<string> = new Set(["variants", "metadata"]);

/** Returns `current` with the changes that lead from `base` to `wanted`. */
export function mergeFields(base: Fields, wanted: Fields, current: Fields): Merged {
  return mergeRecords(base, wanted, current, "", (name, ...sides) => {
    const pointer = `/${escapePointer(name)}`;
    const id = NAMED_LISTS[name];
    if (id !== undefined) return mergeNamedLists(id, sides.map(listOf) as Three<readonly Fields[]>, pointer);
    if (RECORDS.has(name)) {
      const [from, to, now] = sides.map((side) => (side ?? {}) as Fields) as Three<Fields>;
      const { fields, conflicts } = mergeRecords(from, to, now, pointer);
      return { value: fields, conflicts };
    }
    return name === "tags" ? mergeSets(sides.map(listOf) as Three<readonly unknown[]>) : mergeValues(sides, pointer);
  });
}

type Three<T> = [base: T, wanted: T, current: T];

interface MergedValue {
  value: unknown;
  conflicts: string[];
}

/** Whether two values are the same. The store does not keep the order of the members of objects. */
export function isEqual(one: unknown, other: unknown): boolean {
  return differences(one, other).length === 0;
}

function listOf(side: unknown): readonly unknown[] {
  return Array.isArray(side) ? side : [];
}

/** Merges values that are taken as a whole. */
function mergeValues([base, wanted, current]: readonly unknown[], pointer: string): MergedValue {
  const isTaken = isEqual(current, base) && !isEqual(base, wanted);
  const hasConflict = ![base, wanted].some((side) => isEqual(current, side)) && !isEqual(base, wanted);
  return { value: isTaken ? wanted : current, conflicts: hasConflict ? [pointer] : [] };
}

function mergeRecords(
  base: Fields,
  wanted: Fields,
  current: Fields,
  pointer: string,
  mergeMember?: (name: string, ...sides: Three<unknown>) => MergedValue,
): Merged {
  const names = new Set([...Object.keys(current), ...Object.keys(wanted), ...Object.keys(base)]);
  const fields: Record<string, unknown> = {};
  const conflicts: string[] = [];
  for (const name of names) {
    const sides: Three<unknown> = [base[name], wanted[name], current[name]];
    const merged = mergeMember?.(name, ...sides) ?? mergeValues(sides, `${pointer}/${escapePointer(name)}`);
    if (merged.value !== undefined && (name in current || !isEqual(merged.value, []))) fields[name] = merged.value;
    conflicts.push(...merged.conflicts);
  }
  return { fields, conflicts };
}

function mergeSets([base, wanted, current]: Three<readonly unknown[]>): MergedValue {
  const kept = current.filter((one) => wanted.includes(one) || !base.includes(one));
  const added = wanted.filter((one) => !base.includes(one) && !kept.includes(one));
  return { value: [...kept, ...added], conflicts: [] };
}

function mergeNamedLists(id: string, lists: Three<readonly Fields[]>, pointer: string): MergedValue {
  const byName = lists.map((list) => new Map(list.map((item) => [String(item[id]), item])));
  const [base, wanted, current] = byName as Three<Map<string, Fields>>;
  const conflicts: string[] = [];
  const merged = new Map<string, Fields>();
  for (const name of new Set([...current.keys(), ...wanted.keys()])) {
    const sides: Three<Fields | undefined> = [base.get(name), wanted.get(name), current.get(name)];
    const place = `${pointer}/${escapePointer(name)}`;
    const [from, to, now] = sides;
    const item =
      from !== undefined && to !== undefined && now !== undefined
        ? mergeRecords(from, to, now, place)
        : wholeItem(mergeValues(sides, place));
    conflicts.push(...item.conflicts);
    if (item.fields !== undefined) merged.set(name, item.fields);
  }
  const names = mergeOrder([base, wanted, current].map((one) => [...one.keys()]) as Three<string[]>, merged);
  return { value: names.map((name) => merged.get(name)), conflicts };
}

function wholeItem({ value, conflicts }: MergedValue): { fields: Fields | undefined; conflicts: string[] } {
  return { fields: value as Fields | undefined, conflicts };
}

/** Returns the names in the wanted order if it changed, and else in the current one, with new ones at their places. */
function mergeOrder([base, wanted, current]: Three<string[]>, merged: ReadonlyMap<string, unknown>): string[] {
  const common = (names: string[], others: string[]): string => names.filter((one) => others.includes(one)).join("\n");
  const isMoved = common(base, wanted) !== common(wanted, base);
  const [first, second] = isMoved ? [wanted, current] : [current, wanted];
  const names = first.filter((name) => merged.has(name));
  for (const [i, name] of second.entries()) {
    if (!merged.has(name) || names.includes(name)) continue;
    // After the closest item before it that is there.
    const before = second.slice(0, i).findLast((one) => names.includes(one));
    names.splice(before === undefined ? 0 : names.indexOf(before) + 1, 0, name);
  }
  return names;
}
