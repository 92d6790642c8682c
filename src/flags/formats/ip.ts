import ipaddr from "ipaddr.js";

/** A block of addresses. An IPv4 block is one 32-bit number; an IPv6 block is eight 16-bit parts. */
type Block = { v4: number; mask: number } | { parts: number[]; bits: number };

/** Returns a CIDR block, or an address as a block of one, or `undefined` if the text is neither. */
export function parseCidr(text: string): Block | undefined {
  try {
    const [address, bits] = text.includes("/") ? ipaddr.parseCIDR(text) : wholeAddress(text);
    if (address.kind() === "ipv4") {
      if (!ipaddr.IPv4.isValidFourPartDecimal(text.split("/")[0] ?? "")) return undefined;
      return v4Block(toUint32((address as ipaddr.IPv4).octets), bits);
    }
    const v6 = address as ipaddr.IPv6;
    if (v6.zoneId !== undefined) return undefined;
    // A block of IPv4-mapped addresses becomes the IPv4 block, because isInBlocks compares mapped addresses as IPv4.
    if (v6.isIPv4MappedAddress() && bits >= 96) return v4Block(toUint32(v6.toIPv4Address().octets), bits - 96);
    return { parts: v6.parts, bits };
  } catch {
    return undefined;
  }
}

/** Returns whether the text is an IP address inside one of the blocks. */
export function isInBlocks(text: string, blocks: readonly Block[]): boolean {
  const v4 = parseV4(text);
  if (v4 !== undefined) return blocks.some((block) => "v4" in block && ((v4 ^ block.v4) & block.mask) === 0);
  if (!text.includes(":") || !ipaddr.IPv6.isValid(text)) return false;
  const v6 = ipaddr.IPv6.parse(text);
  if (v6.isIPv4MappedAddress()) {
    const mapped = toUint32(v6.toIPv4Address().octets);
    return blocks.some((block) => "v4" in block && ((mapped ^ block.v4) & block.mask) === 0);
  }
  return blocks.some((block) => "parts" in block && samePrefix(v6.parts, block.parts, block.bits));
}

function wholeAddress(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const address = ipaddr.parse(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

function v4Block(v4: number, bits: number): Block {
  return { v4, mask: bits === 0 ? 0 : -1 << (32 - bits) };
}

function toUint32(octets: number[]): number {
  return octets.reduce((value, octet) => (value << 8) | octet, 0);
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
