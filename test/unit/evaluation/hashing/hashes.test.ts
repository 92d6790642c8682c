import { createHash } from "node:crypto";
import { crc32 as nodeCrc32 } from "node:zlib";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import murmurhash from "murmurhash";
import { describe, expect, test } from "vitest";
import { hashState, murmur3 } from "../../../../src/evaluation/hashing/murmur3.ts";
import { cborOf, cborOfPair } from "../../../../src/evaluation/hashing/schemes/cbor.ts";
import { crc32, utf8 } from "../../../../src/evaluation/hashing/schemes/checksums.ts";
import { bucketOfFraction, fractionOf60Bits, modulo } from "../../../../src/evaluation/hashing/schemes/digests.ts";
import { multiplyShift } from "../../../../src/evaluation/hashing/schemes/scheme.ts";
import { randomIds } from "../../../support/hashing/oracle.ts";

const texts = ["", "a", "straße", "用户42", "🦄", ...randomIds(500), "x".repeat(55), "é".repeat(64), "y".repeat(1000)];

describe("hashes", () => {
  test.for(texts)("the digests of %j are those of Node's crypto", (text) => {
    for (const [name, digest] of Object.entries({ md5, sha1, sha256 })) {
      expect(Buffer.from(digest(utf8(text))).toString("hex")).toBe(createHash(name).update(text).digest("hex"));
    }
    expect(crc32(text)).toBe(nodeCrc32(text));
    for (const seed of [0, 1, 86_028_157, -1_222_652_054]) {
      expect(murmur3(hashState("", seed), text) >>> 0).toBe(murmurhash.v3(text, seed));
    }
  });

  test("a digest's remainder is that of the whole number", () => {
    for (const text of texts) {
      const digest = md5(utf8(text));
      const exact = BigInt(`0x${Buffer.from(digest).toString("hex")}`);
      for (const total of [9999, 100, 2 ** 32, 2 ** 37 - 1]) {
        expect(modulo(digest, 16, total)).toBe(Number(exact % BigInt(total)));
        expect(modulo(digest, 8, total)).toBe(Number((exact >> 64n) % BigInt(total)));
      }
    }
  });

  test("a multiplied hash is exact in the largest spaces", () => {
    for (const hash of [0, 1, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
      for (const total of [1, 100, 100_000, 2 ** 31 - 1, 2 ** 37 - 1]) {
        expect(multiplyShift(hash, total)).toBe(Number((BigInt(hash) * BigInt(total)) >> 32n));
      }
    }
  });

  test("sixty bits of a digest are the double that parseInt reads", () => {
    for (const text of texts) {
      const hex = createHash("sha1").update(text).digest("hex");
      expect(fractionOf60Bits(sha1(utf8(text)))).toBe(parseInt(hex.slice(0, 15), 16) / 2 ** 60);
    }
  });

  test("a fraction on a cut is past the cut, and the double below it is not", () => {
    for (const total of [100, 1000, 100_000, 123_457]) {
      for (let cut = 1; cut < total; cut++) {
        const fraction = cut / total;
        const found = [bucketOfFraction(fraction, total), bucketOfFraction(doubleBelow(fraction), total)];
        if (found[0] !== cut || found[1] !== cut - 1) expect(found).toEqual([cut, cut - 1]);
      }
    }
    expect(bucketOfFraction(0, 100)).toBe(0);
    expect(bucketOfFraction(1, 100)).toBe(99);
  });
});

describe("deterministic CBOR", () => {
  // From RFC 8949, appendix A, and section 4.2.2 for whole numbers.
  test.for<[string | number | boolean, string]>([
    [0, "00"],
    [-0, "00"],
    [23, "17"],
    [24, "1818"],
    [1000, "1903e8"],
    [1_000_000, "1a000f4240"],
    [1_000_000_000_000, "1b000000e8d4a51000"],
    [-1, "20"],
    [-1000, "3903e7"],
    [1.5, "f93e00"],
    [-4.1, "fbc010666666666666"],
    [1.1, "fb3ff199999999999a"],
    [5.960464477539063e-8, "f90001"],
    [0.00006103515625, "f90400"],
    [3.4028234663852886e38, "fa7f7fffff"],
    [1e300, "fb7e37e43c8800759c"],
    [false, "f4"],
    [true, "f5"],
    ["", "60"],
    ["IETF", "6449455446"],
    ["ü", "62c3bc"],
    ["水", "63e6b0b4"],
  ])("%j is %s", ([value, hex]) => {
    expect(Buffer.from(cborOf(value)).toString("hex")).toBe(hex);
  });

  test("a pair is a list of two texts", () => {
    expect(Buffer.from(cborOfPair("a", "IETF")).toString("hex")).toBe("8261616449455446");
  });
});

/** Returns the largest double below a positive one. */
function doubleBelow(value: number): number {
  const bits = new BigUint64Array(Float64Array.of(value).buffer);
  bits[0] = (bits[0] as bigint) - 1n;
  return new Float64Array(bits.buffer)[0] as number;
}
