import type { PackedHashes } from "../document.ts";
import { fromBase64Url, toBase64Url } from "../formats/base64url.ts";
import { LIMITS } from "../limits.ts";

/**
 * Packed hashes: the first `width` bytes of each, in ascending order, joined and written in base64url. 5,000 hashes of
 * eight bytes are 53,334 characters, where hexadecimal hashes in a list would be 335,000.
 */

/** The number of bytes that new conditions keep of each hash. */
export const DEFAULT_WIDTH = 8;

const BASE64URL = /^[\w-]*$/;

/** Returns the problem with packed hashes, and the field that has it; `undefined` if a condition can hold them. */
export function packedProblem({
  width,
  hashes,
}: PackedHashes): { field: "width" | "hashes"; detail: string } | undefined {
  if (!Number.isInteger(width) || width < LIMITS.packedWidth.min || width > LIMITS.packedWidth.max) {
    const { min, max } = LIMITS.packedWidth;
    return { field: "width", detail: `must be a whole number of bytes from ${min} to ${max}` };
  }
  const detail = typeof hashes === "string" ? textProblem(hashes, width) : "must be text";
  return detail === undefined ? undefined : { field: "hashes", detail };
}

function textProblem(text: string, width: number): string | undefined {
  if (!BASE64URL.test(text)) return "must be base64url: only letters, digits, - and _, without padding";
  const bytes = bytesOf(text);
  if (bytes === undefined || !hasCanonicalEnd(text, bytes))
    return "must be canonical base64url: no bits may be left over";
  if (bytes.length === 0) return "must hold at least one hash";
  if (bytes.length % width !== 0) return `must hold hashes of ${width} bytes each, but holds ${bytes.length} bytes`;
  const count = bytes.length / width;
  if (count > LIMITS.packedHashes) return `must hold at most ${LIMITS.packedHashes} hashes, but holds ${count}`;
  for (let i = 1; i < count; i++) {
    if (compareAt(bytes, (i - 1) * width, bytes, i * width, width) >= 0)
      return `must be in ascending order without duplicates, but hash ${i + 1} does not come after hash ${i}`;
  }
  return undefined;
}

/** Returns the hashes of a text in base64url, one after the other; `undefined` if it is not base64url. */
function bytesOf(text: string): Uint8Array | undefined {
  // A single character after groups of four holds no whole byte.
  if (text.length % 4 === 1) return undefined;
  const latin1 = fromBase64Url(text);
  const bytes = new Uint8Array(latin1.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = latin1.charCodeAt(i);
  return bytes;
}

/** Whether the last characters, which stand for one or two bytes, have no bits beside those of the bytes. */
function hasCanonicalEnd(text: string, bytes: Uint8Array): boolean {
  const rest = bytes.length % 3;
  return rest === 0 || text.endsWith(toText(bytes.subarray(bytes.length - rest)));
}

/** The number of arguments that every engine accepts in one call. */
const CHUNK = 8192;

function toText(bytes: Uint8Array): string {
  let latin1 = "";
  for (let i = 0; i < bytes.length; i += CHUNK) latin1 += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return toBase64Url(latin1);
}

/** Returns the bytes of packed hashes that have no problem. */
export function unpack({ hashes }: PackedHashes): Uint8Array {
  return bytesOf(hashes) ?? new Uint8Array(0);
}

/** Returns each of the packed hashes, as parts of one buffer. */
export function digestsOf(packed: PackedHashes): Uint8Array[] {
  const bytes = unpack(packed);
  const { width } = packed;
  return Array.from({ length: bytes.length / width }, (_, i) => bytes.subarray(i * width, (i + 1) * width));
}

/** Returns hashes in their packed form. Duplicates, also those whose first `width` bytes are the same, count once. */
export function pack(digests: Iterable<Uint8Array>, width: number): PackedHashes {
  const sorted = [...digests].toSorted((a, b) => compareAt(a, 0, b, 0, width));
  const unique = sorted.filter((one, i) => i === 0 || compareAt(sorted[i - 1] as Uint8Array, 0, one, 0, width) !== 0);
  const bytes = new Uint8Array(unique.length * width);
  unique.forEach((one, i) => bytes.set(one.subarray(0, width), i * width));
  return { width, hashes: toText(bytes) };
}

/** Returns the number of hashes. */
export function countPacked({ width, hashes }: PackedHashes): number {
  return Math.floor((hashes.length * 3) / 4 / width);
}

/** Returns whether the first `width` bytes of a digest are one of the hashes, by binary search without allocation. */
export function holdsHash(hashes: Uint8Array, width: number, digest: Uint8Array): boolean {
  let low = 0;
  let high = hashes.length / width - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = compareAt(hashes, middle * width, digest, 0, width);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

/** Returns the order of `width` bytes from `at` in `a` and the same number from `from` in `b`. */
function compareAt(a: Uint8Array, at: number, b: Uint8Array, from: number, width: number): number {
  for (let i = 0; i < width; i++) {
    const order = (a[at + i] as number) - (b[from + i] as number);
    if (order !== 0) return order;
  }
  return 0;
}
