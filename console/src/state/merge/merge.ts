/**
 * Merges two edits of one flag or segment, field by field. Both began from `base`. Rules are matched by id and
 * prerequisites by flag, so that an inserted rule is no change of the rules after it.
 */
import { isSame } from "../../../../sdk/client/differences.ts";
import { escapePointer } from "../../../../sdk/words/place.ts";
import { kindAt, mergesByField } from "./fields.ts";
import { mergedOrder } from "./order.ts";

export type Side = "mine" | "theirs";

/** One place that both sides changed, each in its own way. A side without a value there is `undefined`. */
export interface MergeConflict {
  /** JSON pointer, with the id of a rule and the flag of a prerequisite in place of an index. */
  pointer: string;
  base: unknown;
  mine: unknown;
  theirs: unknown;
}

export interface Merge<T> {
  merged: T;
  conflicts: readonly MergeConflict[];
}

/** Chooses a side of a conflict. */
type Choose = (pointer: string) => Side;

type Item = Readonly<Record<string, unknown>>;

interface Sides<T> {
  base: T;
  mine: T;
  theirs: T;
}

/** Returns the document with the changes of both sides, and the places where `choose` had to choose one of them. */
export function merge<T extends object>(base: T, mine: T, theirs: T, choose: Choose = () => "mine"): Merge<T> {
  const conflicts: MergeConflict[] = [];
  const decide = (pointer: string, sides: Sides<unknown>): unknown => {
    conflicts.push({ pointer, ...sides });
    return choose(pointer) === "mine" ? sides.mine : sides.theirs;
  };
  const merged = mergeValues({ base, mine, theirs }, "", decide) as T;
  return { merged, conflicts };
}

type Decide = (pointer: string, sides: Sides<unknown>) => unknown;

function mergeValues(sides: Sides<unknown>, pointer: string, decide: Decide): unknown {
  const { base, mine, theirs } = sides;
  if (isSame(mine, theirs) || isSame(theirs, base)) return mine;
  if (isSame(mine, base)) return theirs;
  const kind = kindAt(pointer);
  if (kind === "set" && isList(base) && isList(mine) && isList(theirs)) return mergeSets({ base, mine, theirs });
  const name = kind === "rules" ? "id" : "flag";
  if ((kind === "rules" || kind === "prerequisites") && [base, mine, theirs].every((side) => isNamed(side, name))) {
    return mergeItems({ base: itemsOf(base), mine: itemsOf(mine), theirs: itemsOf(theirs) }, name, pointer, decide);
  }
  if (isRecord(base) && isRecord(mine) && isRecord(theirs) && mergesByField(kind, base, mine, theirs)) {
    return mergeRecords({ base, mine, theirs }, pointer, decide);
  }
  return decide(pointer, sides);
}

function mergeRecords({ base, mine, theirs }: Sides<Item>, pointer: string, decide: Decide): Item {
  const names = new Set([...Object.keys(mine), ...Object.keys(theirs)]);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const sides = { base: own(base, name), mine: own(mine, name), theirs: own(theirs, name) };
      const value = mergeValues(sides, `${pointer}/${escapePointer(name)}`, decide);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Merges lists of distinct values: additions and removals of both sides apply. */
function mergeSets({ base, mine, theirs }: Sides<readonly unknown[]>): unknown[] {
  const removed = new Set(base.filter((one) => !mine.includes(one) || !theirs.includes(one)));
  // Both sides moved values: theirs join the order of mine.
  const order = mergedOrder(base, mine, theirs) ?? mergedOrder(theirs, mine, theirs) ?? mine;
  return order.filter((one) => !removed.has(one));
}

/** Merges lists whose items have a name. */
function mergeItems(sides: Sides<readonly Item[]>, name: string, pointer: string, decide: Decide): unknown[] {
  const base = byName(sides.base, name);
  const theirs = byName(sides.theirs, name);
  const mine = byName(name === "id" ? withFreeIds(sides.mine, base, theirs) : sides.mine, name);
  const items = new Map<string, unknown>();
  for (const key of new Set([...mine.keys(), ...theirs.keys()])) {
    const item = { base: base.get(key), mine: mine.get(key), theirs: theirs.get(key) };
    const merged = mergeValues(item, `${pointer}/${escapePointer(key)}`, decide);
    if (merged !== undefined) items.set(key, merged);
  }
  const orders = { base: [...base.keys()], mine: [...mine.keys()], theirs: [...theirs.keys()] };
  const order = mergedOrder(orders.base, orders.mine, orders.theirs) ?? chosenOrder(orders, pointer, decide);
  return order.flatMap((key) => items.get(key) ?? []);
}

/** Both sides moved items. The order of one side stays, with the items that only the other one added. */
function chosenOrder(orders: Sides<readonly string[]>, pointer: string, decide: Decide): string[] {
  const isMine = decide(pointer, orders) === orders.mine;
  const [leading, other] = isMine ? [orders.mine, orders.theirs] : [orders.theirs, orders.mine];
  return mergedOrder(other, leading, other) ?? [...leading];
}

/**
 * Both sides often add a first rule with the id `rule-1`. These are two rules, and both stay: mine takes a free id.
 */
function withFreeIds(mine: readonly Item[], base: Map<string, Item>, theirs: Map<string, Item>): Item[] {
  const taken = new Set([...theirs.keys(), ...base.keys(), ...mine.map(({ id }) => String(id))]);
  return mine.map((rule) => {
    const id = String(rule["id"]);
    const other = theirs.get(id);
    if (base.has(id) || other === undefined || isSame(rule, other)) return rule;
    let number = 2;
    while (taken.has(`${id}-${number}`)) number++;
    taken.add(`${id}-${number}`);
    return { ...rule, id: `${id}-${number}` };
  });
}

function byName(items: readonly Item[], name: string): Map<string, Item> {
  return new Map(items.map((item) => [String(item[name]), item]));
}

/** Whether the items can be told apart by their name. A draft can have two rules with one id. */
function isNamed(list: unknown, name: string): boolean {
  const items = itemsOf(list);
  return byName(items, name).size === items.length;
}

function itemsOf(value: unknown): readonly Item[] {
  return isList(value) ? value.filter(isRecord) : [];
}

function own(record: Item, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isRecord(value: unknown): value is Item {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
