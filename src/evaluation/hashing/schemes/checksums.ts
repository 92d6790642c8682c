/** Short checksums without a library: each is a loop over a text's bytes or UTF-16 units. */

const encoder = new TextEncoder();

/** Returns the UTF-8 bytes of a text. A lone surrogate counts as U+FFFD. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Returns FNV-1a of 32 bits over the UTF-16 units of a text, as GrowthBook's JavaScript SDK computes it. */
export function fnv1aOfUnits(text: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash >>> 0;
}

/** Returns FNV-1a of 32 bits over the UTF-8 bytes of a text. */
export function fnv1a(text: string): number {
  let hash = FNV_OFFSET;
  for (const byte of utf8(text)) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash >>> 0;
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320;
  return crc;
});

/** Returns CRC-32 (IEEE) over the UTF-8 bytes of a text. */
export function crc32(text: string): number {
  let crc = -1;
  for (const byte of utf8(text)) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] as number);
  return ~crc >>> 0;
}
