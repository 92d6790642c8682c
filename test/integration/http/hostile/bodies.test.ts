import { afterAll, beforeAll, describe, test } from "vitest";
import { type Colo, startColo } from "../../../support/edge/colo.ts";
import { aFlagBody, FLAGS, type ManagementTest } from "../../management/client.ts";
import { type HostileWorld, OFREP, openHostileWorld } from "./hostile-world.ts";

const TEN_MEGABYTES = 10 * 1024 * 1024;

/** Each test is one attack. docs/security.md lists them. */
describe("hostile bodies and patterns", () => {
  let t: ManagementTest;
  let colo: Colo;
  let as: HostileWorld["as"];
  beforeAll(async () => {
    ({ management: t, as } = await openHostileWorld());
    colo = await startColo({ bindings: { ...t.project.bindings, UNKNOWN_KEYS_PER_SECOND: "0" } });
  });
  afterAll(async () => {
    await colo.dispose();
    await t.close();
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

    test("with the name of an object's prototype are refused and change nothing", async ({ expect }) => {
      const { clientKey } = t.project;
      const name = "__proto__";
      const bodies = [`{"context":{"${name}":{"polluted":1}}}`, `{"context":{"a":{"${name}":{"polluted":1}}}}`];
      for (const body of bodies) expect((await as(clientKey, "POST", OFREP, body)).status, body).toBe(400);
      expect((await as(clientKey, "GET", `/flags?${name}=1`)).status).toBe(400);
      expect((await as(clientKey, "POST", `${OFREP}/${name}`, {})).status).toBe(404);
      expect((await t.call("PATCH", `${FLAGS}/open`, `{"metadata":{"${name}":"x"}}`)).status).toBe(422);
      expect((await t.call("PATCH", `${FLAGS}/open`, `{"${name}":{"polluted":1}}`)).status).toBe(422);
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    });
  });

  describe("patterns", () => {
    /** Patterns that a backtracking engine would practically never finish. */
    const CATASTROPHIC = ["^(a+)+$", "^(a|aa)+$", "^(a|a)*$", "(.*a){20}$", "^((a+)?)+$", "^(\\w+\\s?)*$"];
    const VICTIM = `${"a".repeat(4000)}!`;

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
});
