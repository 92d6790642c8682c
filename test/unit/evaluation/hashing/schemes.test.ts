import { describe, expect, test } from "vitest";
import { HASH_SPACES, SCHEME_NAMES, type SchemeName } from "../../../../src/flags/formats/hash-schemes.ts";
import { SCHEMES } from "../../../../src/evaluation/hashing/schemes/schemes.ts";
import type { JsonValue } from "../../../../src/flags/document.ts";
import conformance from "../../../conformance/hashing.json" with { type: "json" };

interface Vector {
  scheme: SchemeName;
  salt: string;
  total: number;
  value?: JsonValue;
  bucket: number | [from: number, to: number];
}

const vectors = conformance.vectors as Vector[];
describe("conformance vectors", () => {
  test.for([...SCHEME_NAMES])("%s gives the published buckets", (name) => {
    const own = vectors.filter(({ scheme }) => scheme === name);
    expect(own.length).toBeGreaterThan(10);
    for (const vector of own) {
      const { salt, total, value, bucket } = vector;
      const actual = SCHEMES[name].bucketOf(salt, total, value);
      const [from, to] = typeof bucket === "number" ? [bucket, bucket + 1] : bucket;
      expect(actual >= from && actual < to, `${JSON.stringify(vector)} is in ${actual}`).toBe(true);
    }
  });

  test("the data of each scheme agree with its function", () => {
    for (const name of SCHEME_NAMES) {
      const { fixedTotal, saltIsSeed } = SCHEMES[name];
      expect({ total: fixedTotal, saltIsSeed }, name).toEqual(HASH_SPACES[name]);
    }
    expect(Object.keys(SCHEMES).toSorted()).toEqual(SCHEME_NAMES.toSorted());
  });

  test("every vector of a scheme with a fixed space names its total", () => {
    for (const { scheme, total } of vectors) expect(SCHEMES[scheme].fixedTotal ?? total).toBe(total);
  });
});
