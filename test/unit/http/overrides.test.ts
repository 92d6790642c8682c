import { describe, test } from "vitest";
import { OverrideReader } from "../../../src/http/overrides/overrides.ts";
import { MAX_TOKEN_LENGTH, signOverrides, verifyOverrides } from "../../../src/http/overrides/overrides-token.ts";
import { presentedOverrides } from "../../../src/http/overrides/presented-overrides.ts";
import { mintKey, verifyToken } from "../../../src/ops/token.ts";

const SECRET = "a key secret that only this test uses, long enough";
const OTHER = "another key secret that only this test uses, long";
const NOW = Date.parse("2026-11-21T12:00:00Z");
const SINCE = NOW - 1000;

const overrides = {
  environment: "staging",
  flags: new Map([
    ["checkout", "on"],
    ["headline", "b"],
  ]),
  expiresAt: NOW + 60_000,
  since: SINCE,
  madeBy: "AAAAAAAAAAAA",
};

const request = (path: string, headers: Record<string, string> = {}) =>
  new Request(`http://edge.test${path}`, { headers });

describe("signed overrides", () => {
  test("contain the signed overrides, in characters that a URL, a header and a cookie keep", async ({ expect }) => {
    const token = await signOverrides(SECRET, overrides);
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(await verifyOverrides([SECRET], token)).toEqual(overrides);
    expect(await verifyOverrides([OTHER, SECRET], token)).toEqual(overrides);
    expect(await verifyOverrides([OTHER], token)).toBeUndefined();
  });

  test("are refused with any one character changed, added or removed", async ({ expect }) => {
    const token = await signOverrides(SECRET, overrides);
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === "a" ? "b" : "a";
      for (const altered of [
        token.slice(0, at) + other + token.slice(at + 1),
        token.slice(0, at) + token.slice(at + 1),
        token.slice(0, at) + other + token.slice(at),
      ]) {
        expect(await verifyOverrides([SECRET], altered), altered).toBeUndefined();
      }
    }
  });

  test("use another key than SDK keys, so that neither passes for the other", async ({ expect }) => {
    const token = await signOverrides(SECRET, overrides);
    const { token: key } = await mintKey(SECRET, "server", "staging");
    expect(await verifyToken([SECRET], token)).toBeUndefined();
    expect(await verifyOverrides([SECRET], key)).toBeUndefined();
    const body = `bgo_staging_${token.split("_")[2]}`;
    const { mac } = await import("../../../src/ops/token.ts");
    expect(await verifyOverrides([SECRET], `${body}_${await mac(SECRET, body)}`)).toBeUndefined();
  });

  test("are not even hashed if they are longer than a cookie", async ({ expect }) => {
    const flags = new Map(Array.from({ length: 50 }, (_, i) => [`${"k".repeat(100)}${i}`, "on"] as const));
    const token = await signOverrides(SECRET, { ...overrides, flags });
    expect(token.length).toBeGreaterThan(MAX_TOKEN_LENGTH);
    expect(await verifyOverrides([SECRET], token)).toBeUndefined();
  });
});

describe("overrides of a request", () => {
  test("come from the query, then the header, then the cookie", ({ expect }) => {
    const headers = { "x-flags-overrides": "h", cookie: "a=1; burgee-overrides=c; b=2" };
    expect(presentedOverrides(request("/flags?burgee-overrides=q", headers))).toBe("q");
    expect(presentedOverrides(request("/flags?plan=pro", headers))).toBe("h");
    expect(presentedOverrides(request("/flags", { cookie: headers.cookie }))).toBe("c");
    expect(presentedOverrides(request("/flags", { cookie: "burgee-overrides=c" }))).toBe("c");
    expect(presentedOverrides(request("/flags"))).toBeUndefined();
  });

  test("are not found in parameters and cookies with longer names", ({ expect }) => {
    expect(presentedOverrides(request("/flags?my-burgee-overrides=q"))).toBeUndefined();
    expect(presentedOverrides(request("/flags?plan=burgee-overrides"))).toBeUndefined();
    expect(presentedOverrides(request("/flags", { cookie: "my-burgee-overrides=c" }))).toBeUndefined();
    expect(presentedOverrides(request("/flags", { cookie: "a=burgee-overrides=c" }))).toBeUndefined();
  });

  test("apply in their environment, until they expire or the environment forbids them", async ({ expect }) => {
    const reader = new OverrideReader([SECRET]);
    const token = await signOverrides(SECRET, overrides);
    const presented = request("/flags", { "x-flags-overrides": token });
    // The second time, the reader remembers the MAC but must check everything else again.
    for (let i = 0; i < 2; i++) {
      expect(await reader.of(presented, "staging", SINCE, NOW)).toEqual({ flags: overrides.flags, status: "accepted" });
      const status = async (environment: string, since: number, now: number) =>
        (await reader.of(presented, environment, since, now))?.status;
      expect(await status("staging", SINCE, overrides.expiresAt - 1)).toBe("accepted");
      expect(await status("staging", SINCE, overrides.expiresAt)).toBe("ignored; reason=expired");
      expect(await status("production", SINCE, NOW)).toBe("ignored; reason=other-environment");
      expect(await status("staging", SINCE + 1, NOW)).toBe("ignored; reason=withdrawn");
    }
    const forged = request("/flags", { "x-flags-overrides": `${token.slice(0, -1)}!` });
    expect(await reader.of(forged, "staging", SINCE, NOW)).toEqual({
      flags: undefined,
      status: "ignored; reason=not-signed-here",
    });
    expect(await reader.of(request("/flags"), "staging", SINCE, NOW)).toBeUndefined();
  });

  test("with a mistake do not fall back on the next place, because a link has priority", async ({ expect }) => {
    const reader = new OverrideReader([SECRET]);
    const cookie = `burgee-overrides=${await signOverrides(SECRET, overrides)}`;
    const both = request("/flags?burgee-overrides=old", { cookie });
    expect(await reader.of(both, "staging", SINCE, NOW)).toMatchObject({ status: "ignored; reason=not-signed-here" });
    expect(await reader.of(request("/flags", { cookie }), "staging", SINCE, NOW)).toMatchObject({ status: "accepted" });
  });
});
