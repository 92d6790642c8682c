import { afterAll, beforeAll, describe, test } from "vitest";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";

const BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8";

describe("GET /", () => {
  let project: TestProject;
  let isolate: Isolate;
  let withConsole: Isolate;
  beforeAll(async () => {
    project = await startTestProject();
    isolate = startIsolate(project.bindings, new FakeClock());
    withConsole = startIsolate({ ...project.bindings, ASSETS: {} }, new FakeClock());
  });
  afterAll(() => project.close());

  const targets = (html: string) => [...html.matchAll(/href="([^"]*)"/g)].map(([, target]) => target);

  test("leads a browser to the console, the API reference and llms.txt", async ({ expect }) => {
    const response = await withConsole.fetch("/", { headers: { accept: BROWSER } });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(targets(await response.text())).toEqual(["/console", "/docs", "/openapi.json", "/llms.txt"]);
  });

  test("does not link to a console that is not deployed", async ({ expect }) => {
    const page = await isolate.fetch("/", { headers: { accept: BROWSER } });
    expect(targets(await page.text())).toEqual(["/docs", "/openapi.json", "/llms.txt"]);
    expect(Object.keys((await (await isolate.fetch("/")).json()) as object)).toEqual([
      "name",
      "docs",
      "openapi",
      "llms",
    ]);
  });

  test.for(["*/*", "application/json", undefined])(
    "returns the links as JSON for Accept: %s",
    async (accept, { expect }) => {
      const response = await withConsole.fetch("/", accept === undefined ? {} : { headers: { accept } });
      expect(await response.json()).toEqual({
        name: "Burgee",
        console: "http://edge.test/console",
        docs: "http://edge.test/docs",
        openapi: "http://edge.test/openapi.json",
        llms: "http://edge.test/llms.txt",
      });
      expect(response.headers.get("vary")).toBe("Accept");
    },
  );

  test("leads a browser back to the console from an address without #", async ({ expect }) => {
    const response = await withConsole.fetch("/console/flags/a%22b", { headers: { accept: BROWSER } });
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(targets(await response.text())).toEqual(["/console/#/flags/a%22b", "/console/"]);
  });

  test("returns other missing addresses of the console as JSON", async ({ expect }) => {
    const missing = { status: 404, detail: "no route for GET /console/assets/old.js" };
    const script = await withConsole.fetch("/console/assets/old.js", { headers: { accept: "*/*" } });
    expect(await script.json()).toMatchObject(missing);
    const absent = await isolate.fetch("/console/assets/old.js", { headers: { accept: BROWSER } });
    expect(await absent.json()).toMatchObject(missing);
  });

  test("allows only its own style sheet", async ({ expect }) => {
    const response = await withConsole.fetch("/", { headers: { accept: BROWSER } });
    const html = await response.text();
    const style = /<style>([^<]*)<\/style>/.exec(html)?.[1] ?? "";
    const hash = Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style))).toString("base64");
    expect(response.headers.get("content-security-policy")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(html).not.toMatch(/<(?:script|link|img|iframe|object|embed)\b|(?:src|srcset|action|style)=|@import|url\(/i);
  });

  test("has HEAD and OPTIONS, and lists its methods for any other", async ({ expect }) => {
    const head = await withConsole.fetch("/", { method: "HEAD", headers: { accept: BROWSER } });
    expect([head.status, await head.text(), head.headers.get("content-type")]).toEqual([
      200,
      "",
      "text/html; charset=UTF-8",
    ]);
    const options = await isolate.fetch("/", { method: "OPTIONS" });
    expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, OPTIONS"]);
    const post = await isolate.fetch("/", { method: "POST" });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });

  test("uses no backend, also if the path has repeated slashes", async ({ expect }) => {
    project.resetStats();
    expect((await isolate.fetch("//")).status).toBe(200);
    expect(project.roundTrips()).toMatchObject({ l2: 0, l3: 0 });
  });
});
