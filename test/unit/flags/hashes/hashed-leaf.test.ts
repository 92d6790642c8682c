import fc from "fast-check";
import { describe, test } from "vitest";
import { compileCondition } from "../../../../src/evaluation/conditions.ts";
import { newCompilation } from "../../../../src/evaluation/compile.ts";
import { TRUE } from "../../../../src/evaluation/truth.ts";
import {
  addIds,
  countHashes,
  type HashedLeaf,
  hashedLeavesOf,
  idsInList,
  removeIds,
  ShortIdError,
  withLeaf,
} from "../../../../src/flags/hashes/hashed-leaf.ts";
import { LIMITS } from "../../../../src/flags/limits.ts";
import { aFlag, anInput } from "../../evaluation/documents.ts";

const empty = (salt: string): HashedLeaf => ({ attribute: "a", operator: "in", read: { sha256: salt } });
const ids = fc.uniqueArray(fc.string({ unit: "binary", maxLength: 12 }), { maxLength: 30 });
const width = fc.integer(LIMITS.packedWidth);

describe("a list of hashes", () => {
  test("matches exactly the ids that were added and not removed", ({ expect }) => {
    fc.assert(
      fc.property(fc.string(), width, ids, ids, fc.integer(), (salt, bytes, added, others, cut) => {
        const removed = added.filter((_, i) => (i + cut) % 3 === 0);
        const full = addIds(empty(salt), added, bytes);
        expect(full).toMatchObject({ changed: added.length, unchanged: 0, hashes: added.length });
        const left = removeIds(full.leaf, [...removed, ...others.filter((one) => !added.includes(one))]);
        expect(left).toMatchObject({ changed: removed.length, hashes: added.length - removed.length });
        const kept = added.filter((one) => !removed.includes(one));
        expect(idsInList(left.leaf, [...added, ...others])).toEqual(
          [...added, ...others].filter((one) => kept.includes(one)),
        );
        if (kept.length === 0) return;
        const matches = compileCondition(left.leaf, newCompilation(aFlag()));
        for (const id of [...added, ...others]) expect(matches(anInput({ a: id })) === TRUE).toBe(kept.includes(id));
      }),
    );
  });

  test("is the same, whatever the order and the number of steps", ({ expect }) => {
    fc.assert(
      fc.property(ids, width, fc.nat(), (all, bytes, cut) => {
        const at = cut % (all.length + 1);
        const first = addIds(empty("s"), all.slice(at), bytes).leaf;
        expect(addIds(first, all.slice(0, at)).leaf).toEqual(addIds(empty("s"), all.toReversed(), bytes).leaf);
        expect(addIds(first, all.slice(at))).toMatchObject({ changed: 0, leaf: first });
      }),
    );
  });

  test("is found in groups and replaced there", ({ expect }) => {
    const one = addIds(empty("s"), ["x"]).leaf;
    const two = addIds(empty("t"), ["x"]).leaf;
    const plain = { attribute: "p", operator: "in" as const, values: ["x"] };
    const condition = { any: [plain, { not: { all: [one, { segment: "s" }] } }, two] };
    expect(hashedLeavesOf(condition)).toEqual([one, two]);
    const more = addIds(one, ["y"]).leaf;
    expect(withLeaf(condition, one, more)).toEqual({ any: [plain, { not: { all: [more, { segment: "s" }] } }, two] });
    expect(countHashes(more)).toBe(2);
  });

  test("refuses an id that is too short to be hashed", ({ expect }) => {
    const leaf: HashedLeaf = { ...empty("s"), read: { sha256: "s", last: 4 } };
    expect(() => addIds(leaf, ["abcd", "abc"])).toThrow(ShortIdError);
    expect(addIds(leaf, ["abcd", "xabcd"])).toMatchObject({ hashes: 1 });
  });
});
