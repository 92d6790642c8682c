import { describe, test } from "vitest";
import type { Change } from "../../../src/flags/changes.ts";
import { SUPERSEDED } from "../../../src/cache/flag-cache.ts";
import { aMemoryTier } from "../../support/cache/memory-tier.ts";

/** Creates an environment at version 5 that holds a, b, the SDK keys and the index. */
function filled() {
  const { tier } = aMemoryTier<string>();
  tier.advance("prod", { version: 5, changes: [[5, ["a"]]] });
  tier.setMany("prod", new Map(["a", "b"].map((key) => [key, `${key}@5`])), { asOf: 5 });
  const environment = tier.environment("prod");
  environment.setKeys({}, 5);
  environment.setIndex(["a", "b"], 5);
  const held = () => [
    ...["a", "b"].filter((key) => environment.current(key)),
    ...(environment.keys ? ["@keys"] : []),
    ...(environment.index ? ["@index"] : []),
  ];
  return { tier, environment, held };
}

describe("MemoryEnvironment.advance", () => {
  test.for<[string, Change[], string[]]>([
    ["a flag", [[6, ["a"]]], ["b", "@keys", "@index"]],
    ["the SDK keys", [[6, ["@keys"]]], ["a", "b", "@index"]],
    ["the index", [[6, ["@index", "new"]]], ["a", "b", "@keys"]],
    ["nothing", [[6, []]], ["a", "b", "@keys", "@index"]],
    ["everything", [[6, "*"]], []],
    [
      "several in turn",
      [
        [6, ["a"]],
        [7, ["@keys"]],
      ],
      ["b", "@index"],
    ],
    [
      "what was known already",
      [
        [5, ["b"]],
        [6, ["a"]],
      ],
      ["b", "@keys", "@index"],
    ],
    ["a version too far", [[7, ["a"]]], []],
    [
      "a list with a hole",
      [
        [6, ["a"]],
        [8, ["b"]],
      ],
      [],
    ],
  ])("drops the flags that the changes name: %s", ([, changes, left], { expect }) => {
    const { tier, environment, held } = filled();
    const version = changes.at(-1)?.[0] ?? 0;
    expect(tier.advance("prod", { version, changes })).toBe(true);
    expect(environment.version).toBe(version);
    expect(held()).toEqual(left);
  });

  test("drops everything if a newer version comes without changes", ({ expect }) => {
    const { tier, held } = filled();
    tier.advance("prod", { version: 6, changes: [] });
    expect(held()).toEqual([]);
  });

  test("never goes back", ({ expect }) => {
    const { tier, environment, held } = filled();
    expect(tier.advance("prod", { version: 4, changes: [[4, "*"]] })).toBe(false);
    expect(tier.advance("prod", { version: 5, changes: [[5, "*"]] })).toBe(false);
    expect(environment.version).toBe(5);
    expect(held()).toEqual(["a", "b", "@keys", "@index"]);
  });

  test("joins lists of changes into one, of the last 64", ({ expect }) => {
    const { tier, environment } = filled();
    for (let version = 6; version <= 100; version++) tier.advance("prod", { version, changes: [[version, ["x"]]] });
    expect(environment.changes.length).toBe(64);
    expect(environment.changes.map(([version]) => version)).toEqual(Array.from({ length: 64 }, (_, i) => 37 + i));
  });

  test("learns older changes from a head of the same version", ({ expect }) => {
    const { tier, environment } = filled();
    tier.advance("prod", {
      version: 5,
      changes: [
        [3, ["x"]],
        [4, ["y"]],
        [5, ["a"]],
      ],
    });
    expect(environment.changes.length).toBe(3);
    expect(tier.set("prod", "b", "b@2", { asOf: 2 })).toBe(true);
    expect(tier.set("prod", "y", "y@2", { asOf: 2 })).toBe(false);
  });

  test("learns older changes from a newer head, too", ({ expect }) => {
    const { tier } = aMemoryTier<string>();
    tier.set("prod", "a", "a@5", { asOf: 5 });
    tier.advance("prod", {
      version: 6,
      changes: [
        [4, ["x"]],
        [5, ["y"]],
        [6, []],
      ],
    });
    expect(tier.set("prod", "a", "a@3", { asOf: 3 })).toBe(true);
    expect(tier.set("prod", "x", "x@3", { asOf: 3 })).toBe(false);
  });

  test("changes its generation with every change of the contents", ({ expect }) => {
    const { tier, environment } = filled();
    const seen = [environment.generation];
    const step = (act: () => unknown) => {
      act();
      seen.push(environment.generation);
    };
    step(() => tier.set("prod", "c", "C", { asOf: 5 }));
    step(() => environment.setIndex(["a", "b", "c"], 5));
    step(() => tier.invalidate("prod", "c"));
    step(() => tier.advance("prod", { version: 6, changes: [[6, ["a"]]] }));
    step(() => tier.clear("prod"));
    expect(new Set(seen).size).toBe(seen.length);
    const last = environment.generation;
    environment.lookup("b");
    environment.peek("b");
    expect(environment.generation).toBe(last);
  });
});

describe("MemoryEnvironment and a reading of another version", () => {
  test("takes from a lagging replica only what has not changed since", ({ expect }) => {
    const { tier, environment } = filled();
    tier.advance("prod", {
      version: 7,
      changes: [
        [6, ["a", "@keys"]],
        [7, ["c"]],
      ],
    });
    const values = new Map(["a", "b", "c", "d"].map((key) => [key, `${key}@5`]));
    expect(tier.setMany("prod", values, { asOf: 5 })).toBe(false);
    expect(["a", "b", "c", "d"].filter((key) => environment.current(key))).toEqual(["b", "d"]);
    expect(environment.peek("a")).toMatchObject({ value: "a@5", expiresAt: SUPERSEDED });
    expect(environment.lookup("a")).toBeUndefined();
    expect(tier.set("prod", "c", "c@6", { asOf: 6 })).toBe(false);
    expect(tier.set("prod", "a", "a@6", { asOf: 6 })).toBe(true);
    expect(environment.setKeys({}, 5)).toBe(false);
    expect(environment.setKeys({}, 6)).toBe(true);
    expect(environment.setIndex([], 5)).toBe(true);
  });

  test("takes nothing from before the changes that it knows", ({ expect }) => {
    const { tier } = filled();
    tier.advance("prod", {
      version: 7,
      changes: [
        [6, []],
        [7, []],
      ],
    });
    expect(tier.set("prod", "x", "x@4", { asOf: 4 })).toBe(true);
    expect(tier.set("prod", "x", "x@3", { asOf: 3 })).toBe(false);
    tier.advance("prod", { version: 8, changes: [[8, "*"]] });
    expect(tier.set("prod", "x", "x@7", { asOf: 7 })).toBe(false);
  });

  test("takes nothing newer than itself, so that no entry is newer than its version", ({ expect }) => {
    const { tier, environment } = filled();
    expect(tier.set("prod", "x", "x@6", { asOf: 6 })).toBe(false);
    expect(environment.peek("x")).toBeUndefined();
    expect(environment.version).toBe(5);
  });

  test("an unknown environment takes the version of its first reading", ({ expect }) => {
    const { tier } = aMemoryTier<string>();
    expect(tier.environment("new").version).toBe(0);
    expect(tier.set("new", "x", "x@6", { asOf: 6 })).toBe(true);
    expect(tier.environment("new").version).toBe(6);
  });
});
