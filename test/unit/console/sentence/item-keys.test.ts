/** The keys of items that have no identity of their own. */
import { expect, test } from "vitest";
import { type KeyedItems, keysOf } from "../../../../console/src/ui/condition/item-keys.ts";

const [a, b, c, d] = [{ a: 1 }, { b: 1 }, { c: 1 }, { d: 1 }];

/** Returns items with the keys that they get after those before. */
function after(items: readonly object[], before: KeyedItems = { items: [], keys: [] }): KeyedItems {
  return { items, keys: keysOf(items, before) };
}

test("an item keeps its key while others are removed, added and moved", () => {
  const first = after([a, b, c]);
  const [keyA, keyB, keyC] = first.keys;
  expect(new Set(first.keys).size).toBe(3);
  expect(after([b, c], first).keys).toEqual([keyB, keyC]);
  expect(after([c, a, b], first).keys).toEqual([keyC, keyA, keyB]);
  const { keys } = after([d, a, b, c], first);
  expect(keys.slice(1)).toEqual(first.keys);
  expect(first.keys).not.toContain(keys[0]);
});

test("a changed item keeps the key of its place, and a new one has no key of a removed one", () => {
  const first = after([a, b, c]);
  expect(after([a, { ...b }, c], first).keys).toEqual(first.keys);
  const fewer = after([a, b], first);
  const more = after([a, b, d], fewer);
  expect(more.keys.slice(0, 2)).toEqual(fewer.keys);
  expect(first.keys).not.toContain(more.keys[2]);
});

test("an item that occurs twice has two keys", () => {
  const first = after([a, a]);
  expect(new Set(first.keys).size).toBe(2);
  expect(after([a, a], first).keys).toEqual(first.keys);
});
