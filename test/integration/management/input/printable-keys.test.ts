import { afterAll, beforeAll, describe, test } from "vitest";
import { startIsolate } from "../../../support/app.ts";
import { MapEdgeCache } from "../../../support/edge/edge-cache.ts";
import { aFlagBody, FLAGS, type ManagementTest, send, startManagementTest } from "../client.ts";

const ENVIRONMENT = "/api/v1/environments/production";
const OFREP = "/ofrep/v1/evaluate/flags";

const KEYS: [name: string, key: string][] = [
  ["a slash", "team/checkout"],
  ["an accent", "naïve-flag"],
  ["Japanese text", "機能"],
  ["reserved characters of URLs", "a:b=c&d;e+f"],
  ["quotes and angle brackets", `x"y'z<w>`],
  ["other punctuation", "[a](b){c}|d^e`f$g!h"],
  ["128 letters", "k".repeat(128)],
  ["128 characters of three bytes", "機".repeat(128)],
  ["128 characters of four bytes", "🏁".repeat(128)],
];

describe.each(KEYS)("a flag whose key has %s", (_, key) => {
  const path = `${FLAGS}/${encodeURIComponent(key)}`;
  let t: ManagementTest;
  let cache: MapEdgeCache;
  const zone = { CF_ZONE_ID: "0".repeat(32), CF_PURGE_TOKEN: "x".repeat(20), CF_API_URL: "http://127.0.0.1:9/" };
  const cold = () => startIsolate({ ...t.project.bindings, ...zone }, t.clock, { openCache: cache.open });

  beforeAll(async () => {
    t = await startManagementTest();
    cache = new MapEdgeCache(t.clock.now);
    await t.call("PATCH", ENVIRONMENT, { overridesAllowed: true });
    const created = await t.call("POST", FLAGS, aFlagBody(key, { clientVisible: true }));
    if (created.headers.get("location") !== path) throw new Error(JSON.stringify(created.body));
  });
  afterAll(() => t.close());

  test("is found at its location, changed and searched", async ({ expect }) => {
    expect(await t.call("GET", path)).toMatchObject({ status: 200, body: { key } });
    expect(await t.call("PATCH", path, { description: "changed" })).toMatchObject({ status: 200 });
    const { body } = await t.call("GET", `${FLAGS}?search=${encodeURIComponent(key.slice(0, 90))}`);
    expect(body.items.map((item: { key: string }) => item.key)).toContain(key);
    const { body: definition } = await t.call("GET", `/api/v1/flags/${encodeURIComponent(key)}`);
    expect(definition).toMatchObject({ key, description: "changed" });
  });

  test("evaluates alone, in bulk and through GET, from every tier", async ({ expect }) => {
    const single = `${OFREP}/${encodeURIComponent(key)}`;
    for (const isolate of [t.isolate, cold(), cold()]) {
      const one = await send(isolate, t.project.serverKey, "POST", single, { context: {} });
      expect(one).toMatchObject({ status: 200, body: { key, value: true } });
      await isolate.settled();
    }
    const bulk = await send(cold(), t.project.clientKey, "POST", OFREP, { context: {} });
    expect(bulk.body.flags).toContainEqual(expect.objectContaining({ key, value: true }));
    for (const isolate of [cold(), cold()]) {
      const got = await send(isolate, t.project.clientKey, "GET", `/flags/${encodeURIComponent(key)}`);
      expect(got).toMatchObject({ status: 200, body: { key, value: true } });
      await isolate.settled();
    }
  });

  test("is purged from Redis and from other isolates by a change, alone", async ({ expect }) => {
    await t.call("PUT", `${FLAGS}/neighbour`, aFlagBody("neighbour"));
    const other = startIsolate(t.project.bindings, t.clock);
    const ask = async (name: string) => {
      const { body } = await send(other, t.project.serverKey, "POST", `${OFREP}/${encodeURIComponent(name)}`, {});
      return body.value;
    };
    await t.clock.advance(1001);
    await send(other, t.project.serverKey, "POST", OFREP, {});
    expect(await ask(key)).toBe(true);
    await t.call("PATCH", path, { default: { variant: "off" } });
    await t.clock.advance(1001);
    await ask(key);
    expect([await ask(key), await ask("neighbour")]).toEqual([false, true]);
    await t.call("PATCH", path, { default: { variant: "on" } });
    await t.clock.advance(1001);
    await ask(key);
    expect(await ask(key)).toBe(true);
  });

  test("is overridden, explained and sampled", async ({ expect }) => {
    const { status, body } = await t.call("POST", `${ENVIRONMENT}/overrides`, { flags: { [key]: "off" } });
    expect(status).toBe(201);
    const single = `${OFREP}/${encodeURIComponent(key)}`;
    await t.clock.advance(1001);
    await t.isolate.services.sweep(() => undefined);
    const headers = { "x-flags-overrides": body.token };
    const isolate = cold();
    expect(await send(isolate, t.project.serverKey, "POST", single, { context: {} }, headers)).toMatchObject({
      status: 200,
      body: { key, value: false },
    });
    expect(await t.call("POST", `${path}/explain`, { context: {} })).toMatchObject({ status: 200 });
  });

  test("is purged by its key and by a pattern", async ({ expect }) => {
    const purge = (what: object) => t.call("POST", `${ENVIRONMENT}/cache/purge?dryRun=true`, what);
    await t.call("POST", `${ENVIRONMENT}/cache/warm`);
    expect((await purge({ flags: [key] })).body.flags).toEqual([key]);
    const pattern = `?${Array.from(key).slice(1, 3).join("")}*`;
    expect((await purge({ pattern })).body.flags).toContain(key);
  });

  test("is needed by other flags and by segments, which name it", async ({ expect }) => {
    const needs = aFlagBody("needs", { prerequisites: [{ flag: key, variants: ["on"] }] });
    expect((await t.call("PUT", `${FLAGS}/needs`, needs)).status).toBe(200);
    const segment = `${ENVIRONMENT}/segments/${encodeURIComponent(key)}`;
    const condition = { flag: key, variants: ["off"] };
    expect((await t.call("PUT", segment, { name: "S", condition })).status).toBe(200);
    expect((await t.call("GET", segment)).body).toMatchObject({ key });
    expect(await t.evaluate("needs")).toMatchObject({ status: 200, body: { value: true } });
    const refused = await t.call("DELETE", path);
    expect(refused.status).toBe(409);
    expect(refused.body.detail).toContain("needs");
    await t.call("DELETE", segment);
    expect((await t.call("DELETE", `${FLAGS}/needs`)).status).toBe(200);
  });

  test("is deleted, and restored from the audit", async ({ expect }) => {
    expect((await t.call("DELETE", path)).status).toBe(200);
    expect((await t.call("GET", path)).status).toBe(404);
    const { body } = await t.call("GET", `${ENVIRONMENT}/audit?key=${encodeURIComponent(key)}`);
    const [deleted] = body.items.filter(({ action }: { action: string }) => action === "delete");
    const restored = await t.call("POST", `${ENVIRONMENT}/audit/${deleted.id}/restore`, { image: "before" });
    expect(restored.status).toBe(200);
    expect(await t.call("GET", path)).toMatchObject({ status: 200, body: { key } });
  });
});

describe("keys", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
  });
  afterAll(() => t.close());

  const APPLY = `${ENVIRONMENT}/apply`;

  test.for([
    ["a space", "a b"],
    ["a line separator", "a\u2028b"],
    ["an invisible character", "a\u200Bb"],
    ["an invisible tag", "a\u{E0041}b"],
    ["half a character", "a\uD83D"],
    ["a question mark", "a?"],
    ["a number sign", "a#"],
    ["a percent sign", "a%2Fb"],
    ["a backslash", "a\\b"],
    ["a wildcard", "a*"],
    ["a comma", "a,b"],
    ["a step of a path", "a/../b"],
    ["an at sign in front", "@head"],
    ["129 characters", "🏁".repeat(129)],
  ])("with %s are refused in every place, and do not exist", async ([, key], { expect }) => {
    const errors = [
      expect.objectContaining({ pointer: "/key", detail: expect.stringMatching(/without whitespace|half of/) }),
    ];
    expect(await t.call("POST", FLAGS, aFlagBody(key!))).toMatchObject({ status: 422, body: { errors } });
    const segment = { key, name: "S", condition: { attribute: "a", operator: "exists" } };
    expect(await t.call("POST", `${ENVIRONMENT}/segments`, segment)).toMatchObject({ status: 422, body: { errors } });
    const encoded = encodeURIComponent(key!.toWellFormed());
    expect((await t.call("GET", `${FLAGS}/${encoded}`)).status).toBe(404);
    expect(await t.evaluate(encoded)).toMatchObject({ status: 404, body: { errorCode: "FLAG_NOT_FOUND" } });
  });

  test("in another Unicode form are refused with the form to write", async ({ expect }) => {
    const [nfd, nfc] = ["nai\u0308ve", "na\u00EFve"];
    const detail = `must be in Unicode's form NFC: ${nfc}, which is na\\u00efve`;
    expect((await t.call("POST", FLAGS, aFlagBody(nfd))).body.errors).toEqual([{ pointer: "/key", detail }]);
    const condition = { flag: nfd, variants: ["on"] };
    const segment = await t.call("POST", `${ENVIRONMENT}/segments`, { key: "s", name: "S", condition });
    expect(segment.body.errors).toEqual([{ pointer: "/condition/flag", detail }]);
    const variants = await t.call("POST", FLAGS, aFlagBody("x", { variants: { on: true, off: false, [nfd]: true } }));
    expect(variants.body.errors).toEqual([{ pointer: `/variants/${nfd}`, detail: `has a name that ${detail}` }]);
    const purge = await t.call("POST", `${ENVIRONMENT}/cache/purge`, { pattern: `${nfd}*` });
    expect(purge.body.errors[0].detail).toContain("form NFC");
    await t.call("POST", FLAGS, aFlagBody(nfc));
    const one = await t.evaluate(encodeURIComponent(nfd));
    expect(one).toMatchObject({ status: 404, body: { errorCode: "FLAG_NOT_FOUND" } });
    expect(one.body.errorDetails).toContain(detail);
    expect((await t.call("GET", `${FLAGS}/${encodeURIComponent(nfd)}`)).body.detail).toContain(detail);
  });

  test("that begin with - are refused for new flags, and stay as they are on others", async ({ expect }) => {
    const refused = { status: 422, body: { errors: [{ pointer: "", detail: expect.stringContaining('"-x"') }] } };
    expect(await t.call("POST", FLAGS, aFlagBody("-x"))).toMatchObject(refused);
    expect(await t.call("PUT", `${FLAGS}/-x`, aFlagBody("-x"))).toMatchObject(refused);
    const { neon } = t.project.backends;
    await neon.query("alter table flags disable trigger flags_key_refused");
    await t.project.save({ key: "-x" });
    await neon.query("alter table flags enable trigger flags_key_refused");
    await t.call("POST", `${ENVIRONMENT}/cache/warm`);
    expect(await t.evaluate("-x")).toMatchObject({ status: 200, body: { value: true } });
    expect(await t.call("PATCH", `${FLAGS}/-x`, { enabled: false })).toMatchObject({ status: 200 });
    expect(await t.call("PUT", `${FLAGS}/-x`, aFlagBody("-x"))).toMatchObject({ status: 200 });
  });

  test("are applied together, listed page by page, and evaluated in the order of their units", async ({ expect }) => {
    // Postgres sorts the last two by code point, and JavaScript by unit.
    const keys = [...KEYS.map(([, key]) => key), "ｱ-halfwidth", "😀-emoji"];
    const world = await startManagementTest();
    const applied = await world.call("POST", APPLY, { flags: keys.map((key) => aFlagBody(key)), segments: [] });
    expect(applied.status).toBe(200);
    const listed: string[] = [];
    for (let cursor = ""; cursor !== "end";) {
      const { body } = await world.call("GET", `${FLAGS}?limit=2${cursor}`);
      listed.push(...body.items.map(({ key }: { key: string }) => key));
      cursor = body.nextCursor === null ? "end" : `&cursor=${encodeURIComponent(body.nextCursor)}`;
    }
    expect(listed.toSorted()).toEqual(keys.toSorted());
    const bulk = await send(world.isolate, world.project.serverKey, "POST", OFREP, { context: {} });
    expect(bulk.body.flags.map(({ key }: { key: string }) => key)).toEqual(keys.toSorted());
    await world.close();
  });
});
