import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, test } from "vitest";
import { cacheUrl } from "../../../src/http/evaluation/endpoint-cache.ts";
import { mintKey } from "../../../src/ops/token.ts";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { startIsolate } from "../../support/app.ts";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { MapEdgeCache } from "../../support/edge/edge-cache.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlag, KEY_SECRET } from "../../support/project.ts";
import {
  aFlagBody,
  type ApiResponse,
  aToken,
  FLAGS,
  type ManagementTest,
  send,
  startManagementTest,
} from "../management/client.ts";

const OFREP = "/ofrep/v1/evaluate/flags";
const TEN_MEGABYTES = 10 * 1024 * 1024;

/** Each test is one attack. docs/security.md lists them. */
describe("hostile use", () => {
  let t: ManagementTest;
  let colo: Colo;
  let staging: { token: string; id: string };
  beforeAll(async () => {
    t = await startManagementTest();
    const { project } = t;
    await project.backends.neon.query("insert into environments (key, name) values ('staging', 'staging')");
    staging = await aToken(project, "server", "staging");
    await project.save({ key: "open" });
    await project.save({ key: "hidden", clientVisible: false });
    await project.save({ key: "only-in-production" });
    await saveFlag(project.db, "staging", aFlag({ key: "in-staging" }), { actor: "test" });
    await t.call("POST", "/api/v1/environments/production/cache/warm");
    await t.call("POST", "/api/v1/environments/staging/cache/warm");
    colo = await startColo({ bindings: { ...project.bindings, UNKNOWN_KEYS_PER_SECOND: "0" } });
  });
  afterAll(async () => {
    await colo.dispose();
    await t.close();
  });

  const as = (
    token: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers = {},
  ): Promise<ApiResponse> => send(t.isolate, token, method, path, body, headers);

  describe("keys", () => {
    test("that are forged in any way reach neither Redis nor Postgres", async ({ expect }) => {
      const { serverKey, clientKey, adminToken } = t.project;
      const flip = (text: string, at: number) =>
        text.slice(0, at) + (text[at] === "a" ? "b" : "a") + text.slice(at + 1);
      const forged = [
        ...[serverKey, clientKey, adminToken].flatMap((key) => [
          flip(key, key.length - 1),
          flip(key, 25),
          key.slice(0, -1),
          `${key}0`,
          key.replace("production", "staging").replace("write", "read"),
          key.replace(/^bg./, "bga"),
          key.replace(/^bg./, "bgs"),
          key.toUpperCase(),
        ]),
        (await mintKey("a secret of somebody else, 32 characters", "admin", "write")).token,
        "",
        "null",
        "__proto__",
        "bgs_production_",
        "a".repeat(5000),
        "' or 1=1 --",
      ].filter((key) => ![serverKey, clientKey, adminToken].includes(key));
      const isolate = startIsolate({ ...t.project.bindings, UNKNOWN_KEYS_PER_SECOND: "0" }, new FakeClock());
      t.project.resetStats();
      for (const key of forged) {
        for (const [method, path] of [
          ["POST", OFREP],
          ["POST", `${OFREP}/open`],
          ["GET", "/flags/open"],
          ["GET", FLAGS],
          ["DELETE", `${FLAGS}/open`],
        ] as const) {
          const { status } = await send(isolate, key, method, path, method === "POST" ? {} : undefined);
          expect(status, `${key.slice(0, 60)} ${path}`).toBe(401);
        }
        expect((await send(isolate, undefined, "GET", `/flags?sdkKey=${encodeURIComponent(key)}`)).status).toBe(401);
      }
      expect(t.project.roundTrips()).toEqual({ l2: 0, l3: 0 });
    });

    test("with a valid MAC but no row are refused, so the secret alone opens nothing", async ({ expect }) => {
      for (const kind of ["client", "server"] as const) {
        const { token } = await mintKey(KEY_SECRET, kind, "production");
        expect((await as(token, "POST", `${OFREP}/open`, {})).status, kind).toBe(401);
        expect((await as(token, "POST", OFREP, {})).status, kind).toBe(401);
      }
      const { token } = await mintKey(KEY_SECRET, "admin", "write");
      expect((await as(token, "GET", FLAGS)).status).toBe(401);
    });

    test("whose row has another kind or another secret are refused", async ({ expect }) => {
      const { token, id, secretHash } = await mintKey(KEY_SECRET, "server", "production");
      const insert = (kind: string, hash: string) =>
        t.project.backends.neon.query(
          "insert into sdk_keys (id, environment, kind, name, secret_hash) values ($1, 'production', $2, 'x', $3)",
          [id, kind, hash],
        );
      const remove = () => t.project.backends.neon.query("delete from sdk_keys where id = $1", [id]);
      const status = async () => {
        const headers = { "cache-control": "no-cache" };
        return (await as(token, "POST", `${OFREP}/open`, {}, headers)).status;
      };
      await insert("server", secretHash);
      expect(await status()).toBe(200);
      await remove();
      await insert("client", secretHash);
      expect(await status()).toBe(401);
      await remove();
      await insert("server", "0".repeat(64));
      expect(await status()).toBe(401);
    });

    test("secrets and MACs are always compared in constant time", async ({ expect }) => {
      const files = ["ops/token.ts", "http/authenticate.ts", "http/management/actor.ts"];
      for (const file of files) {
        const code = await readFile(new URL(`../../../src/${file}`, import.meta.url), "utf8");
        expect(code, file).toContain("constantTimeEqual(");
        expect(code, file).not.toMatch(
          /(secretHash|\.hash|\bmac|\bgiven)\s*[!=]==?|[!=]==?\s*\w*\.?(secretHash|hash|mac|given)\b/,
        );
      }
    });
  });

  describe("another environment", () => {
    test("flags of another environment look like unknown ones", async ({ expect }) => {
      const responses = await Promise.all(
        ["only-in-production", "never-existed-here"].map(async (flagKey) => {
          const one = await as(staging.token, "POST", `${OFREP}/${flagKey}`, {});
          const get = await as(staging.token, "GET", `/flags/${flagKey}`);
          return [one, get].map(({ status, headers, body }) => {
            const { requestId: _, ...said } = body;
            const names = [...headers.keys()].toSorted();
            return { status, names, said: JSON.parse(JSON.stringify(said).replaceAll(flagKey, "FLAG")) };
          });
        }),
      );
      expect(responses[0]).toEqual(responses[1]);
      expect(responses[0]?.map(({ status }) => status)).toEqual([404, 404]);
      const { body } = await as(staging.token, "POST", OFREP, {});
      expect(body.flags.map(({ key }: { key: string }) => key)).toEqual(["in-staging"]);
    });

    test("neither query nor header nor body moves a key out of its own environment", async ({ expect }) => {
      const tries = await Promise.all([
        as(staging.token, "GET", "/flags?environment=production&env=production"),
        as(staging.token, "POST", `${OFREP}?environment=production`, {
          environment: "production",
          context: { environment: "production" },
        }),
        as(
          staging.token,
          "POST",
          OFREP,
          {},
          { "x-environment": "production", "x-original-url": "/flags?environment=production" },
        ),
      ]);
      for (const { status, body } of tries) {
        expect(status).toBe(200);
        expect(body.flags.map(({ key }: { key: string }) => key)).toEqual(["in-staging"]);
      }
    });

    test("explain refuses it in the same way whether it exists or not", async ({ expect }) => {
      const responses = await Promise.all(
        ["production", "no-such-environment"].map(async (environment) => {
          const path = `/api/v1/environments/${environment}/flags/only-in-production/explain`;
          const { status, body } = await as(staging.token, "POST", path, {});
          return { status, detail: body.detail };
        }),
      );
      expect(responses[0]).toEqual(responses[1]);
      expect(responses[0]?.status).toBe(403);
    });
  });

  describe("a client key", () => {
    test("finds a hidden flag on no route", async ({ expect }) => {
      const { clientKey } = t.project;
      const said: string[] = [];
      const look = async (method: string, path: string, body?: unknown, headers = {}) => {
        const response = await as(clientKey, method, path, body, headers);
        said.push(`${method} ${path}: ${JSON.stringify(response.body)} ${JSON.stringify([...response.headers])}`);
        return response;
      };
      const bulk = await look("POST", OFREP, {});
      const etag = bulk.headers.get("etag") ?? "";
      expect(bulk.body.flags.map(({ key }: { key: string }) => key)).toEqual(["only-in-production", "open"].toSorted());
      await look("POST", OFREP, { context: { flags: ["hidden"] } });
      await look("GET", "/flags");
      await look("GET", "/flags?clientVisible=true&all=true&kind=flag&search=");
      await look("HEAD", "/flags");
      for (const path of [
        "",
        "/api/v1/audit",
        "/api/v1/flags",
        FLAGS,
        "/api/v1/environments/production/cache/stats",
        "/api/v1/environments/production/audit",
      ]) {
        if (path !== "") expect((await look("GET", path)).status, path).toBe(403);
      }
      expect(said.join("\n")).not.toContain("hidden");

      // By name, the response is the same as for a flag that never existed.
      for (const [method, path] of [
        ["POST", `${OFREP}/`],
        ["GET", "/flags/"],
        ["HEAD", "/flags/"],
      ] as const) {
        const [hidden, unknown] = await Promise.all(
          ["hidden", "hiddem"].map(async (flagKey) => {
            const { status, headers, body } = await as(
              clientKey,
              method,
              path + flagKey,
              method === "POST" ? {} : undefined,
            );
            headers.delete("x-request-id");
            const text = JSON.stringify(body)
              .replace(/"requestId":"[^"]*"/, "")
              .replaceAll(flagKey, "FLAG");
            return { status, headers: [...headers], text };
          }),
        );
        expect(hidden, `${method} ${path}`).toEqual(unknown);
        expect(hidden?.status).toBe(404);
      }
      for (const flagKey of ["hidden", "hiddem"]) {
        expect((await as(clientKey, "POST", `${FLAGS}/${flagKey}/explain`, {})).status).toBe(403);
      }

      // A change of the hidden flag must not show either.
      await t.call("PATCH", `${FLAGS}/hidden`, { enabled: false });
      await t.call("POST", "/api/v1/environments/production/cache/purge", { all: true });
      expect((await as(clientKey, "POST", OFREP, {})).headers.get("etag")).toBe(etag);
    });
  });

  describe("bodies", () => {
    test.for(["declared", "chunked"])(
      "of ten megabytes (%s) are refused before they are read to the end",
      async (how, { expect }) => {
        for (const [path, token] of [
          [OFREP, t.project.clientKey],
          [`${OFREP}/open`, t.project.clientKey],
          [FLAGS, t.project.adminToken],
        ] as const) {
          let pulled = 0;
          const chunk = new TextEncoder().encode(" ".repeat(64 * 1024));
          const stream = new ReadableStream({
            pull(controller) {
              pulled += chunk.length;
              if (pulled > TEN_MEGABYTES) controller.close();
              else controller.enqueue(chunk);
            },
          });
          const response = await t.isolate.fetch(path, {
            method: "POST",
            headers: {
              authorization: `Bearer ${token}`,
              "content-type": "application/json",
              ...(how === "declared" ? { "content-length": String(TEN_MEGABYTES) } : {}),
            },
            body: stream,
            duplex: "half",
          } as RequestInit);
          expect(response.status, path).toBe(413);
          expect(await response.json()).toBeTypeOf("object");
          expect(pulled, path).toBeLessThan(2 * 1024 * 1024);
        }
      },
    );

    test("of ten megabytes are refused by the worker in its own runtime", async ({ expect }) => {
      const body = `{"context":{"a":"${"x".repeat(TEN_MEGABYTES)}"}}`;
      const headers = { authorization: `Bearer ${t.project.clientKey}`, "content-type": "application/json" };
      const response = await colo.fetch(OFREP, { method: "POST", headers, body });
      expect(response.status).toBe(413);
      await response.arrayBuffer();
    });

    test.for([100, 10_000])("with %i levels are refused", async (depth, { expect }) => {
      const nested = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
      const lists = `${"[".repeat(depth)}${"]".repeat(depth)}`;
      for (const value of [nested, lists]) {
        expect((await as(t.project.clientKey, "POST", OFREP, `{"context":{"a":${value}}}`)).status).toBe(400);
        const flag = await t.call("PUT", `${FLAGS}/deep`, `{"default":${value}}`);
        expect(flag.status).toBe(422);
        const query = await as(
          t.project.clientKey,
          "GET",
          `/flags?context=${encodeURIComponent(nested.slice(0, 8000))}`,
        );
        expect(query.status).toBe(400);
      }
    });

    test("with ten thousand attributes are refused, in bodies and in queries", async ({ expect }) => {
      const names = Array.from({ length: 10_000 }, (_, i) => i.toString(36));
      const context = Object.fromEntries(names.map((name) => [name, 1]));
      expect([400, 413]).toContain((await as(t.project.clientKey, "POST", OFREP, { context })).status);
      const values = { context: { list: names.map(() => 1) } };
      expect((await as(t.project.clientKey, "POST", OFREP, values)).status).toBe(400);
      const query = names.map((name) => `${name}=1`).join("&");
      expect((await as(t.project.clientKey, "GET", `/flags?${query}`)).status).toBe(400);
    });

    test("with names that reach a prototype are refused and change nothing", async ({ expect }) => {
      const { clientKey } = t.project;
      for (const name of ["__proto__", "constructor", "prototype"]) {
        const bodies = [`{"context":{"${name}":{"polluted":1}}}`, `{"context":{"a":{"${name}":{"polluted":1}}}}`];
        for (const body of bodies) expect((await as(clientKey, "POST", OFREP, body)).status, body).toBe(400);
        expect((await as(clientKey, "GET", `/flags?${name}=1`)).status).toBe(400);
        expect((await as(clientKey, "POST", `${OFREP}/${name}`, {})).status).toBe(404);
        expect((await t.call("PATCH", `${FLAGS}/open`, `{"metadata":{"${name}":"x"}}`)).status).toBe(422);
        expect((await t.call("PATCH", `${FLAGS}/open`, `{"${name}":{"polluted":1}}`)).status).toBe(422);
      }
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    });
  });

  describe("patterns", () => {
    /** Patterns that a backtracking engine would practically never finish. */
    const CATASTROPHIC = ["^(a+)+$", "^(a|aa)+$", "^(a|a)*$", "(.*a){20}$", "^((a+)?)+$", "^(\\w+\\s?)*$"];
    const VICTIM = `${"a".repeat(20_000)}!`;

    test.for(CATASTROPHIC)("%s is refused, or matches in linear time", async (pattern, { expect }) => {
      const flag = aFlagBody("pattern", {
        rules: [
          { id: "r", when: { attribute: "text", operator: "matches", values: [pattern] }, serve: { variant: "off" } },
        ],
      });
      const saved = await t.call("PUT", `${FLAGS}/pattern`, flag);
      if (saved.status === 422) return;
      expect(saved.status).toBe(200);
      const before = process.cpuUsage();
      expect((await t.evaluate("pattern", { text: VICTIM })).status).toBe(200);
      // Backtracking would never end. CPU time, because a busy machine takes longer on the clock.
      expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
    });

    test.for(["(a)\\1", "(?=a)b", "(?<!a)b", "(", "a{1,100000}", "((a{1,1000}){1,1000}){1,1000}"])(
      "%s, which cannot match in linear time, is refused when it is saved",
      async (pattern, { expect }) => {
        const rules = [
          { id: "r", when: { attribute: "a", operator: "matches", values: [pattern] }, serve: { variant: "off" } },
        ];
        expect((await t.call("PUT", `${FLAGS}/pattern`, aFlagBody("pattern", { rules }))).status).toBe(422);
      },
    );
  });

  describe("injection", () => {
    const NAMES = [
      "a%0d%0aSet-Cookie:x=1",
      "a%00b",
      "%E2%80%AE",
      "a%2fb",
      "..%2f..%2fkeys",
      "@keys",
      "@head",
      "@index",
      "*",
      "a%20b",
      "%F0%9F%92%A9",
      "{prefix}",
      "a,b",
    ];

    test("a flag's name reaches no backend and no header", async ({ expect }) => {
      t.project.resetStats();
      for (const name of NAMES) {
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
          // The runtime normalises URLs in this way.
          const [a, b] = [new URL(await cacheUrl("p", one)).href, new URL(await cacheUrl("p", other)).href];
          expect(a === b).toBe(contentOf(one) === contentOf(other));
          expect(a.startsWith(`https://cache.invalid/p/flag_endpoint/${one.environment}/${one.keyId}/`)).toBe(true);
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
        as(t.project.serverKey, "POST", OFREP, { context: { card: secret, __proto: 1, constructor: secret } }),
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
