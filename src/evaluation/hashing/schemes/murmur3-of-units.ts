import { avalanche, type HashState, hashState, mix, murmur3, scramble } from "../murmur3.ts";

/** Returns the hash as the systems see it, from 0 to 2^32 - 1. The native one is signed. */
export function unsignedMurmur3(state: HashState, text: string): number {
  return murmur3(state, text) >>> 0;
}

/** ASCII text is its own UTF-8 bytes in every form, so the native hash serves it. */
const NOT_ASCII = /[^\0-\x7f]/;

/**
 * Returns murmur3_x86_32 over the low byte of each UTF-16 unit, as `murmurhash3js` computes it: the hash of "é" is that
 * of one byte, and "Ā" is hashed as the byte 0.
 */
export function murmur3OfLowBytes(text: string, seed: number): number {
  if (!NOT_ASCII.test(text)) return unsignedMurmur3(hashState("", seed), text);
  let hash = seed;
  const whole = text.length & ~3;
  for (let i = 0; i < whole; i += 4) hash = mix(hash, lowBytes(text, i, 4));
  if (whole < text.length) hash ^= scramble(lowBytes(text, whole, text.length - whole));
  return avalanche(hash ^ text.length) >>> 0;
}

function lowBytes(text: string, from: number, count: number): number {
  let block = 0;
  for (let i = 0; i < count; i++) block |= (text.charCodeAt(from + i) & 0xff) << (i * 8);
  return block;
}

/**
 * Returns the hash of `imurmurhash`: murmur3_x86_32 of blocks of four UTF-16 units that overlap where a unit has more
 * than 8 bits. The library drops the last, unfinished block if its first bit is set, and so does this function.
 */
export function murmur3OfUnits(text: string): number {
  if (!NOT_ASCII.test(text)) return unsignedMurmur3(hashState(""), text);
  let hash = 0;
  const whole = text.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    const last = text.charCodeAt(i + 3);
    hash = mix(hash, units(text, i, 3) ^ ((last & 0xff) << 24) ^ (last >> 8));
  }
  const tail = units(text, whole, text.length - whole);
  if (tail > 0) hash ^= scramble(tail);
  return avalanche(hash ^ text.length) >>> 0;
}

function units(text: string, from: number, count: number): number {
  let block = 0;
  for (let i = 0; i < count; i++) block ^= text.charCodeAt(from + i) << (i * 8);
  return block;
}

/** Returns murmur3_x86_32 of bytes. */
export function murmur3OfBytes(bytes: readonly number[]): number {
  return murmur3OfLowBytes(String.fromCharCode(...bytes), 0);
}
