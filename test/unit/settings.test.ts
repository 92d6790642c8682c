import fc from "fast-check";
import { describe, test } from "vitest";
import { missingSettings, parseSettings, parseSettingsOf, SettingsError } from "../../src/env.ts";
import { redact } from "../../src/ops/redact.ts";
import { malformed, SETTINGS_WITH_FORMS } from "../support/malformed-settings.ts";

/** The number of subrequests that Cloudflare allows for one request. */
const SUBREQUESTS = 10_000;
/** The number of subrequests that the stream which polls for the others may need each second. */
const PER_SECOND = 3;

const required = { DATABASE_URL: "postgres://user@localhost/db", KEY_SECRET: "0".repeat(64) };

describe("settings", () => {
  const withLifetime = (seconds: number) =>
    parseSettings({ ...required, STREAM_LIFETIME_SECONDS: String(seconds) }).STREAM_LIFETIME_SECONDS;

  test("limit a stream's lifetime so that it cannot use up its request's subrequests", ({ expect }) => {
    const most = SUBREQUESTS / PER_SECOND;
    expect(withLifetime(3000) * PER_SECOND).toBeLessThan(SUBREQUESTS);
    expect(() => withLifetime(Math.ceil(most))).toThrow("STREAM_LIFETIME_SECONDS");
    expect(parseSettings(required).STREAM_LIFETIME_SECONDS * PER_SECOND).toBeLessThan(SUBREQUESTS);
  });

  test.each([
    ["DATABASE_URL", "postgresql://u:p%40ss@ep-x.neon.tech/db?sslmode=require&channel_binding=require"],
    ["DATABASE_URL", "postgres://u:p@127.0.0.1:5432/db"],
    ["NEON_HTTP_URL", "http://127.0.0.1:4444/sql"],
    ["NEON_HTTP_URL", "https://sql.example.com/sql"],
    ["UPSTASH_REDIS_REST_URL", "https://eu1-x.upstash.io"],
    ["UPSTASH_REDIS_REST_URL", "http://localhost:8079"],
    ["UPSTASH_REDIS_REST_URL", "http://[::1]:8079"],
    ["UPSTASH_REDIS_REST_TOKEN", "AX_s3cret=="],
    ["KEY_SECRET", "a pass phrase with spaces that is long enough"],
    ["CACHE_L1_TTL_SECONDS", ""],
    ["CACHE_ENABLED", "FALSE"],
  ])("accept %s=%s", (name, value) => {
    parseSettings({ ...required, [name]: value });
  });

  test.each(SETTINGS_WITH_FORMS)("a malformed %s is named, and its value is not repeated", (name) => {
    const secrets = fc.stringMatching(/^[A-Za-z]{10}[A-Za-z0-9_!$-]{22}$/);
    fc.assert(
      fc.property(secrets, (secret) => {
        for (const value of malformed(name, secret)) {
          const message = messageOf(() => parseSettings({ ...required, [name]: value }));
          if (!message.startsWith(`${name} must `)) throw new Error(`${JSON.stringify(value)}: ${message}`);
          if (message.includes(secret.slice(0, 8))) throw new Error(`repeats the value: ${message}`);
        }
      }),
      { numRuns: 30 },
    );
  });

  test.each(SETTINGS_WITH_FORMS)("the log shows the rule for %s in full", (name) => {
    for (const value of ["", ...malformed(name, "sesame-open-sesame")]) {
      const message = messageOf(() => parseSettings({ ...required, [name]: value }));
      if (redact(message) !== message) throw new Error(`${message}\nbecomes\n${redact(message)}`);
    }
  });

  test("a value of another type is refused without being repeated", ({ expect }) => {
    for (const name of SETTINGS_WITH_FORMS) {
      for (const value of [{ a: "sesame" }, ["sesame"], Number.NaN, null]) {
        const message = messageOf(() => parseSettings({ ...required, [name]: value }));
        expect(message).toMatch(new RegExp(`^${name} must `));
        expect(message).not.toContain("sesame");
      }
    }
  });

  test("every problem is named in one message", ({ expect }) => {
    expect(messageOf(() => parseSettings({ NEON_HTTP_URL: "x" }))).toMatch(
      /^DATABASE_URL is missing.*; NEON_HTTP_URL must .*; KEY_SECRET is missing/,
    );
  });

  test("a command checks only the settings that it needs", ({ expect }) => {
    const url = required.DATABASE_URL;
    expect(parseSettingsOf(["DATABASE_URL"], { DATABASE_URL: url, KEY_SECRET: "short" })).toEqual({
      DATABASE_URL: url,
    });
    expect(messageOf(() => parseSettingsOf(["KEY_SECRET"], { KEY_SECRET: "short" }))).toMatch(/^KEY_SECRET must have/);
  });

  test.each([
    [{ UPSTASH_REDIS_REST_URL: "https://x.example" }, "UPSTASH_REDIS_REST_TOKEN", "UPSTASH_REDIS_REST_URL"],
    [{ UPSTASH_REDIS_REST_TOKEN: "t" }, "UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"],
    [{ CF_ZONE_ID: "z" }, "CF_PURGE_TOKEN", "CF_ZONE_ID"],
    [{ CF_PURGE_TOKEN: "t" }, "CF_ZONE_ID", "CF_PURGE_TOKEN"],
    [{ CF_PURGE_TOKEN: "t", CF_ZONE_ID: "" }, "CF_ZONE_ID", "CF_PURGE_TOKEN"],
  ])("half a pair is reported: %j", (settings, setting, neededBy) => {
    const missing = missingSettings(parseSettings({ ...required, ...settings }));
    if (missing[0]?.setting !== setting || missing[0].neededBy !== neededBy || missing.length !== 1)
      throw new Error(JSON.stringify(missing));
  });
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return "accepted";
}
