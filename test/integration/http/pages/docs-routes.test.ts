import { afterAll, beforeAll, describe, test } from "vitest";
import {
  aFlagBody,
  type ApiResponse,
  FLAGS,
  type ManagementTest,
  send,
  startManagementTest,
} from "../../management/client.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const ODD_ACCEPTS = [
  "*/*",
  "application/*",
  "application/json;q=0.1, text/html",
  "text/plain, */*;q=0.1",
  "json",
  "",
  "???",
];
const NOT_JSON = ["text/html", "application/xml, text/*", "application/json;q=0", "application/json;q=0.000, */*"];

/** Servers that evaluate for themselves ask for an environment's definitions, with the key that evaluates. */
const DEFINITIONS = /^\/api\/v1\/environments\/[^/]+\/definitions$/;
const isManagement = (path: string) => /^\/(?:api|openfeature)\/|\/update\b/.test(path) && !DEFINITIONS.test(path);

/** Every route of the contract with every method of HTTP. */
describe("HTTP of every route", () => {
  let t: ManagementTest;
  let paths: Record<string, Record<string, ApiResponse["body"]>>;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", FLAGS, aFlagBody("checkout-redesign"));
    const segment = { key: "paying", condition: { attribute: "plan", operator: "in", values: ["pro"] } };
    await t.call("POST", "/api/v1/environments/production/segments", segment);
    paths = (await send(t.isolate, undefined, "GET", "/openapi.json")).body.paths;
  });
  afterAll(() => t.close());

  const routes = () =>
    Object.entries(paths).map(([path, item]) => {
      const key = path.includes("/segments") ? "paying" : "checkout-redesign";
      const values: Record<string, string> = { env: "production", key, name: key, id: "aB3dE5fG7hI9" };
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? name);
      const url = path.endsWith("/update") ? `${filled}?environment=production` : filled;
      const methods = METHODS.filter((method) => method.toLowerCase() in item);
      return { path, url, item, methods, isManaged: isManagement(path) };
    });
  // Servers that evaluate for themselves report usage, so that route takes their key.
  const tokenFor = (path: string, method: string) =>
    isManagement(path) && !(method === "POST" && path.endsWith("/usage")) ? t.project.adminToken : t.project.serverKey;
  const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: unknown) =>
    send(t.isolate, tokenFor(path, method), method, path, body, headers);

  test("an unknown method is a 405 that lists the route's methods", async ({ expect }) => {
    for (const { path, url, methods } of routes()) {
      const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].toSorted().join(", ");
      for (const method of [...METHODS, "PROPFIND"].filter((name) => !methods.includes(name))) {
        const response = await ask(method, url);
        expect([response.status, response.headers.get("allow")], `${method} ${path}`).toEqual([405, allow]);
        expect(response.headers.get("content-type"), `${method} ${path}`).toMatch(/^application\/(problem\+)?json$/);
      }
    }
  });

  test("OPTIONS is a 204 on every route", async ({ expect }) => {
    for (const { path, url } of routes()) expect((await ask("OPTIONS", url)).status, path).toBe(204);
  });

  test("HEAD is GET without a body", async ({ expect }) => {
    const same = ["content-type", "cache-control", "etag", "vary", "x-flags-version"];
    for (const { path, url, methods } of routes()) {
      if (!methods.includes("GET") || path.includes("/stream")) continue;
      const get = await ask("GET", url);
      const head = await ask("HEAD", url);
      expect([head.status, head.body], path).toEqual([get.status, ""]);
      for (const name of same) expect(head.headers.get(name), `${name} of ${path}`).toBe(get.headers.get(name));
    }
  });

  test("only management refuses an Accept without JSON, and before it does anything", async ({ expect }) => {
    const before = (await ask("GET", "/api/v1/environments/production")).headers.get("etag");
    for (const { path, url, item, methods, isManaged } of routes()) {
      if (path.includes("/stream")) continue;
      for (const method of methods) {
        const { requestBody, responses } = item[method.toLowerCase()] ?? {};
        const [[mediaType, content] = []] = [Object.entries<ApiResponse["body"]>(requestBody?.content ?? {})[0]];
        const type = mediaType === undefined ? {} : { "content-type": mediaType };
        if (isManaged) {
          const isText = path.endsWith("/metrics");
          for (const accept of NOT_JSON) {
            const { status } = await ask(method, url, { accept, ...type }, content?.example);
            expect(status === 406, `${method} ${path} for ${accept}: ${status}`).toBe(!isText);
          }
          expect("406" in responses, `${method} ${path}`).toBe(!isText);
        } else {
          for (const accept of [...NOT_JSON, ...ODD_ACCEPTS])
            expect((await ask(method, url, { accept, ...type }, content?.example)).status, path).toBeLessThan(300);
        }
      }
    }
    expect((await ask("GET", "/api/v1/environments/production")).headers.get("etag")).toBe(before);
    for (const accept of ODD_ACCEPTS) expect((await ask("GET", FLAGS, { accept })).status, accept).toBe(200);
  });

  test("management accepts only its media types, and lists them", async ({ expect }) => {
    for (const { path, url, item, methods, isManaged } of routes()) {
      for (const method of methods) {
        const types = Object.keys(item[method.toLowerCase()]?.requestBody?.content ?? {});
        if (!isManaged || types.length === 0) continue;
        for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""]) {
          const response = await ask(method, url, { "content-type": type }, "{}");
          expect(response.status, `${method} ${path} of ${type}`).toBe(415);
          const accepted = { POST: "accept-post", PATCH: "accept-patch", PUT: "accept" }[method] ?? "";
          expect(response.headers.get(accepted)?.split(", "), `${method} ${path}`).toEqual(types);
        }
      }
    }
  });

  test.for(["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8", "nonsense", ""])(
    "evaluation reads a body of type %j as JSON, because clients send different types",
    async (type, { expect }) => {
      const path = "/ofrep/v1/evaluate/flags/checkout-redesign";
      const response = await ask("POST", path, { "content-type": type }, '{"context":{"targetingKey":"u1"}}');
      expect(response.status).toBe(200);
    },
  );
});
