import { describe, test } from "vitest";
import { SharedValues } from "../../../src/flags/shared-values.ts";

describe("shared values", () => {
  test("return the value that was added for the same text", ({ expect }) => {
    const shared = new SharedValues<object>();
    const value = {};
    expect(shared.get("a")).toBeUndefined();
    shared.add("a", value);
    expect(shared.get("a")).toBe(value);
    expect(shared.get("b")).toBeUndefined();
  });

  test("make a value once for each text", ({ expect }) => {
    const shared = new SharedValues<object>();
    const made = ["a", "b", "a"].map((text) => shared.getOrMake(text, () => ({})));
    expect(made[2]).toBe(made[0]);
    expect(made[1]).not.toBe(made[0]);
  });

  test("keep a bounded number of characters, even if every value is in use", ({ expect }) => {
    const shared = new SharedValues<object>(100);
    const values = Array.from({ length: 1000 }, (_, i) => ({ i }));
    for (const value of values) {
      shared.add(String(value.i).padStart(10, "0"), value);
      expect(shared.size).toBeLessThanOrEqual(10);
    }
    expect(shared.size).toBeGreaterThanOrEqual(5);
    expect(shared.get("0000000999")).toBe(values[999]);
  });

  test("count a text once, however often it is added", ({ expect }) => {
    const shared = new SharedValues<object>(100);
    const [first, second] = [{}, {}];
    shared.add("first", first);
    for (let i = 0; i < 1000; i++) shared.add("second", second);
    expect(shared.get("first")).toBe(first);
  });

  test("leave out a text that is longer than all of them may be", ({ expect }) => {
    const shared = new SharedValues<object>(100);
    const value = {};
    shared.add("a".repeat(101), value);
    expect(shared.size).toBe(0);
  });
});
