import fc from "fast-check";
import type { AttributePath, Condition, Reader } from "../../../src/flags/document.ts";
import { pack } from "../../../src/flags/hashes/packed-hashes.ts";
import { LIMITS } from "../../../src/flags/limits.ts";

interface Parts {
  attribute: fc.Arbitrary<AttributePath>;
  read: fc.Arbitrary<Reader>;
  truth: fc.Arbitrary<boolean | string>;
}

/** Generates conditions with packed hashes of every width. A known hash (hexadecimal) is often one of them. */
export function packedConditions(known: string, { truth, ...parts }: Parts): fc.Arbitrary<Condition> {
  const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const digests = fc.array(fc.oneof(fc.constant(Buffer.from(known, "hex")), digest), { minLength: 1, maxLength: 20 });
  return fc
    .record({
      ...parts,
      operator: fc.constantFrom("in" as const, "equals" as const),
      packed: fc.tuple(digests, fc.integer(LIMITS.packedWidth)).map(([some, width]) => pack(some, width)),
      options: fc.record({ missing: truth, invalid: truth, each: fc.boolean() }, { requiredKeys: [] }),
    })
    .map(({ options, ...rest }) => ({ ...rest, ...options }) as Condition);
}
