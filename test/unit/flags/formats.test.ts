import fc from "fast-check";
import { describe, test } from "vitest";

import { parseInstant } from "../../../src/flags/formats/instant.ts";
import { isInBlocks, parseAddress, parseCidr } from "../../../src/flags/formats/ip.ts";

describe("instants", () => {
  test("are read as Date reads its own", ({ expect }) => {
    const date = fc.date({
      min: new Date("0000-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59.999Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (one) => {
        expect(parseInstant(one.toISOString())).toBe(one.getTime());
        expect(parseInstant(one.toISOString().slice(0, 10))).toBe(Math.floor(one.getTime() / 86_400_000) * 86_400_000);
      }),
    );
  });

  test.for([
    ["2026-03-01T12:00Z", Date.UTC(2026, 2, 1, 12)],
    ["2026-03-01T12:00", Date.UTC(2026, 2, 1, 12)],
    ["2026-03-01T12:00:00.5Z", Date.UTC(2026, 2, 1, 12, 0, 0, 500)],
    ["2026-03-01T12:00:00.123456789Z", Date.UTC(2026, 2, 1, 12, 0, 0, 123)],
    ["2026-03-01T12:00:00+05:30", Date.UTC(2026, 2, 1, 6, 30)],
    ["2026-03-01T12:00:00-08:00", Date.UTC(2026, 2, 1, 20)],
    ["2024-02-29", Date.UTC(2024, 1, 29)],
    ["2000-02-29", Date.UTC(2000, 1, 29)],
  ] as const)("instant %s is valid", ([text, ms], { expect }) => {
    expect(parseInstant(text)).toBe(ms);
  });

  test.for([
    "",
    "2026",
    "2026-03",
    "2026-3-1",
    "2026-13-01",
    "2026-00-01",
    "2026-02-29",
    "1900-02-29",
    "2026-04-31",
    "2026-03-01T",
    "2026-03-01T12",
    "2026-03-01 12:00:00Z",
    "2026-03-01T24:00:00Z",
    "2026-03-01T12:60Z",
    "2026-03-01T12:00:60Z",
    "2026-03-01T12:00:00.Z",
    "2026-03-01T12:00:00z",
    "2026-03-01T12:00:00+0530",
    "2026-03-01T12:00:00+24:00",
    "2026-03-01T12:00:00Zx",
    "+002026-03-01",
    "Mon, 01 Mar 2026",
    "1772366400000",
  ])("instant %j is invalid", (text, { expect }) => {
    expect(parseInstant(text)).toBeNaN();
  });
});

describe("address blocks", () => {
  const isIn = (text: string, blocks: Parameters<typeof isInBlocks>[1]): boolean => {
    const address = parseAddress(text);
    return address !== undefined && isInBlocks(address, blocks);
  };
  const octet = fc.nat(255);

  test("contain exactly the addresses that share their first bits", ({ expect }) => {
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), fc.nat(32), fc.nat(31), (octets, bits, flipped) => {
        const block = parseCidr(`${octets.join(".")}/${bits}`)!;
        const bytes = Uint8Array.from(octets);
        bytes[flipped >> 3]! ^= 0x80 >> (flipped & 7);
        expect(isIn(octets.join("."), [block])).toBe(true);
        expect(isIn(bytes.join("."), [block])).toBe(flipped >= bits);
        expect(isIn(`::ffff:${bytes.join(".")}`, [block])).toBe(flipped >= bits);
      }),
    );
  });

  test("do so for IPv6", ({ expect }) => {
    const part = fc.nat(0xffff);
    const text = (parts: readonly number[]): string => parts.map((one) => one.toString(16)).join(":");
    fc.assert(
      fc.property(fc.array(part, { minLength: 8, maxLength: 8 }), fc.nat(128), fc.nat(127), (parts, bits, flipped) => {
        parts[0]! |= 1;
        const block = parseCidr(`${text(parts)}/${bits}`)!;
        const other = [...parts];
        other[flipped >> 4]! ^= 0x8000 >> (flipped & 15);
        expect(isIn(text(parts), [block])).toBe(true);
        expect(isIn(text(other), [block])).toBe(flipped >= bits);
      }),
    );
  });

  test.for([
    "",
    "10.0.0",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "0x0a.0.0.1",
    "010.0.0.1",
    "10.1",
    "::/129",
    "fe80::1%eth0",
    "host",
    "10.0.0.0/",
  ])("address %j is invalid", (text, { expect }) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  test.for([
    "fe80::1%eth0",
    "fe80::1%25eth0",
    "::ffff:10.0.0.1%eth0",
    "10.0.0.1%eth0",
    "[::1]",
    "[::1]:443",
    "10.0.0.1:443",
    "::1/128",
    "10.0.0.1/32",
    " ::1",
    "::1 ",
    "10.0.0.1\n",
    "010.0.0.1",
    "::ffff:010.0.0.1",
    "::ffff:0x0a.0.0.1",
    "::ffff:10.1",
    "00001::1",
    "1::2::3",
    ":::",
    ":1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "1.2.3.4::",
    "1:2:3:4:5:6:7:1.2.3.4",
    "::g",
  ])("do not contain %j, which is not an address", (text, { expect }) => {
    expect(parseAddress(text)).toBeUndefined();
    expect(isIn(text, [parseCidr("0.0.0.0/0")!, parseCidr("::/0")!])).toBe(false);
  });

  test("do not take an IPv6 address for the IPv4 address at its end", ({ expect }) => {
    expect(isIn("::ffff:10.0.0.1", [parseCidr("10.0.0.1")!])).toBe(true);
    expect(isIn("::10.0.0.1", [parseCidr("10.0.0.1")!])).toBe(false);
    expect(isIn("10.0.0.1", [parseCidr("::10.0.0.1")!])).toBe(false);
    expect(isIn("::a00:1", [parseCidr("::10.0.0.1")!])).toBe(true);
    expect(isIn("64:ff9b::10.0.0.1", [parseCidr("64:ff9b::/96")!])).toBe(true);
    expect(isIn("0:0:0:0:0:FFFF:a00:1", [parseCidr("10.0.0.0/8")!])).toBe(true);
  });

  test("do not contain arbitrary text, and never throw", ({ expect }) => {
    const everything = [parseCidr("0.0.0.0/0")!, parseCidr("::/0")!];
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789.:afx/% ".split("")) }), (text) => {
        if (!isIn(text, everything)) return;
        expect(text).toMatch(/^(\d{1,3}\.){3}\d{1,3}$|:/);
      }),
    );
  });
});
