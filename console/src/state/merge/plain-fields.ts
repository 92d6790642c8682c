/**
 * Changes of things that have no version, such as SDK keys and webhooks. A write contains only the fields that the
 * person changed, so that it overwrites no other field.
 */
import { listText } from "../../../../sdk/words/names.ts";
import { isSame } from "../../../../sdk/client/differences.ts";

/** Returns the fields of `after` that differ from those of `before`. */
export function changedFields<T extends object>(before: T, after: T): Partial<T> {
  const entries = Object.entries(after).filter(([name, value]) => !isSame(before[name as keyof T], value));
  return Object.fromEntries(entries) as Partial<T>;
}

/**
 * Returns the fields that take a change back, and a sentence about those that stay because somebody has changed them
 * since. The sentence is empty if there are none.
 */
export function fieldsBack<T extends object>(before: T, after: T, now: object): { back: Partial<T>; left: string } {
  const changed = Object.entries(changedFields(after, before));
  const isLeft = ([name]: [string, unknown]): boolean =>
    !isSame((now as Partial<T>)[name as keyof T], after[name as keyof T]);
  const names = changed.filter(isLeft).map(([name]) => name);
  const back = Object.fromEntries(changed.filter((one) => !isLeft(one))) as Partial<T>;
  const stay = names.length === 1 ? "has changed since, so it stays as it is" : "have changed since, so they stay";
  return { back, left: names.length === 0 ? "" : `${listText(names, "and")} ${stay}` };
}
