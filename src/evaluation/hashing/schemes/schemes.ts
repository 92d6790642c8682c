import { CHECKSUM_FAMILY } from "./checksum-family.ts";
import { DIGEST_FAMILY } from "./digest-family.ts";
import { MURMUR3_FAMILY } from "./murmur3-family.ts";
import type { SchemeName } from "../../../flags/formats/hash-schemes.ts";
import type { Scheme } from "./scheme.ts";

/**
 * The schemes of other systems. Each owns the layout of salt and value, the encoding, and what counts as a key, and is
 * held in place by test/conformance/hashing.json. Import this module when a flag needs it: with its libraries, it is
 * too large for the first module, and native flags do not use it. Exported for the conformance
 * vectors.
 */
export const SCHEMES: Record<SchemeName, Scheme> = { ...MURMUR3_FAMILY, ...DIGEST_FAMILY, ...CHECKSUM_FAMILY };
