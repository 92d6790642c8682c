import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { HASH_SPACES, SCHEME_NAMES, type SchemeName } from "../../../../src/flags/formats/hash-schemes.ts";
import { SCHEMES } from "../../../../src/evaluation/hashing/schemes/schemes.ts";
import type { JsonValue } from "../../../../src/flags/document.ts";
import conformance from "../../../conformance/hashing.json" with { type: "json" };
import { bucketsOf, randomIds } from "../../../support/hashing/oracle.ts";

interface Vector {
  scheme: SchemeName;
  salt: string;
  total: number;
  value?: JsonValue;
  bucket: number | [from: number, to: number];
}

const vectors = conformance.vectors as Vector[];
const ids = randomIds(1000);

describe("conformance vectors", () => {
  test.for([...SCHEME_NAMES])("%s gives the published buckets", (name) => {
    const own = vectors.filter(({ scheme }) => scheme === name);
    expect(own.length).toBeGreaterThan(10);
    for (const vector of own) {
      const { salt, total, value, bucket } = vector;
      const actual = SCHEMES[name](salt, total)(value);
      const [from, to] = typeof bucket === "number" ? [bucket, bucket + 1] : bucket;
      expect(actual >= from && actual < to, `${JSON.stringify(vector)} is in ${actual}`).toBe(true);
    }
  });

  test("the data of each scheme agree with its function", () => {
    for (const name of SCHEME_NAMES) {
      const { total = 1000, saltIsSeed } = HASH_SPACES[name];
      const buckets = ids.map(bucketsOf(name, "42", total));
      expect(Math.min(...buckets) / total, name).toBeLessThan(0.02);
      expect(Math.max(...buckets) / total, name).toBeGreaterThan(0.98);
      expect(Math.max(...buckets), name).toBeLessThan(total);
      // A salt that is no number seeds every such hash with the same one.
      const [one, other] = ["a", "b"].map((salt) => ids.map(bucketsOf(name, salt, total)));
      expect(isDeepStrictEqual(one, other), name).toBe(saltIsSeed === true);
    }
    expect(Object.keys(SCHEMES).toSorted()).toEqual(SCHEME_NAMES.toSorted());
  });

  test("every vector of a scheme with a fixed space names its total", () => {
    for (const { scheme, total } of vectors) expect(HASH_SPACES[scheme].total ?? total).toBe(total);
  });
});
