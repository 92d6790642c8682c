import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { createApp } from "../../../../src/app.ts";
import { mac } from "../../../../src/ops/token.ts";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { MapEdgeCache } from "../../../support/edge/edge-cache.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { KEY_SECRET, startTestProject, type TestFlag, type TestProject } from "../../../support/project.ts";

const HIT = "Burgee-Edge; hit";
const PAGE = "https://shop.example";

/** Values of one attribute that conditions can tell apart. "é" is there in both of its Unicode forms. */
const VALUES = ["1", 1, true, "true", "\u00e9", "e\u0301", "A", "a", "", " ", "a b", "a+b", "a%20b", "null"];

/** A flag whose variant is the index of the attribute's value, or `none`. */
function probe(attribute: string): TestFlag {
  const names = VALUES.map((_, i) => `v${i}`);
  const rules = VALUES.flatMap((value, i) =>
    attribute === "targetingKey" && typeof value !== "string"
      ? []
      : [
          {
            id: `r${i}`,
            when: { attribute, operator: "equals" as const, values: [value] },
            serve: { variant: `v${i}` },
          },
        ],
  );
  const isThere = { id: "there", when: { attribute, operator: "exists" as const }, serve: { variant: "other" } };
  return {
    key: `probe-${attribute}`,
    type: "string",
    variants: Object.fromEntries([...names, "other", "none"].map((name) => [name, name])),
    offVariant: "none",
    default: { variant: "none" },
    rules: [...rules, isThere],
  };
}

/** Responses to GET that one data centre keeps for all of its isolates. */
describe("a kept response", () => {
  const clock = new FakeClock(Date.parse("2026-11-21T12:00:00Z"));
  const cache = new MapEdgeCache(clock.now);
  let project: TestProject;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    for (const attribute of ["plan", "tier", "targetingKey"]) await project.save(probe(attribute));
    await project.save({ key: "hidden", clientVisible: false });
  });
  afterAll(() => project.close());
  beforeEach(() => cache.clear());

  const zone = { CF_ZONE_ID: "0".repeat(32), CF_PURGE_TOKEN: "x".repeat(20), CF_API_URL: "http://127.0.0.1:9/" };
  /** Starts an isolate that has served nothing yet, so it uses the responses that the data centre keeps. */
  const cold = (settings: Record<string, string> = {}) =>
    startIsolate({ ...project.bindings, ...zone, ...settings }, clock, { openCache: cache.open });

  const get = async (url: string, headers: Record<string, string> = {}, isolate: Isolate = cold()) => {
    const pending: Promise<unknown>[] = [];
    const context = {
      waitUntil: (promise: Promise<unknown>) => void pending.push(promise),
      passThroughOnException: () => undefined,
      props: {},
    };
    const request = new Request(new URL(url, "https://edge.test"), {
      headers: { "x-api-key": project.serverKey, ...headers },
    });
    const response = await createApp(isolate.services).fetch(request, project.bindings, context);
    const body = await response.text();
    while (pending.length > 0) await pending.shift();
    return { status: response.status, body, isKept: response.headers.get("cache-status") === HIT };
  };
  const kept = () => cache.responses();
  const queryOf = (pairs: readonly (readonly [string, string])[]) =>
    pairs.map(([name, value]) => `${name}=${value}`).join("&");

  test("belongs to one context, in whatever form the query gives it", async ({ expect }) => {
    const made = await get("/flags/probe-plan?targetingKey=bob&plan=1&tier=a%20b");
    expect(made).toMatchObject({ status: 200, isKept: false });
    for (const query of [
      "tier=a%20b&plan=1&targetingKey=bob",
      "user_id=bob&plan=1&tier=a+b",
      "plan=0&plan=1&tier=a+b&user_id=bob",
      `context=${encodeURIComponent('{"tier":"a b","plan":"1"}')}&user_id=%62ob`,
      `plan=1&context=${encodeURIComponent('{ "targetingKey":"bob", "plan":1, "tier":"a b" }')}`,
    ]) {
      expect(await get(`/flags/probe-plan?${query}`), query).toEqual({ ...made, isKept: true });
    }
    expect(await get("/flags/%70robe-plan?targetingKey=bob&plan=1&tier=a%20b")).toEqual({ ...made, isKept: true });
  });

  test("is for one set of attributes, types and flags only", async ({ expect }) => {
    const json = (context: object) => `context=${encodeURIComponent(JSON.stringify(context))}`;
    await get("/flags/probe-plan?plan=1");
    for (const target of [
      `/flags/probe-plan?${json({ plan: 1 })}`,
      `/flags/probe-plan?${json({ plan: ["1"] })}`,
      `/flags/probe-plan?${json({ plan: null })}`,
      `/flags/probe-plan?${json({ nested: { plan: "1" } })}`,
      "/flags/probe-plan?Plan=1",
      "/flags/probe-plan?plan=1&tier=",
      "/flags/probe-plan?plan=2&plan=1&plan=3",
      "/flags/probe-tier?plan=1",
      "/flags?plan=1",
      "/flags/probe-plan",
    ]) {
      expect((await get(target)).isKept, target).toBe(false);
    }
  });

  const value = fc.constantFrom(...VALUES);
  /** One attribute: as a parameter if it is text, or as a member of `context`. */
  const attributes = fc.record(
    { plan: value, tier: value, targetingKey: value.map(String) },
    { requiredKeys: [], noNullPrototype: true },
  );
  const request = fc
    .record({ attributes, inJson: fc.subarray(["plan", "tier", "targetingKey"]), isReversed: fc.boolean() })
    .chain(({ attributes: held, inJson, isReversed }) => {
      const entries = Object.entries(held);
      const json = entries.filter(([name, one]) => typeof one !== "string" || inJson.includes(name));
      const pairs = entries
        .filter((entry) => !json.includes(entry))
        .map(([name, one]) => [name, encodeURIComponent(one as string)] as const);
      if (json.length > 0)
        pairs.push(["context", encodeURIComponent(JSON.stringify(Object.fromEntries(json.toReversed())))]);
      return fc.record({
        query: fc.constant(queryOf(isReversed ? pairs.toReversed() : pairs)),
        origin: fc.constantFrom("https://edge.test", "http://edge.test", "https://flags.test"),
        flag: fc.constantFrom("", "", "/probe-plan"),
        isPage: fc.boolean(),
      });
    });

  test("is shared by two requests if and only if the flags give both the same body", async ({ expect }) => {
    const warm = cold();
    await get("/flags", {}, warm);
    const seen = async ({
      query,
      origin,
      flag,
      isPage,
    }: {
      query: string;
      origin: string;
      flag: string;
      isPage: boolean;
    }) => {
      cache.clear();
      const headers = { "x-api-key": project.clientKey, ...(isPage && { origin: PAGE }) };
      const all = await get(`${origin}/flags?${query}`, headers, warm);
      cache.clear();
      const { status } = await get(`${origin}/flags${flag}?${query}`, headers, warm);
      expect(status, query).toBe(200);
      return { url: kept(), asks: `${flag} ${isPage} ${all.body.replace(flag === "" ? "" : /,"eventStreams.*/, "")}` };
    };
    await fc.assert(
      fc.asyncProperty(request, request, async (one, other) => {
        const [a, b] = [await seen(one), await seen(other)];
        expect(a.url).toHaveLength(1);
        expect(a.url[0] === b.url[0], `${JSON.stringify(one)} ${JSON.stringify(other)}`).toBe(a.asks === b.asks);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test("of a page that asked over http names no stream over http to a page on https", async ({ expect }) => {
    const headers = { "x-api-key": project.clientKey, origin: PAGE };
    expect((await get("http://edge.test/flags", headers)).body).toContain('"url":"http://edge.test/');
    const secure = await get("https://edge.test/flags", headers);
    expect(secure.body).toContain('"url":"https://edge.test/');
    expect(secure.isKept).toBe(false);
    expect(await get("https://edge.test/flags", headers)).toEqual({ ...secure, isKept: true });
  });

  test("is out of reach for keys that were forged with a stolen KEY_SECRET", async ({ expect }) => {
    const real = await get("/flags/hidden");
    expect(real).toMatchObject({ status: 200, isKept: false });
    expect((await get("/flags/hidden")).isKept).toBe(true);
    const [, environment = "", id = "", secret = ""] = project.serverKey.split("_");
    for (const body of [
      `bgs_${environment}_${id}_${"A".repeat(24)}`,
      `bgc_${environment}_${id}_${"A".repeat(24)}`,
      `bgc_${environment}_${id}_${secret}`,
    ]) {
      const forged = await get("/flags/hidden", { "x-api-key": `${body}_${await mac(KEY_SECRET, body)}` });
      expect(forged.status, body.slice(0, 4)).toBe(401);
      expect(forged.body).not.toContain('"value":true');
    }
  });

  test("has an address that says nothing about the caller", async ({ expect }) => {
    await get("/flags/probe-plan?targetingKey=ann%40example.com&plan=secret", { origin: PAGE });
    expect(kept()).toHaveLength(1);
    expect(kept()[0]).toMatch(/^https:\/\/edge\.test\/\.burgee\/[0-9a-f]{32}$/);
  });

  test("is never made for a request that names its subject twice: the 400 has both names", async ({ expect }) => {
    const inContext = (key: string) => `context=${encodeURIComponent(JSON.stringify({ targetingKey: key }))}`;
    for (const [query, names] of [
      ["user_id=bob&targetingKey=al", ["user_id", "targetingKey"]],
      ["targetingKey=al&user_id=bob", ["user_id", "targetingKey"]],
      ["targetingKey=al&user_id=al", ["user_id", "targetingKey"]],
      ["targetingKey=&user_id=al", ["user_id", "targetingKey"]],
      [`${inContext("al")}&user_id=bob`, ["user_id", "context.targetingKey"]],
      [`targetingKey=al&${inContext("al")}`, ["targetingKey", "context.targetingKey"]],
      ["user_id=al&user_id=bob", ["user_id"]],
      ["targetingKey=al&plan=1&targetingKey=bob", ["targetingKey"]],
    ] as const) {
      for (const path of ["/flags", "/flags/probe-plan"]) {
        const { status, body } = await get(`${path}?${query}`);
        expect(status, query).toBe(400);
        const { detail } = JSON.parse(body) as { detail: string };
        for (const name of names) expect(detail, query).toContain(name);
      }
    }
    expect(kept()).toEqual([]);
    expect((await get("/flags/probe-plan?user_id=al&user_id=al")).status).toBe(200);
    expect((await get('/flags/probe-plan?user_id=al&context={"targetingKey":null}')).status).toBe(200);
  });

  describe("beside a schedule", () => {
    const at = (ms: number) => new Date(clock.now() + ms).toISOString();
    /** Saves a flag and empties Redis, so that the next isolate reads it from Postgres. */
    const save = async (flag: TestFlag) => {
      await project.save(flag);
      await project.backends.upstash.command("FLUSHALL");
    };
    const scheduled = (from: string, key = "scheduled"): TestFlag => ({
      key,
      rules: [{ id: "switch", from, serve: { variant: "off" } }],
    });

    test("ends before the boundary, not in the second after it", async ({ expect }) => {
      await save(scheduled(at(30_500)));
      expect((await get("/flags/scheduled")).body).toContain('"value":true');
      expect((await get("/flags")).body).toContain('"key":"scheduled","value":true');
      await clock.advance(29_900);
      expect(await get("/flags/scheduled")).toMatchObject({ isKept: true });
      await clock.advance(600);
      for (const path of ["/flags/scheduled", "/flags"]) {
        const after = await get(path);
        expect(after.isKept, path).toBe(false);
        expect(after.body).toContain('"key":"scheduled","value":false');
      }
    });

    test("is not kept at all in the last second, nor while a ramp runs", async ({ expect }) => {
      await save(scheduled(at(900), "soon"));
      await save({
        key: "ramping",
        default: {
          rollout: {
            by: ["targetingKey"],
            salt: "s",
            hash: "murmur3-mulshift",
            weights: [["on", 100_000]],
            ramp: { from: 0, to: 100_000, startAt: at(-60_000), endAt: at(60_000) },
          },
        },
      });
      for (const path of ["/flags/soon", "/flags/ramping?user_id=u", "/flags"]) await get(path);
      expect(kept()).toEqual([]);
      await get("/flags/probe-plan");
      expect(kept()).toHaveLength(1);
    });

    test("that depends on an age is kept for a minute, although others are kept longer", async ({ expect }) => {
      const when = { attribute: "since", operator: "gte" as const, values: [1], read: { age: "minutes" as const } };
      await save({ key: "aging", rules: [{ id: "old", when, serve: { variant: "off" } }] });
      const long = () => cold({ CACHE_ENDPOINT_TTL_SECONDS: "3600" });
      const paths = [`/flags/aging?since=${at(0)}`, "/flags/probe-plan?plan=1"];
      for (const path of paths) expect((await get(path, {}, long())).isKept, path).toBe(false);
      await clock.advance(59_000);
      for (const path of paths) expect((await get(path, {}, long())).isKept, path).toBe(true);
      await clock.advance(1000);
      const [aged, other] = [await get(paths[0]!, {}, long()), await get(paths[1]!, {}, long())];
      expect([aged.isKept, other.isKept]).toEqual([false, true]);
      expect(aged.body).toContain('"value":false');
    });

    test("is not kept if the boundary passed while the flags were read", async ({ expect }) => {
      await save(scheduled(at(5000), "slow"));
      const isolate = cold();
      const asked = project.backends.upstash.stats().requests;
      project.backends.upstash.setFaults({ latencyMs: 100 });
      const response = get("/flags/slow", {}, isolate);
      while (project.backends.upstash.stats().requests === asked) await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(6000);
      expect((await response).body).toContain('"value":true');
      project.backends.upstash.setFaults({});
      expect(await get("/flags/slow")).toMatchObject({ isKept: false, body: expect.stringContaining('"value":false') });
    });
  });
});
