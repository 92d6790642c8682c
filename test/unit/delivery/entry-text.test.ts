import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, test } from "vitest";
import {
  EntryText,
  type EntryTop,
  type FlagLine,
  isNewer,
  MAX_SHARDS,
  toShards,
  writeEntry,
} from "../../../src/delivery/entries/entry-text.ts";
import { HeldEntry } from "../../../src/delivery/entries/held-entry.ts";
import type { KeyTable } from "../../../src/flags/sdk-keys.ts";
import { seededRandom } from "../../support/seeded-random.ts";

/** The most that a shard holds (characters). */
const SHARD_CHARS = 1024 * 1024;
const KEYS: KeyTable = { id: { kind: "server", hash: "h", origins: [] } };

function top(version: number, changes: Partial<EntryTop> = {}): EntryTop {
  return { schemaVersion: 1, version, tag: `tag-${version}`, takenAt: 1000, hidden: [], ...changes };
}

function parse(text: string, schemaVersion = 1): EntryText {
  const entry = EntryText.parse(text, schemaVersion);
  if (entry === undefined) throw new Error("the entry cannot be parsed");
  return entry;
}

const line = (key: string, value: unknown = key): FlagLine => [key, JSON.stringify({ key, value })];

describe("an entry's text", () => {
  test("returns each flag's document, and no other line or part of one", ({ expect }) => {
    const flags = [line("a", 'line\n@end\nb {"x":1}'), line("a-1", "b c"), line("b")];
    const entry = parse(writeEntry(top(7), KEYS, flags));
    expect([...entry.flags()]).toEqual(flags);
    for (const [key, document] of flags) expect(entry.document(key)).toBe(document);
    for (const key of ["", "c", "@end", "-1", "A"]) expect(entry.document(key)).toBeUndefined();
    expect(entry.keys).toEqual(KEYS);
    expect(entry.top).toEqual(top(7));
  });

  test("of an environment without flags is an entry too", ({ expect }) => {
    const entry = parse(writeEntry(top(1), KEYS, []));
    expect([...entry.flags()]).toEqual([]);
    expect(entry.keys).toEqual(KEYS);
  });

  test("counts as missing if it was cut off anywhere, or is of another schema", ({ expect }) => {
    const text = writeEntry(top(7), KEYS, [line("a"), line("b")]);
    for (let length = 0; length < text.length; length++) {
      expect(EntryText.parse(text.slice(0, length), 1)).toBeUndefined();
    }
    expect(EntryText.parse(text, 2)).toBeUndefined();
    expect(EntryText.parse("<html>\n@end", 1)).toBeUndefined();
  });
});

describe("shards", () => {
  test("hold about a mebibyte each, in the order of the keys, and nothing is lost", ({ expect }) => {
    const flags = Array.from({ length: 100 }, (_, i) => line(`flag-${1000 + i}`, "x".repeat(50_000)));
    const shards = toShards(flags) ?? [];
    expect(shards.flat()).toEqual(flags);
    expect(shards.length).toBe(5);
    for (const shard of shards) {
      expect(shard.reduce((chars, [key, text]) => chars + key.length + text.length + 2, 0)).toBeLessThan(
        SHARD_CHARS + 1,
      );
    }
  });

  test("are up to two mebibytes in an environment that would need too many", ({ expect }) => {
    const flags = Array.from({ length: 25_000 }, (_, i) => line(`flag-${10_000 + i}`, "x".repeat(740)));
    const shards = toShards(flags) ?? [];
    expect(shards.flat()).toEqual(flags);
    expect(shards.length).toBeGreaterThan(MAX_SHARDS - 2);
    expect(shards.length).toBeLessThanOrEqual(MAX_SHARDS);
  });

  test("are refused for an environment that needs too many", ({ expect }) => {
    const flags = Array.from({ length: MAX_SHARDS + 1 }, (_, i) => line(`flag-${i + 10}`, "x".repeat(2 * SHARD_CHARS)));
    expect(toShards(flags)).toBeUndefined();
  });

  test("are read only where a flag is asked for", ({ expect }) => {
    const whole = parse(writeEntry(top(7, { shards: ["b", "f", "m"], hidden: ["g"] }), KEYS, []));
    const held = new HeldEntry(whole, KEYS, undefined);
    expect(held.missingShards(["a"])).toEqual([]);
    expect(held.missingShards(["b", "e", "f"])).toEqual([0, 1]);
    expect(held.missingShards("all")).toEqual([0, 1, 2]);
    const shard = parse(writeEntry(top(7, { shards: ["f", "m"] }), undefined, [line("f"), line("g")]));
    expect(held.addShard(1, shard)).toBe(true);
    expect(held.missingShards(["g", "z"])).toEqual([2]);
    expect([held.document("g"), held.document("h"), held.document("a")]).toEqual([line("g")[1], undefined, undefined]);
    expect(held.hidden()).toEqual(["g"]);
  });

  test("are refused if another release has split the environment in other places", ({ expect }) => {
    const whole = parse(writeEntry(top(7, { shards: ["b", "f", "m"] }), KEYS, []));
    const held = new HeldEntry(whole, KEYS, undefined);
    for (const [number, shards] of [
      [0, ["b", "d"]],
      [1, ["d", "m"]],
      [1, ["f"]],
      [2, ["m", "z"]],
      [2, undefined],
    ] as const) {
      const shard = parse(writeEntry(top(7, shards && { shards }), undefined, []));
      expect(held.addShard(number, shard)).toBe(false);
    }
    expect(held.missingShards("all")).toEqual([0, 1, 2]);
    expect(held.addShard(2, parse(writeEntry(top(7, { shards: ["m"] }), undefined, [])))).toBe(true);
  });
});

describe("an entry of changes", () => {
  test("over a whole one equals the environment, for any flags and changes", ({ expect }) => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seededRandom(seed);
      const pick = () => Array.from({ length: 8 }, (_, i) => `f${i}`).filter(() => random() < 0.5);
      const [before, changed, kept] = [pick(), pick(), pick()];
      const after = [...before.filter((key) => !changed.includes(key)), ...changed.filter((key) => kept.includes(key))];
      const isSharded = random() < 0.5 && before.length > 1;
      const middle = before.length >> 1;
      const parts = isSharded ? [before.slice(0, middle), before.slice(middle)] : [];
      const hidden = before.filter((_, i) => i % 2 === 0);
      const shape = isSharded ? { shards: parts.map(([first]) => first ?? ""), hidden } : { hidden };
      const whole = writeEntry(top(1, shape), KEYS, isSharded ? [] : before.map((key) => line(key, 1)));
      const lines = changed.filter((key) => kept.includes(key)).map((key) => line(key, 2));
      const base = { version: 1, tag: "tag-1" };
      const own = writeEntry(top(2, { base, changed, hidden: lines.map(([key]) => key) }), KEYS, lines);
      const held = new HeldEntry(parse(own), KEYS, parse(whole));
      for (const [i, part] of parts.entries()) {
        const shards = parts.slice(i, i + 2).map(([first]) => first ?? "");
        const lines = part.map((key) => line(key, 1));
        held.addShard(i, parse(writeEntry(top(1, { shards }), undefined, lines)));
      }
      expect(held.missingShards("all")).toEqual([]);
      expect(held.flags()).toEqual(after.toSorted().map((key) => line(key, changed.includes(key) ? 2 : 1)));
      for (const key of ["f0", "f3", "f7", "g"]) {
        const value = changed.includes(key) ? 2 : 1;
        expect(held.document(key)).toBe(after.includes(key) ? line(key, value)[1] : undefined);
      }
      expect(held.hidden().toSorted()).toEqual(
        after.filter((key) => changed.includes(key) || hidden.includes(key)).toSorted(),
      );
    }
  });
});

test("the higher version is the newer one, unless the lower was the newest ten minutes later", ({ expect }) => {
  const taken = (version: number, takenAt: number) => ({ version, tag: "t", takenAt });
  expect(isNewer(taken(2, 0), taken(1, 0))).toBe(true);
  expect(isNewer(taken(1, 0), taken(2, 0))).toBe(false);
  expect(isNewer(taken(2, 0), taken(2, 0))).toBe(false);
  expect(isNewer(taken(1, 600_000), taken(2, 0))).toBe(true);
  expect(isNewer(taken(2, 0), taken(1, 600_000))).toBe(false);
});

test("keys and documents do not keep the entry's text in memory", ({ expect }) => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const heapUsed = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const flags = Array.from({ length: 1000 }, (_, i) => line(`flag-with-a-long-key-${i}`, "x".repeat(1000)));
  const keep = (version: number): string[] => {
    const entry = parse(writeEntry(top(version), KEYS, flags));
    const [first = []] = entry.flags();
    return [...first, entry.document("flag-with-a-long-key-500") ?? ""];
  };
  const before = heapUsed();
  const kept = Array.from({ length: 20 }, (_, i) => keep(i));
  // The texts have 20 MiB together.
  expect(heapUsed() - before).toBeLessThan(2 * 1024 * 1024);
  expect(kept.flat().join("").length).toBeGreaterThan(20_000);
});
