import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, type ApiResponse, FLAGS, type ManagementTest, send, startManagementTest } from "./client.ts";

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Returns the id of a change that can be undone. */
async function idOfChange(t: ManagementTest): Promise<string> {
  await t.call("PATCH", `${FLAGS}/checkout-redesign`, { enabled: false });
  const { body } = await t.call("GET", "/api/v1/environments/production/audit?entity=configuration&limit=1");
  return String(body.items[0].id);
}

describe("the contract", () => {
  let t: ManagementTest;
  let contract: ApiResponse["body"];
  let documentation: string;
  beforeAll(async () => {
    // The receiver of webhooks.
    t = await startManagementTest({}, { fetch: async () => new Response() });
    await t.call("POST", FLAGS, aFlagBody("checkout-redesign"));
    contract = (await send(t.isolate, undefined, "GET", "/openapi.json")).body;
    documentation = await readFile(new URL("../../../docs/api.md", import.meta.url), "utf8");
  });
  afterAll(() => t.close());

  const operations = (): [name: string, operation: ApiResponse["body"]][] =>
    Object.entries<ApiResponse["body"]>(contract.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => method in item).map((method): [string, ApiResponse["body"]] => [
        `${method.toUpperCase()} ${path}`,
        item[method],
      ]),
    );

  test("is OpenAPI 3.1, its references resolve, and its operations have unique names", ({ expect }) => {
    expect(contract.openapi).toMatch(/^3\.1\./);
    const text = JSON.stringify(contract);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(contract.components.schemas, name).toHaveProperty(name as string);
    }
    expect(text).not.toContain('"#/$defs');
    const ids = operations().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [name, { summary, responses, security }] of operations()) {
      expect(summary, name).toBeTypeOf("string");
      expect(Object.keys(responses).length, name).toBeGreaterThan(0);
      // Servers that evaluate for themselves hold no admin token.
      const isServers = name.endsWith("/definitions") || name === "POST /api/v1/environments/{env}/usage";
      const key = isServers && name.includes("{env}") ? "serverKey" : "adminToken";
      if (name.includes("/api/")) expect(security, name).toContainEqual({ [key]: [] });
    }
  });

  test("lists the operators, limits and defaults that requests are checked against", ({ expect }) => {
    const { Condition, Flag, Rollout } = contract.components.schemas;
    expect(JSON.stringify(Condition)).toContain("semver_caret");
    expect(Flag).toMatchObject({
      required: expect.arrayContaining(["key", "type", "variants", "enabled", "default"]),
      additionalProperties: false,
    });
    expect(Flag.properties.rules).toMatchObject({ items: { $ref: "#/components/schemas/Rule" }, default: [] });
    expect(Rollout.properties.hash.default).toBe("murmur3-mulshift");
  });

  test("its example of a flag is accepted", async ({ expect }) => {
    const { example } = contract.paths["/api/v1/environments/{env}/flags"].post.requestBody.content["application/json"];
    expect((await t.call("PUT", `${FLAGS}/${example.key}`, example)).status).toBe(200);
  });

  test("the contract and docs/api.md list the same routes", ({ expect }) => {
    const told = [...documentation.matchAll(/^\| `([A-Z]+ \/[^`]*)` \|/gm)].map(([, route]) => String(route));
    expect(told.toSorted()).toEqual(
      operations()
        .map(([name]) => name)
        .toSorted(),
    );
  });

  test("every curl line of docs/api.md works", async ({ expect }) => {
    const created = await t.call("POST", "/api/v1/environments/production/keys", { kind: "server" });
    const token = await t.call("POST", "/api/v1/tokens", { role: "read", environments: null });
    const webhook = await t.call("POST", "/api/v1/webhooks", { name: "x", url: "https://hooks.example.com/" });
    const values: Record<string, string> = {
      BURGEE: "",
      TOKEN_ID: token.body.adminToken.id,
      ADMIN: t.project.adminToken,
      KEY: t.project.serverKey,
      KEY_ID: created.body.key.id,
      WEBHOOK_ID: webhook.body.webhook.id,
      CHANGE_ID: await idOfChange(t),
    };
    const lines = documentation.split("\n").filter((line) => line.startsWith("curl "));
    // One line deletes the flag, and the others need it, so that line runs last.
    const ordered = lines.toSorted((a, b) => Number(a.includes("DELETE")) - Number(b.includes("DELETE")));
    for (const line of ordered) {
      const filled = line.replace(/\$([A-Z_]+)/g, (_, name: string) => values[name] ?? name);
      const path = /"(\/[^"]*)"/.exec(filled)?.[1] ?? "";
      const headers = Object.fromEntries(
        [...filled.matchAll(/-H (["'])([^:]+): (.*?)\1/g)].map(([, , name, value]) => [name?.toLowerCase(), value]),
      );
      if (line.startsWith("curl -N ")) {
        const stream = await t.isolate.fetch(path, { headers: headers as Record<string, string> });
        expect(stream.status, line).toBe(200);
        await stream.body?.cancel();
        continue;
      }
      const body = /-d '(.*)'$/.exec(filled)?.[1];
      const method = /-X (\w+)/.exec(filled)?.[1] ?? "GET";
      const response = await send(t.isolate, undefined, method, path, body, headers as Record<string, string>);
      expect(response.status, `${line}\n${JSON.stringify(response.body)}`).toBeLessThan(300);
    }
    expect(lines.length).toBe(operations().length);
  });

  test("the page shows every operation, and loads nothing from elsewhere", async ({ expect }) => {
    const page = await send(t.isolate, undefined, "GET", "/docs");
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-/);
    const style = /<style>([^<]*)<\/style>/.exec(page.body)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    expect(page.headers.get("content-security-policy")).toContain(`'sha256-${hash}'`);
    for (const [name] of operations()) {
      const [method, path] = name.split(" ");
      expect(page.body, name).toContain(`<span class="method">${method}</span><code>${path}</code>`);
    }
    expect(page.body).not.toMatch(/<script|src=|@import|url\(/);
  });

  test("the page's host cannot write markup into it", async ({ expect }) => {
    const response = await t.isolate.fetch("/docs?<script>alert(1)</script>");
    expect(await response.text()).not.toContain("<script>");
  });
});

describe("readiness", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
  });
  afterAll(() => t.close());

  test("follows the backends: ok, degraded, unavailable", async ({ expect }) => {
    const ready = async () => {
      await t.clock.advance(2000);
      return send(t.isolate, undefined, "GET", "/readyz");
    };
    expect(await ready()).toMatchObject({
      status: 200,
      body: { status: "ok", tiers: { l2: { state: "ok" }, l3: { state: "ok" } } },
    });
    t.project.backends.upstash.setFaults({ down: true });
    expect(await ready()).toMatchObject({
      status: 200,
      body: { status: "degraded", tiers: { l2: { state: "unreachable" } } },
    });
    t.project.backends.neon.setFaults({ down: true });
    expect(await ready()).toMatchObject({
      status: 503,
      body: { status: "unavailable", tiers: { l3: { state: "unreachable" } } },
    });
    t.project.backends.upstash.setFaults({});
    t.project.backends.neon.setFaults({});
  });

  test("checks the backends at most every two seconds", async ({ expect }) => {
    await t.clock.advance(2000);
    await send(t.isolate, undefined, "GET", "/readyz");
    t.project.resetStats();
    for (let i = 0; i < 5; i++) await send(t.isolate, undefined, "GET", "/readyz");
    expect(t.project.roundTrips()).toEqual({ l2: 0, l3: 0 });
  });

  test("a write without the store is refused with 503, and says when to try again", async ({ expect }) => {
    t.project.backends.neon.setFaults({ down: true });
    const response = await t.call("PUT", `${FLAGS}/x`, aFlagBody("x"));
    t.project.backends.neon.setFaults({});
    expect(response).toMatchObject({ status: 503, body: { status: 503 } });
    expect(response.headers.get("retry-after")).toBe("1");
  });

  test("a write without Redis is committed, and reports that it was not published", async ({ expect }) => {
    t.project.backends.upstash.setFaults({ down: true });
    const response = await t.call("PUT", `${FLAGS}/unpublished`, aFlagBody("unpublished"));
    t.project.backends.upstash.setFaults({});
    expect(response).toMatchObject({ status: 200, body: { published: { redis: false } } });
    expect((await t.call("GET", `${FLAGS}/unpublished`)).status).toBe(200);
  });
});
