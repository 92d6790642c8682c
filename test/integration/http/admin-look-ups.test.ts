import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { AdminAuthenticator } from "../../../src/http/management/actor.ts";
import { startColo } from "../../support/edge/colo.ts";
import { aToken, type ManagementTest, send, startManagementTest } from "../management/client.ts";

const ENVIRONMENTS = "/api/v1/environments";

/** How often the worker reads the row of an admin token. Nothing else of these requests reads Postgres. */
describe("look-ups of admin tokens", () => {
  const ROUTE = "/api/v1/metrics";
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
  });
  afterAll(() => t.close());
  beforeEach(() => t.clock.advance(60_000));

  const as = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });
  const flood = async (tokens: readonly string[]) => {
    t.project.resetStats();
    const responses = await Promise.all(tokens.map((token) => t.isolate.fetch(ROUTE, as(token))));
    return { statuses: [...new Set(responses.map(({ status }) => status))], l3: t.project.roundTrips().l3 };
  };
  const hundred = (token: string) => Array.from({ length: 100 }, () => token);

  test("one serves a hundred requests with one token at once", async ({ expect }) => {
    const { token } = await aToken(t.project, "admin", "read");
    expect(await flood(hundred(token))).toEqual({ statuses: [200], l3: 1 });
    expect(await flood(hundred(token))).toEqual({ statuses: [200], l3: 0 });
    await t.clock.advance(10_000);
    expect(await flood(hundred(token))).toEqual({ statuses: [200], l3: 1 });
  });

  test("one serves 200 requests with a token that has no row, for five seconds", async ({ expect }) => {
    const { token } = await aToken(t.project, "admin", "write", { isStored: false });
    t.project.resetStats();
    for (let i = 0; i < 200; i++) {
      expect((await send(t.isolate, token, "GET", ENVIRONMENTS)).status).toBe(401);
    }
    expect(t.project.roundTrips()).toEqual({ l2: 0, l3: 1 });
    await t.clock.advance(4999);
    expect(await flood(hundred(token))).toEqual({ statuses: [401], l3: 0 });
    await t.clock.advance(1);
    expect(await flood(hundred(token))).toEqual({ statuses: [401], l3: 1 });
  });

  test("one serves a revoked token, whose refusal does not touch other tokens", async ({ expect }) => {
    const revoked = await aToken(t.project, "admin", "write");
    const valid = await aToken(t.project, "admin", "write");
    await t.project.backends.neon.query("update sdk_keys set revoked_at = now() where id = $1", [revoked.id]);
    expect(await flood(hundred(revoked.token))).toEqual({ statuses: [401], l3: 1 });
    expect(await flood([valid.token])).toEqual({ statuses: [200], l3: 1 });
  });

  test("a failed one is not remembered", async ({ expect }) => {
    const { token } = await aToken(t.project, "admin", "read");
    t.project.backends.neon.setFaults({ down: true });
    expect((await flood(hundred(token))).statuses).toEqual([503]);
    t.project.backends.neon.setFaults({});
    expect(await flood(hundred(token))).toEqual({ statuses: [200], l3: 1 });
  });

  test("one that died with its request delays no other request", async ({ expect }) => {
    const { authenticator } = t.isolate.services;
    let looked = 0;
    const row = { role: "read" as const, secretHash: "hash", environments: null, expiresAt: null, lastUsedOn: null };
    const admins = new AdminAuthenticator({ authenticator, clock: t.clock }, (_id) => {
      looked += 1;
      return looked === 1 ? new Promise(() => undefined) : Promise.resolve(row);
    });
    const token = { kind: "admin", id: "id", secretHash: "hash" } as const;
    const scope = { waitUntil: () => undefined };
    void admins.requireAdmin(token, scope);
    const followers = Promise.all([admins.requireAdmin(token, scope), admins.requireAdmin(token, scope)]);
    await t.clock.waitedOn(6500);
    await t.clock.advance(6500);
    expect(await followers).toEqual([
      { id: "id", role: "read", environments: null, expiresAt: null },
      { id: "id", role: "read", environments: null, expiresAt: null },
    ]);
    expect(looked).toBe(2);
  });

  test("in workerd, requests share a look-up and a probe, and each gets its own response", async ({ expect }) => {
    const { token } = await aToken(t.project, "admin", "read");
    const colo = await startColo({ bindings: t.project.bindings });
    try {
      // The first request loads the modules and connects.
      await (await colo.fetch("/healthz")).arrayBuffer();
      t.project.resetStats();
      const paths = [...hundred(ROUTE), ...hundred("/readyz")];
      const responses = await Promise.all(
        paths.map(async (path) => {
          const response = await colo.fetch(path, path === ROUTE ? as(token) : {});
          return [path, response.status, (await response.text()).length > 0] as const;
        }),
      );
      // On a slow machine, a probe can take longer than its second, which /readyz reports with 503.
      const isRight = ([path, status, hasBody]: (typeof responses)[number]): boolean =>
        hasBody && (status === 200 || (status === 503 && path === "/readyz"));
      expect(responses.filter((one) => !isRight(one))).toEqual([]);
      // One look-up and one probe, of which each may have been renewed on a slow machine.
      expect(t.project.roundTrips().l3).toBeLessThanOrEqual(6);
    } finally {
      await colo.dispose();
    }
  });
});
