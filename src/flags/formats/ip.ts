/** A block of addresses. An IPv4 block is one 32-bit number; an IPv6 block is eight 16-bit parts. */
type Block = { v4: number; mask: number } | { parts: readonly number[]; bits: number };

/** Returns a CIDR block, or an address as a block of one, or `undefined` if the text is neither. */
export function parseCidr(text: string): Block | undefined {
  const [, address = text, length] = /^(.+)\/(\d+)$/.exec(text) ?? [];
  const v4 = parseV4(address);
  const parts = v4 === undefined ? parseV6(withPlainTail(address)) : undefined;
  const most = v4 === undefined ? 128 : 32;
  const bits = Number(length ?? most);
  if (bits > most) return undefined;
  if (v4 !== undefined) return v4Block(v4, bits);
  if (parts === undefined) return undefined;
  // A block of IPv4-mapped addresses becomes the IPv4 block, because isInBlocks compares mapped addresses as IPv4.
  const mapped = mappedV4(parts);
  return mapped !== undefined && bits >= 96 ? v4Block(mapped, bits - 96) : { parts, bits };
}

/** An IP address: IPv4, also IPv4-mapped IPv6, as one 32-bit number, or IPv6 as eight 16-bit parts. */
export type Address = number | readonly number[];

/**
 * Returns an address, or `undefined` if the text is not one. A zone, brackets, a port, spaces and leading zeros of IPv4
 * parts are not accepted: other programs read such a text differently, or the address means something on one host only.
 */
export function parseAddress(text: string): Address | undefined {
  const v4 = parseV4(text);
  if (v4 !== undefined) return v4;
  const v6 = parseV6(text);
  return v6 && (mappedV4(v6) ?? v6);
}

/** Returns whether the address is in one of the blocks. */
export function isInBlocks(address: Address, blocks: readonly Block[]): boolean {
  if (typeof address === "number")
    return blocks.some((block) => "v4" in block && ((address ^ block.v4) & block.mask) === 0);
  return blocks.some((block) => "parts" in block && samePrefix(address, block.parts, block.bits));
}

/** Earlier versions accepted leading zeros and hexadecimal numbers in the IPv4 address at the end of an IPv6 block. */
function withPlainTail(address: string): string {
  return address.replace(/[^:]+\.[^:]+$/, (tail) =>
    tail
      .split(".")
      .map((part) => (/^(?:0?\d+|0x[0-9a-f]+)$/i.test(part) ? String(parseInt(part)) : part))
      .join("."),
  );
}

function v4Block(v4: number, bits: number): Block {
  return { v4, mask: bits === 0 ? 0 : -1 << (32 - bits) };
}

function samePrefix(a: readonly number[], b: readonly number[], bits: number): boolean {
  let left = bits;
  for (let i = 0; left > 0; i++, left -= 16) {
    const mask = left >= 16 ? 0xffff : (0xffff << (16 - left)) & 0xffff;
    if ((((a[i] ?? 0) ^ (b[i] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

/** Reads four decimal parts. Leading zeros are rejected, because some parsers read them as octal numbers. */
function parseV4(text: string): number | undefined {
  const length = text.length;
  if (length < 7 || length > 15) return undefined;
  let address = 0;
  let part = -1;
  let parts = 1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (part < 0 || ++parts > 4) return undefined;
      address = (address << 8) | part;
      part = -1;
    } else {
      if (code < 48 || code > 57 || part === 0) return undefined;
      part = (part < 0 ? 0 : part * 10) + code - 48;
      if (part > 255) return undefined;
    }
  }
  return parts === 4 && part >= 0 ? (address << 8) | part : undefined;
}

const MAX_V6_LENGTH = 45;

/**
 * Returns an IPv6 address as eight 16-bit parts, or `undefined` if the text is not one. The last two may be an IPv4
 * address, and one `::` stands for zeros.
 */
export function parseV6(text: string): readonly number[] | undefined {
  if (text.length > MAX_V6_LENGTH || !text.includes(":")) return undefined;
  const [head = "", tail, more] = text.split("::");
  if (more !== undefined) return undefined;
  const before = readGroups(head, tail === undefined);
  if (tail === undefined) return before?.length === 8 ? before : undefined;
  const after = readGroups(tail, true);
  if (before === undefined || after === undefined || before.length + after.length > 7) return undefined;
  const zeros = Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after];
}

function readGroups(text: string, mayEndWithV4: boolean): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  const parts: number[] = [];
  for (const [i, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) {
      parts.push(parseInt(group, 16));
      continue;
    }
    const v4 = mayEndWithV4 && i === groups.length - 1 ? parseV4(group) : undefined;
    if (v4 === undefined) return undefined;
    parts.push(v4 >>> 16, v4 & 0xffff);
  }
  return parts;
}

/** Returns the IPv4 address that an IPv4-mapped IPv6 address stands for, or `undefined` for every other one. */
function mappedV4(parts: readonly number[]): number | undefined {
  const [a, b, c, d, e, f, high = 0, low = 0] = parts;
  if ((a || b || c || d || e) !== 0 || f !== 0xffff) return undefined;
  return (high << 16) | low;
}
