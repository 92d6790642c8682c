import { describe, test } from "vitest";
import { parseSettings } from "../../src/env.ts";

/** The number of subrequests that Cloudflare allows for one request. */
const SUBREQUESTS = 10_000;
/** The number of subrequests that the stream which polls for the others may need each second. */
const PER_SECOND = 3;

describe("settings", () => {
  const required = { DATABASE_URL: "postgres://user@localhost/db", KEY_SECRET: "0".repeat(64) };
  const withLifetime = (seconds: number) =>
    parseSettings({ ...required, STREAM_LIFETIME_SECONDS: String(seconds) }).STREAM_LIFETIME_SECONDS;

  test("limit a stream's lifetime so that it cannot use up its request's subrequests", ({ expect }) => {
    const most = SUBREQUESTS / PER_SECOND;
    expect(withLifetime(3000) * PER_SECOND).toBeLessThan(SUBREQUESTS);
    expect(() => withLifetime(Math.ceil(most))).toThrow("STREAM_LIFETIME_SECONDS");
    expect(parseSettings(required).STREAM_LIFETIME_SECONDS * PER_SECOND).toBeLessThan(SUBREQUESTS);
  });
});
