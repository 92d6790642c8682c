import { describe, test } from "vitest";
import { Authenticator } from "../../../src/http/authenticate.ts";
import { AdminAuthenticator } from "../../../src/http/management/actor.ts";
import { signOverrides } from "../../../src/http/overrides/overrides-token.ts";
import { OverrideReader } from "../../../src/http/overrides/overrides.ts";
import { RememberedTokens } from "../../../src/http/remembered-tokens.ts";
import type { RateLimiter } from "../../../src/ops/rate-limiter.ts";
import { mintKey } from "../../../src/ops/token.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const SECRET = "a key secret that only this test uses, long enough";
const unlimited: RateLimiter = { allows: async () => true, retryAfterSeconds: 1 };
const scope = { waitUntil: () => undefined };

describe("remembered tokens", () => {
  test("start over when they are full, but not for a token that they hold", ({ expect }) => {
    const tokens = new RememberedTokens<number>(2);
    for (const [token, value] of [
      ["a", 1],
      ["b", 2],
      ["a", 3],
    ] as const)
      tokens.set(token, value);
    expect([tokens.get("a"), tokens.get("b"), tokens.size]).toEqual([3, 2, 2]);
    tokens.set("c", 4);
    expect([tokens.get("a"), tokens.get("c"), tokens.size]).toEqual([undefined, 4, 1]);
  });

  test("of SDK keys are at most 2,000, however many valid ones come", async ({ expect }) => {
    const authenticator = new Authenticator([SECRET], { unknownKeys: unlimited });
    for (let i = 0; i < 2000; i++) {
      const { token } = await mintKey(SECRET, "client", "production");
      await authenticator.verify(token, new Headers());
    }
    expect(authenticator.size).toBe(2000);
    await authenticator.verify((await mintKey(SECRET, "client", "production")).token, new Headers());
    expect(authenticator.size).toBe(1);
  });

  test("of overrides are at most 500, however many valid ones come", async ({ expect }) => {
    const now = new FakeClock().now();
    const reader = new OverrideReader([SECRET]);
    let most = 0;
    for (let i = 0; i <= 500; i++) {
      const flags = new Map([["checkout", `variant-${i}`]]);
      const signed = { environment: "production", flags, expiresAt: now + 1000, since: 1, madeBy: "A" };
      const headers = { "x-flags-overrides": await signOverrides(SECRET, signed) };
      const found = await reader.of(new Request("http://edge.test/", { headers }), "production", 1, now);
      expect(found?.status).toBe("accepted");
      most = Math.max(most, reader.size);
    }
    expect([most, reader.size]).toEqual([500, 1]);
  });

  test("of admins are at most 1,000, revoked ones included", async ({ expect }) => {
    const authenticator = new Authenticator([SECRET], { unknownKeys: unlimited });
    const admins = new AdminAuthenticator({ authenticator, clock: new FakeClock() }, async () => undefined);
    let most = 0;
    for (let i = 0; i <= 1000; i++) {
      const token = { kind: "admin", id: `id-${i}`, secretHash: "" } as const;
      await expect(admins.requireAdmin(token, scope)).rejects.toMatchObject({ status: 401 });
      most = Math.max(most, admins.size);
    }
    expect([most, admins.size]).toEqual([1000, 1]);
  });
});
