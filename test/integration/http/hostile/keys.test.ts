import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import { mintKey } from "../../../../src/ops/token.ts";
import { startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { KEY_SECRET } from "../../../support/project.ts";
import { FLAGS, type ManagementTest, send } from "../../management/client.ts";
import { type HostileWorld, OFREP, openHostileWorld } from "./hostile-world.ts";

/** Each test is one attack. docs/security.md lists them. */
describe("hostile keys and other environments", () => {
  let t: ManagementTest;
  let staging: HostileWorld["staging"];
  let as: HostileWorld["as"];
  beforeAll(async () => {
    ({ management: t, staging, as } = await openHostileWorld());
  });
  afterAll(() => t.close());

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
        const code = await readFile(new URL(`../../../../src/${file}`, import.meta.url), "utf8");
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
});
