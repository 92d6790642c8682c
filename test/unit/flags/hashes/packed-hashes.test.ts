import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, test } from "vitest";
import { compileFlag } from "../../../../src/evaluation/compile.ts";
import type { PackedHashes } from "../../../../src/flags/document.ts";
import { countPacked, holdsHash, pack, packedProblem, unpack } from "../../../../src/flags/hashes/packed-hashes.ts";
import { LIMITS } from "../../../../src/flags/limits.ts";
import { parseFlagInput } from "../../../../src/flags/parse.ts";
import { jsonBytes } from "../../../../src/flags/validate.ts";
import { aFlag, anInput } from "../../evaluation/documents.ts";

const digestOf = (text: string): Uint8Array => createHash("sha256").update(text).digest();
const digestsOf = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => digestOf(`u${i}salt`));
const { min, max } = LIMITS.packedWidth;
const WIDTHS = Array.from({ length: max - min + 1 }, (_, i) => min + i);

describe("packed hashes", () => {
  test.for(WIDTHS)("of %i bytes hold a digest exactly if a Set of prefixes does", (width, { expect }) => {
    // Few different bytes, so that many prefixes begin alike.
    const digest = fc
      .array(fc.constantFrom(0, 1, 255), { minLength: 32, maxLength: 32 })
      .map((bytes) => Uint8Array.from(bytes));
    fc.assert(
      fc.property(fc.array(digest, { minLength: 1, maxLength: 40 }), fc.array(digest), (stored, others) => {
        const packed = pack(stored, width);
        const prefixes = new Set(stored.map((one) => prefixOf(one, width)));
        expect(packedProblem(packed)).toBeUndefined();
        expect(countPacked(packed)).toBe(prefixes.size);
        const bytes = unpack(packed);
        for (const one of [...stored, ...others, ...stored.map((each) => changed(each, width - 1))])
          expect(holdsHash(bytes, width, one)).toBe(prefixes.has(prefixOf(one, width)));
      }),
      { numRuns: 50 },
    );
  });

  test("do not depend on the order in which they are added, and duplicates count once", ({ expect }) => {
    const digests = digestsOf(100);
    const packed = pack(digests, 8);
    expect(pack([...digests.toReversed(), ...digests], 8)).toEqual(packed);
    expect(pack(digests, 8).hashes).toBe(
      Buffer.concat(digests.map((one) => one.subarray(0, 8)).toSorted(Buffer.compare)).toString("base64url"),
    );
  });

  test("have exactly one valid text", ({ expect }) => {
    fc.assert(
      fc.property(fc.base64String({ maxLength: 60 }), fc.constantFrom(8, 9, 16), (text, width) => {
        const packed: PackedHashes = {
          width,
          hashes: text.replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_"),
        };
        if (packedProblem(packed) !== undefined) return;
        const bytes = unpack(packed);
        const digests = Array.from({ length: bytes.length / width }, (_, i) =>
          bytes.subarray(i * width, (i + 1) * width),
        );
        expect(pack(digests, width)).toEqual(packed);
      }),
    );
  });

  test("up to the limit fit a flag and are evaluated, and one more is refused", ({ expect }) => {
    const digests = digestsOf(LIMITS.packedHashes + 1);
    const flagWith = (packed: PackedHashes) => {
      const when = { attribute: "targetingKey", operator: "in" as const, read: { sha256: "salt" }, packed };
      return aFlag({ rules: [{ id: "r", when, serve: { variant: "on" } }] });
    };
    const full = flagWith(pack(digests.slice(0, -1), 8));
    const { segments: _, dependencies: __, ...input } = full;
    expect(() => parseFlagInput(input)).not.toThrow();
    expect(jsonBytes(full)).toBeLessThan(LIMITS.documentBytes);
    const compiled = compileFlag(full);
    expect(compiled.evaluate(anInput({ targetingKey: `u${LIMITS.packedHashes - 1}` }))).toMatchObject({ ruleId: "r" });
    expect(compiled.evaluate(anInput({ targetingKey: `u${LIMITS.packedHashes}` }))).not.toHaveProperty("ruleId");
    expect(packedProblem(pack(digests, 8))).toEqual({
      field: "hashes",
      detail: `must hold at most ${LIMITS.packedHashes} hashes, but holds ${LIMITS.packedHashes + 1}`,
    });
  });
});

function prefixOf(digest: Uint8Array, width: number): string {
  return Buffer.from(digest.subarray(0, width)).toString("hex");
}

function changed(digest: Uint8Array, at: number): Uint8Array {
  return digest.with(at, (digest[at] ?? 0) ^ 1);
}
