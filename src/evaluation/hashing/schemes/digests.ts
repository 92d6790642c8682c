/**
 * Numbers from the first bytes of a digest. WebCrypto's digests are asynchronous and evaluation is not, so the digests
 * come from a library in JavaScript.
 */

const BITS_28 = 268_435_456;
const BITS_60 = 1_152_921_504_606_846_976;

/** Returns four bytes of a digest as a big-endian number. */
export function word(digest: Uint8Array, at: number): number {
  return new DataView(digest.buffer, digest.byteOffset).getUint32(at);
}

/** Returns four bytes of a digest as a little-endian number. */
export function littleEndianWord(digest: Uint8Array, at: number): number {
  return new DataView(digest.buffer, digest.byteOffset).getUint32(at, true);
}

/**
 * Returns the first 15 hexadecimal digits of a digest as a fraction from 0 to 1. They are 60 bits; the sum rounds them
 * to the nearest double, as `parseInt` does in the systems' own code, so 1 can be reached.
 */
export function fractionOf60Bits(digest: Uint8Array): number {
  return (word(digest, 0) * BITS_28 + (word(digest, 4) >>> 4)) / BITS_60;
}

/**
 * Returns the bucket below `total` for which `bucket < cut` is `fraction < cut / total` for every whole number `cut`,
 * although the product of the fraction and the total is rounded. Fraction 1 is in the last bucket.
 */
export function bucketOfFraction(fraction: number, total: number): number {
  let bucket = Math.floor(fraction * total);
  if (bucket / total > fraction) bucket--;
  else if ((bucket + 1) / total <= fraction) bucket++;
  return Math.min(bucket, total - 1);
}

/** Returns the first `bytes` bytes of a digest, read as one big-endian number, modulo `total`, which is below 2^37. */
export function modulo(digest: Uint8Array, bytes: number, total: number): number {
  let rest = 0;
  for (let i = 0; i < bytes; i += 2) {
    rest = (rest * 65_536 + (digest[i] as number) * 256 + (digest[i + 1] as number)) % total;
  }
  return rest;
}
