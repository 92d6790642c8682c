import fc from "fast-check";
import { afterAll, beforeAll, describe, test } from "vitest";
import { endpointName } from "../../../../src/http/evaluation/endpoint-cache.ts";
import { startIsolate } from "../../../support/app.ts";
import { MapEdgeCache } from "../../../support/edge/edge-cache.ts";
import { aFlagBody, FLAGS, type ManagementTest, send } from "../../management/client.ts";
import { type HostileWorld, OFREP, openHostileWorld } from "./hostile-world.ts";

/** Each test is one attack. docs/security.md lists them. */
describe("hostile text", () => {
  let t: ManagementTest;
  let as: HostileWorld["as"];
  beforeAll(async () => {
    ({ management: t, as } = await openHostileWorld());
  });
  afterAll(() => t.close());

  describe("injection", () => {
    const NAMES = [
      "a%0d%0aSet-Cookie:x=1",
      "a%00b",
      "%E2%80%AE",
      "..%2f..%2fkeys",
      "a%2f..",
      "@keys",
      "@head",
      "@index",
      "*",
      "a%20b",
      "a%5cb",
      "a,b",
    ];
    const KEYS = ["a%2fb", "%F0%9F%92%A9", "{prefix}"];

    test("a flag's name reaches no backend and no header", async ({ expect }) => {
      t.project.resetStats();
      for (const name of [...NAMES, ...KEYS]) {
        for (const [method, path] of [
          ["POST", `${OFREP}/${name}`],
          ["GET", `/flags/${name}`],
        ] as const) {
          const { status, headers } = await as(t.project.serverKey, method, path, method === "POST" ? {} : undefined);
          expect(status, name).toBe(404);
          expect(headers.get("set-cookie"), name).toBeNull();
        }
      }
      expect(t.project.roundTrips()).toEqual({ l2: 0, l3: 0 });
    });

    test("a name or a key with such text is refused in management", async ({ expect }) => {
      for (const name of NAMES) {
        expect([404, 422], name).toContain((await t.call("GET", `${FLAGS}/${name}`)).status);
        const environments = `/api/v1/environments/${name}/flags`;
        expect((await t.call("GET", environments)).status, name).toBe(404);
        const created = await t.call("POST", FLAGS, aFlagBody(decodeURIComponent(name)));
        expect(created.status, name).toBe(422);
      }
    });

    test("an origin is compared, and never sent back", async ({ expect }) => {
      const { token } = (
        await t.call("POST", "/api/v1/environments/production/keys", {
          kind: "client",
          origins: ["https://shop.example.com"],
        })
      ).body;
      const from = (origin: string) => as(token, "POST", `${OFREP}/open`, {}, { origin });
      expect((await from("https://shop.example.com")).status).toBe(200);
      for (const origin of [
        "null",
        "https://shop.example.com.evil.test",
        "https://evil.test#https://shop.example.com",
        "https://SHOP.example.com:443",
        "..",
        "https://shop.example.com, https://evil.test",
      ]) {
        const { status, headers, body } = await from(origin);
        expect(status, origin).toBe(403);
        expect(JSON.stringify([body, ...headers]), origin).not.toContain("evil");
      }
      for (const origins of [
        ["*\r\nX: 1"],
        ["https://a.test/path"],
        ["javascript:alert(1)"],
        ["https://a.test\u0000"],
      ]) {
        const made = await t.call("POST", "/api/v1/environments/production/keys", { kind: "client", origins });
        expect(made.status, JSON.stringify(origins)).toBe(422);
      }
    });

    test("origin and query cannot make two requests share a kept response", async ({ expect }) => {
      const part = fc.oneof(
        fc.constantFrom("", "..", ".", "%2e%2e", "https://a.test", "a/b", "a?b", "#", "\\", "..%2f", "x", '"', "null"),
        fc.string({ maxLength: 8 }).map((text) => text.toWellFormed()),
      );
      const key = fc.record({
        environment: fc.constantFrom("production", "staging"),
        keyId: fc.constantFrom("aaaaaaaaaaaa", "bbbbbbbbbbbb"),
        keyKind: fc.constantFrom("client" as const, "server" as const),
        keyHash: fc.constantFrom("0", "1"),
        origin: fc.option(part),
        flagKey: fc.option(part, { nil: undefined }),
        context: fc.dictionary(fc.constantFrom("a", "b", "targetingKey"), part, { noNullPrototype: true }),
        members: part,
      });
      const contentOf = ({ context, ...rest }: typeof key extends fc.Arbitrary<infer K> ? K : never) =>
        JSON.stringify([rest, Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
      await fc.assert(
        fc.asyncProperty(key, key, async (one, other) => {
          const [a, b] = [await endpointName(one), await endpointName(other)];
          expect(JSON.stringify(a) === JSON.stringify(b)).toBe(contentOf(one) === contentOf(other));
          expect(a.slice(0, 3)).toEqual(["response", one.environment, one.keyId]);
        }),
        { numRuns: 2000, seed: 1 },
      );
    });

    test("an origin of dots cannot reach a response kept for another key", async ({ expect }) => {
      const cache = new MapEdgeCache(t.clock.now);
      // The runtime normalises the URL before it looks up the entry.
      const openCache = async () => ({
        match: (url: string) => cache.match(new URL(url).href),
        put: (url: string, response: Response) => cache.put(new URL(url).href, response),
      });
      const zone = { CF_ZONE_ID: "0".repeat(32), CF_PURGE_TOKEN: "x".repeat(20), CF_API_URL: "http://127.0.0.1:9/" };
      const cold = () =>
        startIsolate({ ...t.project.bindings, ...zone, CACHE_HEAD_CHECK_MS: "0" }, t.clock, {
          openCache,
        });
      const headers = { origin: ".." };
      const isolate = cold();
      const kept = await send(isolate, t.project.serverKey, "GET", "/flags", undefined, headers);
      expect(JSON.stringify(kept.body)).toContain("hidden");
      const other = await send(cold(), t.project.clientKey, "GET", "/flags", undefined, headers);
      expect(other.status).toBe(200);
      expect(JSON.stringify(other.body)).not.toContain("hidden");
    });

    test("attributes that the worker reads from the request cannot be set", async ({ expect }) => {
      const rules = (attribute: unknown) => [
        { id: "nl", when: { attribute, operator: "equals", values: ["NL"] }, serve: { variant: "off" } },
      ];
      await t.call("PUT", `${FLAGS}/where`, aFlagBody("where", { rules: rules("request.country") }));
      for (const context of [{ "request.country": "NL" }, { request: { country: "NL" } }]) {
        expect((await t.evaluate("where", context)).body).toMatchObject({ value: true });
      }
      const query = await as(t.project.serverKey, "GET", "/flags/where?request.country=NL&country=NL");
      expect(query.body).toMatchObject({ value: true });
    });

    test("SQL finds nothing and breaks nothing", async ({ expect }) => {
      for (const text of ["' or 1=1 --", "'; drop table flags; --", "%", "\\", "$1"]) {
        const { status, body } = await t.call("GET", `${FLAGS}?search=${encodeURIComponent(text)}`);
        expect([status, body.items], text).toEqual([200, []]);
      }
      expect((await t.call("GET", FLAGS)).body.items.length).toBeGreaterThan(0);
    });

    test("errors contain no part of the request", async ({ expect }) => {
      const secret = "4111-1111-1111-1111";
      const responses = await Promise.all([
        as(t.project.serverKey, "POST", OFREP, `{"context":{"card":"${secret}"`),
        as(t.project.serverKey, "POST", OFREP, { context: { targetingKey: { card: secret } } }),
        as(t.project.serverKey, "POST", OFREP, `{"context":{"card":"${secret}","__proto__":"${secret}"}}`),
        as(t.project.serverKey, "GET", `/flags?context=${secret}`),
        t.call("PUT", `${FLAGS}/open`, `{"description":"${secret}`),
        t.call("PUT", `${FLAGS}/open`, { type: secret, default: secret }),
        as(`${t.project.serverKey}${secret}`, "POST", OFREP, {}),
      ]);
      for (const { status, body, headers } of responses) {
        expect(status).toBeGreaterThanOrEqual(400);
        expect(JSON.stringify([body, ...headers])).not.toContain(secret);
      }
    });

    test("such header values are refused or ignored", async ({ expect }) => {
      for (const [name, value] of [
        ["x-flags-min-version", "1 or 1=1"],
        ["x-flags-min-version", "99999999999999999999"],
        ["x-flags-min-version", "-1"],
      ] as const) {
        expect((await as(t.project.serverKey, "POST", `${OFREP}/open`, {}, { [name]: value })).status, value).toBe(400);
      }
      const odd = {
        "if-none-match": `${'"'.repeat(1000)},*x`,
        "accept-language": "\u00ff".repeat(500),
        "user-agent": "x".repeat(5000),
      };
      expect((await as(t.project.serverKey, "POST", OFREP, {}, odd)).status).toBe(200);
    });
  });
});
