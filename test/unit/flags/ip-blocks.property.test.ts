import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, test } from "vitest";
import { parseCidr } from "../../../src/flags/formats/ip.ts";

type Bytes = { bytes: number[]; bits: number };

/** ipaddr.js reads other forms too: IPv4 addresses of one to three numbers, and zones. */
function expectedBlock(text: string): Bytes | undefined {
  try {
    const [address, bits] = text.includes("/") ? ipaddr.parseCIDR(text) : [ipaddr.parse(text), undefined];
    const plain = text.split("/")[0] ?? "";
    if (address.kind() === "ipv4" && !ipaddr.IPv4.isValidFourPartDecimal(plain)) return undefined;
    if (address instanceof ipaddr.IPv6 && address.zoneId !== undefined) return undefined;
    const bytes = address.toByteArray();
    // It reads ::10.0.0.1 as ::ffff:10.0.0.1, which is another address.
    if (/^::[^:]+\..+$/.test(plain)) bytes.fill(0, 10, 12);
    return { bytes, bits: bits ?? bytes.length * 8 };
  } catch {
    return undefined;
  }
}

function parsedBlock(text: string): Bytes | undefined {
  const block = parseCidr(text);
  if (block === undefined) return undefined;
  if ("v4" in block) {
    const bytes = [24, 16, 8, 0].map((shift) => (block.v4 >>> shift) & 255);
    return { bytes, bits: Math.clz32(~block.mask) };
  }
  return { bytes: block.parts.flatMap((part) => [part >>> 8, part & 255]), bits: block.bits };
}

/** IPv4-mapped blocks are compared as IPv4. */
function asIpv4({ bytes, bits }: Bytes): Bytes {
  const isMapped = bytes.length === 16 && bytes.slice(0, 12).join() === "0,0,0,0,0,0,0,0,0,0,255,255";
  return isMapped && bits >= 96 ? { bytes: bytes.slice(12), bits: bits - 96 } : { bytes, bits };
}

describe("blocks of addresses", () => {
  const group = fc.constantFrom("0", "00", "1", "ff", "FFFF", "0a1b", "12345", "g");
  const octet = fc.constantFrom("0", "1", "10", "012", "0x0a", "255", "256", "");
  const v4 = fc.array(octet, { minLength: 3, maxLength: 5 }).map((parts) => parts.join("."));
  const groups = fc.array(group, { maxLength: 8 }).map((parts) => parts.join(":"));
  const ends = fc.constantFrom(
    "",
    "/0",
    "/8",
    "/32",
    "/33",
    "/95",
    "/96",
    "/128",
    "/129",
    "/08",
    "/",
    "/-1",
    "%e0",
    "\n",
  );
  const address = fc.oneof(
    v4,
    groups,
    fc.tuple(groups, groups).map((parts) => parts.join("::")),
    fc.tuple(groups, v4).map((parts) => parts.join(":")),
    fc.tuple(groups, v4).map((parts) => parts.join("::")),
    fc.constantFrom("::ffff:10.0.0.1", "::10.0.0.1", "::ffff:012.0x0a.0.1"),
    fc.string({ unit: fc.constantFrom("0", "1", "f", ":", ".", "/", "%", "x"), maxLength: 20 }),
  );

  test("are read as ipaddr.js reads them", ({ expect }) => {
    let valid = 0;
    const check = (start: string, end: string): void => {
      const expected = expectedBlock(start + end);
      if (expected !== undefined) valid += 1;
      expect(parsedBlock(start + end)).toEqual(expected && asIpv4(expected));
    };
    fc.assert(fc.property(address, ends, check), { numRuns: 5000 });
    expect(valid).toBeGreaterThan(200);
  });
});
