import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { startPurgeEndpoint } from "../../../../dev/endpoints/purge-endpoint.ts";
import { signOverrides } from "../../../../src/http/overrides/overrides-token.ts";
import { startIsolate } from "../../../support/app.ts";
import { MapEdgeCache } from "../../../support/edge/edge-cache.ts";
import { KEY_SECRET } from "../../../support/project.ts";
import {
  type ApiResponse,
  aFlagBody,
  aToken,
  FLAGS,
  type ManagementTest,
  send,
  startManagementTest,
} from "../../management/client.ts";

const ENVIRONMENT = "/api/v1/environments/production";
const SINGLE = "/ofrep/v1/evaluate/flags/checkout";
const BULK = "/ofrep/v1/evaluate/flags";

describe("overrides at the edge", () => {
  let t: ManagementTest;
  /** Switches `checkout`, `hidden` and `off-for-all` on. Without the token they are off. */
  let token: string;

  const allow = (overridesAllowed: boolean) => t.call("PATCH", ENVIRONMENT, { overridesAllowed });
  const sign = async (flags: Record<string, string>, more: object = {}): Promise<ApiResponse> =>
    await t.call("POST", `${ENVIRONMENT}/overrides`, { flags, ...more });
  const ask = (path: string, headers: Record<string, string> = {}, key = t.project.clientKey) =>
    send(t.isolate, key, path.startsWith("/ofrep") ? "POST" : "GET", path, undefined, headers);
  const status = ({ headers }: ApiResponse) => headers.get("x-flags-overrides");

  beforeAll(async () => {
    t = await startManagementTest();
    const off = { default: { variant: "off" }, clientVisible: true };
    await t.call("POST", FLAGS, aFlagBody("checkout", { ...off, metadata: { owner: "growth" } }));
    await t.call("POST", FLAGS, aFlagBody("hidden", { ...off, clientVisible: false }));
    await t.call("POST", FLAGS, aFlagBody("off-for-all", { ...off, enabled: false }));
    await allow(true);
    token = (await sign({ checkout: "on", hidden: "on", "off-for-all": "on" })).body.token;
  });
  beforeEach(() => allow(true));
  afterAll(() => t.close());

  test("signed with the previous secret are valid until that is removed", async ({ expect }) => {
    const replaced = { KEY_SECRET: "the secret that has replaced the previous one" };
    // The SDK key is signed with the new secret, and only the overrides with the previous one.
    const { token: key } = await aToken(t.project, "server", "production", { secret: replaced.KEY_SECRET });
    await t.isolate.services.sweep(() => undefined);
    const statusWith = async (bindings: Record<string, string>) => {
      const isolate = startIsolate({ ...t.project.bindings, ...replaced, ...bindings }, t.clock);
      const response = await send(isolate, key, "POST", SINGLE, undefined, { "x-flags-overrides": token });
      return [response.status, status(response)];
    };
    expect(await statusWith({ KEY_SECRET_PREVIOUS: KEY_SECRET })).toEqual([200, "accepted"]);
    expect(await statusWith({})).toEqual([200, "ignored; reason=not-signed-here"]);
  });

  test("show in the reason, the metadata and a header", async ({ expect }) => {
    const response = await ask(SINGLE, { "x-flags-overrides": token });
    expect(response).toMatchObject({
      status: 200,
      body: {
        key: "checkout",
        value: true,
        variant: "on",
        reason: "TARGETING_MATCH",
        metadata: { owner: "growth", override: true },
      },
    });
    expect(status(response)).toBe("accepted");
    expect(response.headers.get("access-control-expose-headers")).toContain("X-Flags-Overrides");
    const plain = await ask(SINGLE);
    expect(plain.body).toMatchObject({ value: false, reason: "STATIC", metadata: { owner: "growth" } });
    expect(status(plain)).toBeNull();
  });

  test("come from the query, then the header, then the cookie, on every route", async ({ expect }) => {
    const off = (await sign({ checkout: "off" })).body.token;
    for (const path of [SINGLE, BULK, "/flags/checkout", "/flags"]) {
      const value = async (query: string, headers: Record<string, string>) => {
        const { body } = await ask(query === "" ? path : `${path}?burgee-overrides=${query}`, headers);
        return (body.flags?.find(({ key }: { key: string }) => key === "checkout") ?? body).value;
      };
      expect(await value(token, { "x-flags-overrides": off, cookie: `burgee-overrides=${off}` }), path).toBe(true);
      expect(await value("", { "x-flags-overrides": token, cookie: `burgee-overrides=${off}` }), path).toBe(true);
      expect(await value("", { cookie: `session=1; burgee-overrides=${token}` }), path).toBe(true);
      expect(await value("", {}), path).toBe(false);
    }
  });

  test("show a client key no hidden flag", async ({ expect }) => {
    const headers = { "x-flags-overrides": token };
    const hidden = await ask("/ofrep/v1/evaluate/flags/hidden", headers);
    const unknown = await ask("/ofrep/v1/evaluate/flags/nope00", headers);
    expect(hidden.status).toBe(404);
    expect([...hidden.headers.keys()]).toEqual([...unknown.headers.keys()]);
    const { body } = await ask(BULK, headers);
    expect(body.flags.map(({ key }: { key: string }) => key)).toEqual(["checkout", "off-for-all"]);
    const { serverKey } = t.project;
    expect((await ask("/ofrep/v1/evaluate/flags/hidden", headers, serverKey)).body.value).toBe(true);
  });

  test("do not switch on a disabled flag", async ({ expect }) => {
    const { body } = await ask("/ofrep/v1/evaluate/flags/off-for-all", { "x-flags-overrides": token });
    expect(body).toMatchObject({ value: false, reason: "DISABLED", metadata: {} });
  });

  test("change the ETag, and no cache keeps the response", async ({ expect }) => {
    for (const path of [BULK, "/flags", "/flags/checkout"]) {
      const plain = await ask(path);
      const other = await ask(path, { "x-flags-overrides": token, "if-none-match": plain.headers.get("etag") ?? "" });
      expect(other.status, path).toBe(200);
      expect(other.headers.get("cache-control"), path).toBe("no-store");
      const etag = other.headers.get("etag") ?? "";
      const again = await ask(path, { "x-flags-overrides": token, "if-none-match": etag });
      expect({ status: again.status, told: status(again) }, path).toEqual({ status: 304, told: "accepted" });
      expect((await ask(path, { "if-none-match": etag })).status, path).toBe(200);
    }
  });

  test("with a mistake are ignored, and the response says why", async ({ expect }) => {
    const { since } = JSON.parse(atob(token.split("_")[2]!.replaceAll("-", "+").replaceAll("_", "/"))) as {
      since: number;
    };
    const signed = { flags: new Map([["checkout", "on"]]), since, madeBy: "x", expiresAt: t.clock.now() + 60_000 };
    const cases: [why: string, value: string][] = [
      ["not-signed-here", await signOverrides("a".repeat(32), { ...signed, environment: "production" })],
      ["not-signed-here", token.replace("bgo_production", "bgo_staging")],
      ["not-signed-here", "bgo_production_e30_00000000000000000000000000000000"],
      ["not-signed-here", "x".repeat(10_000)],
      ["not-signed-here", ""],
      ["other-environment", await signOverrides(KEY_SECRET, { ...signed, environment: "staging" })],
      ["expired", await signOverrides(KEY_SECRET, { ...signed, environment: "production", expiresAt: t.clock.now() })],
    ];
    for (const [why, value] of cases) {
      for (const response of [
        await ask(SINGLE, { "x-flags-overrides": value }),
        await ask(SINGLE, { cookie: `a=${"b".repeat(10_000)}; burgee-overrides=${value}` }),
        await ask(`/flags/checkout?burgee-overrides=${value}`),
      ]) {
        expect(response, why).toMatchObject({ status: 200, body: { value: false, reason: "STATIC" } });
        expect(status(response)).toBe(`ignored; reason=${why}`);
      }
    }
  });

  test("end when they expire", async ({ expect }) => {
    const short = (await sign({ checkout: "on" }, { expiresInSeconds: 60 })).body.token;
    expect((await ask(SINGLE, { "x-flags-overrides": short })).body.value).toBe(true);
    await t.clock.advance(60_000);
    const late = await ask(SINGLE, { "x-flags-overrides": short });
    expect([late.body.value, status(late)]).toEqual([false, "ignored; reason=expired"]);
  });

  test("end when the environment forbids them, and stay ended when it allows them again", async ({ expect }) => {
    const headers = { "x-flags-overrides": token };
    const { version } = (await allow(false)).body;
    const forbidden = await ask(SINGLE, { ...headers, "x-flags-min-version": String(version) });
    expect([forbidden.body.value, status(forbidden)]).toEqual([false, null]);
    // Allowing overrides again must not invalidate tokens signed since the first time.
    await allow(true);
    const young = (await sign({ checkout: "on" })).body.token;
    await allow(true);
    expect(status(await ask(SINGLE, headers))).toBe("ignored; reason=withdrawn");
    expect((await ask(SINGLE, { "x-flags-overrides": young })).body.value).toBe(true);
    token = (await sign({ checkout: "on", hidden: "on", "off-for-all": "on" })).body.token;
  });

  test("cost a warm isolate no round trip", async ({ expect }) => {
    const headers = { "x-flags-overrides": token };
    await ask(BULK, headers);
    t.project.resetStats();
    for (const path of [SINGLE, BULK, "/flags", "/flags/checkout"]) await ask(path, headers);
    expect(t.project.roundTrips()).toEqual({ l2: 0, l3: 0 });
  });

  test("end everywhere after an edit in SQL, once the sweep has published it", async ({ expect }) => {
    const other = startIsolate(t.project.bindings, t.clock);
    const headers = { "x-flags-overrides": token };
    const askOther = async () =>
      (await send(other, t.project.serverKey, "POST", SINGLE, undefined, headers)).body.value;
    expect(await askOther()).toBe(true);
    await t.project.backends.neon.query("update environments set overrides_allowed_at = null where key = 'production'");
    expect((await t.call("GET", ENVIRONMENT)).body.overridesAllowed).toBe(false);
    const pending: Promise<unknown>[] = [];
    await t.isolate.services.sweep((promise) => void pending.push(promise));
    await Promise.all(pending);
    expect((await ask(SINGLE, headers)).body.value).toBe(false);
    await t.clock.advance(1000);
    // The head check may finish after the first response.
    await askOther();
    await other.settled();
    expect(await askOther()).toBe(false);
  });
});

test("a data centre keeps no response under overrides, and serves none from there", async ({
  expect,
  onTestFinished,
}) => {
  const purge = await startPurgeEndpoint();
  onTestFinished(() => purge.close());
  const zone = {
    CF_ZONE_ID: "0123456789abcdef0123456789abcdef",
    CF_PURGE_TOKEN: purge.token,
    CF_API_URL: `${purge.url}/client/v4`,
  };
  const t = await startManagementTest();
  onTestFinished(() => t.close());
  const cache = new MapEdgeCache(t.clock.now);
  const options = { openCache: cache.open };
  /** Sends the first request of a new isolate. */
  const askCold = async (path: string) => {
    const isolate = startIsolate({ ...t.project.bindings, ...zone }, t.clock, options);
    const { body, headers } = await send(isolate, t.project.serverKey, "GET", path);
    await isolate.settled();
    return [body.value, headers.get("cache-status")?.includes("Burgee-Edge; hit")];
  };
  await t.call("POST", FLAGS, aFlagBody("checkout", { default: { variant: "off" } }));
  await t.call("PATCH", ENVIRONMENT, { overridesAllowed: true });
  const { token } = (await t.call("POST", `${ENVIRONMENT}/overrides`, { flags: { checkout: "on" } })).body;
  const overridden = `/flags/checkout?burgee-overrides=${token}`;
  for (let i = 0; i < 2; i++) expect(await askCold(overridden)).toEqual([true, false]);
  expect(await askCold("/flags/checkout")).toEqual([false, false]);
  expect(await askCold("/flags/checkout")).toEqual([false, true]);
  expect(await askCold(overridden)).toEqual([true, false]);
});
