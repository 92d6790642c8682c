import { utf8 } from "./checksums.ts";

/** Returns the deterministic CBOR (RFC 8949, section 4.2.1) of a text, a boolean, or a finite number. */
export function cborOf(value: string | number | boolean): number[] {
  if (typeof value === "string") {
    const bytes = utf8(value);
    return [...head(0x60, bytes.length), ...bytes];
  }
  if (typeof value === "boolean") return [value ? 0xf5 : 0xf4];
  // A whole number of 64 bits is an integer, however it was written, and -0 is 0.
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 64) {
    return value < 0 ? head(0x20, -1n - BigInt(value)) : head(0x00, BigInt(value));
  }
  return float(value);
}

/** Returns the deterministic CBOR of a list of two texts. */
export function cborOfPair(first: string, second: string): number[] {
  return [0x82, ...cborOf(first), ...cborOf(second)];
}

/** Returns a major type with its argument in the fewest bytes. */
function head(major: number, argument: number | bigint): number[] {
  const size = BigInt(argument);
  if (size < 24n) return [major | Number(size)];
  if (size < 0x100n) return [major | 24, Number(size)];
  const [extra, bits] = size < 0x10000n ? [25, 16] : size < 0x1_0000_0000n ? [26, 32] : [27, 64];
  const bytes = [major | extra];
  for (let shift = bits - 8; shift >= 0; shift -= 8) bytes.push(Number((size >> BigInt(shift)) & 0xffn));
  return bytes;
}

/** Returns the shortest of the three floating-point forms that holds the value exactly. */
function float(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  const half = halfBits(value);
  if (half !== undefined) return [0xf9, half >> 8, half & 0xff];
  const single = Math.fround(value) === value;
  if (single) view.setFloat32(0, value);
  else view.setFloat64(0, value);
  return [single ? 0xfa : 0xfb, ...new Uint8Array(view.buffer, 0, single ? 4 : 8)];
}

/** Returns the bits of the 16-bit form, or `undefined` if it would lose precision. The value is finite and not 0. */
function halfBits(value: number): number | undefined {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 2 ** 16) return undefined;
  const exponent = Math.max(Math.floor(Math.log2(size)), -14);
  const mantissa = size / 2 ** (exponent - 10);
  if (!Number.isInteger(mantissa)) return undefined;
  return mantissa < 1024 ? sign | mantissa : sign | ((exponent + 15) << 10) | (mantissa - 1024);
}
