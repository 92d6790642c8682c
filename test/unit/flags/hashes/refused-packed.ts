import { type Refused, withCondition } from "../flag-inputs.ts";

const hashed = { attribute: "a", operator: "in", read: { sha256: "s" } };
const of = (...bytes: number[]): string => Buffer.from(bytes).toString("base64url");
const packed = { width: 8, hashes: of(1, 2, 3, 4, 5, 6, 7, 8) };
const [up, down] = [Array<number>(8).fill(1), Array<number>(8).fill(0)];
const withHashes = (hashes: unknown, width: unknown = 8): object =>
  withCondition({ ...hashed, packed: { width, hashes } });
/** Conditions that are refused for their packed hashes, or for a field beside them. */
export const refusedPacked: readonly Refused[] = [
  [
    "packed hashes without a reader",
    withCondition({ attribute: "a", operator: "in", packed }),
    "/packed",
    /needs .*sha256/,
  ],
  [
    "packed hashes with an operator of text",
    withCondition({ ...hashed, operator: "contains", packed }),
    "/packed",
    /operator in or equals/,
  ],
  ["packed hashes for exists", withCondition({ attribute: "a", operator: "exists", packed }), "/packed", /no values/],
  ["packed hashes beside values", withCondition({ ...hashed, values: ["a".repeat(64)], packed }), "/packed", /beside/],
  [
    "packed hashes that ignore case",
    withCondition({ ...hashed, packed, caseInsensitive: true }),
    "/caseInsensitive",
    /sha256/,
  ],
  ["packed hashes of seven bytes", withHashes(of(1, 2, 3, 4, 5, 6, 7), 7), "/packed/width", /from 8 to 32/],
  ["packed hashes of 33 bytes", withHashes(of(...Array<number>(33).fill(1)), 33), "/packed/width", /from 8 to 32/],
  ["packed hashes without a width", withCondition({ ...hashed, packed: { hashes: "" } }), "/packed/width", /required/],
  [
    "an unknown field of packed hashes",
    withCondition({ ...hashed, packed: { ...packed, salt: "" } }),
    "/packed/salt",
    /width, hashes/,
  ],
  ["no packed hash", withHashes(""), "/packed/hashes", /at least one/],
  ["padding", withHashes(`${packed.hashes}=`), "/packed/hashes", /without padding/],
  ["the alphabet of base64", withHashes("+".repeat(11)), "/packed/hashes", /without padding/],
  ["bits that are left over", withHashes("AQIDBAUGBwj"), "/packed/hashes", /canonical/],
  ["one character too many", withHashes("A".repeat(13)), "/packed/hashes", /canonical/],
  ["half a hash", withHashes(of(...up, 2, 2, 2, 2)), "/packed/hashes", /8 bytes each, but holds 12 bytes/],
  [
    "packed hashes in another order",
    withHashes(of(...up, ...down)),
    "/packed/hashes",
    /hash 2 does not come after hash 1/,
  ],
  ["a packed hash twice", withHashes(of(...down, ...up, ...up)), "/packed/hashes", /hash 3 does not come after hash 2/],
].map(([name, input, pointer, detail]) => [name, input, `/rules/0/when${pointer as string}`, detail] as Refused);
