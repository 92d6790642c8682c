import { describe, expect, test } from "vitest";
import { findMistakes } from "../../../../src/http/management/json-body.ts";

/** Creates a list that repeats one value and counts how many members were read. */
function listOf(value: unknown, length: number): { list: unknown[]; read: () => number } {
  let count = 0;
  const list = new Proxy(
    Array.from({ length }, () => value),
    {
      get(target, name) {
        if (typeof name === "string" && /^\d+$/.test(name)) count++;
        return Reflect.get(target, name) as unknown;
      },
    },
  );
  return { list, read: () => count };
}

describe("JSON that the store cannot hold", () => {
  test("is found value by value, without copying a long list first", () => {
    const { list, read } = listOf("\u0000", 10_000);
    expect(findMistakes({ list })).toHaveLength(50);
    expect(read()).toBe(50);
  });

  test("is named by its place, in the order of the document", () => {
    const body = JSON.parse(
      '{"a":[1,{"b/c":"\\u0000"},"\\ud800"],"d":{"__proto__":1,"e":1e999},"f":{"g\\u0000":1},"h":[]}',
    ) as unknown;
    expect(findMistakes(body).map(({ pointer, detail }) => [pointer, detail.split(" ").slice(0, 4).join(" ")])).toEqual(
      [
        ["/a/1/b~1c", "must not contain the"],
        ["/a/2", "must not contain the"],
        ["/d/__proto__", "is a reserved name"],
        ["/d/e", "is too large a"],
        ["/f", "contains a name with"],
      ],
    );
    expect(findMistakes({ a: [null, true, 1, "text", { b: [] }] })).toEqual([]);
    expect(findMistakes("\u0000")).toEqual([{ pointer: "", detail: expect.stringContaining("U+0000") }]);
  });

  test("includes deep nesting, named by the first level that is too deep", () => {
    const nested = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));
    expect(findMistakes(nested(64))).toEqual([]);
    expect(findMistakes({ ok: 1, deep: nested(64) })).toEqual([
      { pointer: `/deep${"/0".repeat(63)}`, detail: expect.stringContaining("at most 64") },
    ]);
  });
});
