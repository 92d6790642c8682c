import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { createApp } from "../../../../src/app.ts";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";
import { type ApiResponse, aToken, send } from "../../management/client.ts";

const OFREP = "/ofrep/v1/evaluate/flags";

describe("observability", () => {
  let project: TestProject;
  let clock: FakeClock;
  let isolate: Isolate;
  let points: { indexes: string[]; blobs: string[]; doubles: number[] }[];
  beforeAll(async () => {
    project = await startTestProject();
    await project.save({ key: "plain" });
    await project.save({ key: "hidden", clientVisible: false });
  });
  afterAll(() => project.close());
  beforeEach(() => {
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    clock = new FakeClock();
    points = [];
    const bindings = {
      ...project.bindings,
      UNKNOWN_KEYS_PER_SECOND: "0",
      ANALYTICS: { writeDataPoint: (point: (typeof points)[number]) => void points.push(point) },
    };
    isolate = startIsolate(bindings, clock);
  });

  const evaluate = (path = "/plain", headers: Record<string, string> = {}, token = project.serverKey) =>
    send(isolate, token, "POST", OFREP + path, {}, headers);
  const metrics = async (token = project.adminToken): Promise<ApiResponse> =>
    send(isolate, token, "GET", "/api/v1/metrics");
  const valueOf = (text: string, sample: RegExp) => Number(sample.exec(text)?.[1] ?? Number.NaN);

  describe("the log", () => {
    test("has one line for the beginning and one for the end of an outage, none per request", async ({ expect }) => {
      await evaluate();
      isolate.logged.length = 0;
      project.backends.upstash.setFaults({ down: true });
      for (let i = 0; i < 30; i++) {
        await clock.advance(1500);
        expect((await evaluate()).status).toBe(200);
      }
      expect(isolate.logged.filter((event) => event === "l2_failed")).toHaveLength(1);
      expect(isolate.logged).not.toContain("l2_recovered");
      expect(isolate.logged.filter((event) => event === "breaker_opened").length).toBeLessThanOrEqual(1);
      project.backends.upstash.setFaults({});
      for (let i = 0; i < 20; i++) {
        await clock.advance(1500);
        await evaluate();
      }
      expect(isolate.logged.filter((event) => event === "l2_recovered")).toHaveLength(1);
      expect(isolate.logged.length).toBeLessThan(10);
    });

    test("records a breaker's opening and closing", async ({ expect }) => {
      await evaluate();
      project.backends.upstash.setFaults({ down: true });
      for (let i = 0; i < 10; i++) await evaluate("/plain", { "x-flags-min-version": "999999" });
      expect(isolate.logged.filter((event) => event === "breaker_opened")).toHaveLength(1);
      project.backends.upstash.setFaults({});
      await clock.advance(6000);
      await evaluate();
      expect(isolate.logged.filter((event) => event === "breaker_closed")).toHaveLength(1);
    });

    test("has one line for requests that fail because nothing can be reached", async ({ expect }) => {
      project.backends.upstash.setFaults({ down: true });
      project.backends.neon.setFaults({ down: true });
      for (let i = 0; i < 20; i++) expect((await evaluate()).status).toBe(503);
      expect(isolate.logged.filter((event) => event === "request_failed")).toHaveLength(1);
    });
  });

  describe("GET /api/v1/metrics", () => {
    test("needs an admin token, which may be read-only", async ({ expect }) => {
      expect((await metrics(project.serverKey)).status).toBe(403);
      expect((await metrics("nonsense")).status).toBe(401);
      const { token } = await aToken(project, "admin", "read");
      expect((await metrics(token)).status).toBe(200);
    });

    test("counts results by source, reads by tier and outcome, and problems by status", async ({ expect }) => {
      await evaluate("");
      for (let i = 0; i < 3; i++) await evaluate();
      await evaluate("/nope");
      await evaluate("/plain", {}, "nonsense");
      const { headers, body } = await metrics();
      expect(headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
      expect(valueOf(body, /^burgee_answers_total\{[^}]*source="L1"\} (\d+)$/m)).toBeGreaterThanOrEqual(3);
      const cold =
        valueOf(body, /^burgee_answers_total\{[^}]*source="L2"\} (\d+)$/m) +
        valueOf(body, /^burgee_answers_total\{[^}]*source="L3"\} (\d+)$/m);
      expect(cold).toBeGreaterThanOrEqual(1);
      expect(valueOf(body, /^burgee_problems_total\{[^}]*status="401"\} (\d+)$/m)).toBe(1);
      expect(valueOf(body, /^burgee_problems_total\{[^}]*status="404"\} (\d+)$/m)).toBe(1);
      expect(valueOf(body, /^burgee_tier_reads_total\{[^}]*tier="L2",outcome="failed"\} (\d+)$/m)).toBe(0);
      project.backends.upstash.setFaults({ down: true });
      await clock.advance(2000);
      await evaluate();
      const after = (await metrics()).body;
      expect(valueOf(after, /^burgee_tier_reads_total\{[^}]*tier="L2",outcome="failed"\} (\d+)$/m)).toBe(1);
    });

    test("is well-formed, describes one isolate, and names no flag, key or environment", async ({ expect }) => {
      await evaluate();
      const { body } = await metrics();
      const lines = body.trimEnd().split("\n");
      for (const line of lines) {
        expect(line).toMatch(
          /^(# (HELP|TYPE) burgee_[a-z_]+ .+|burgee_[a-z_]+\{isolate="[0-9a-f]{8}"(,[a-z]+="[^"]*")*\} \d+)$/,
        );
        if (line.startsWith("# HELP")) expect(line).toContain("one isolate");
      }
      for (const secret of ["plain", "hidden", "production", project.serverKey]) expect(body).not.toContain(secret);
    });
  });

  describe("Analytics Engine", () => {
    test("gets one point per hundred requests, which has only sums", async ({ expect }) => {
      for (let i = 0; i < 250; i++) await evaluate("/plain", i % 50 === 0 ? { "cache-control": "no-cache" } : {});
      expect(points).toHaveLength(2);
      for (const { indexes, blobs, doubles } of points) {
        expect([indexes, blobs]).toEqual([["burgee"], ["evaluation"]]);
        expect(doubles.slice(0, 8).reduce((sum, value) => sum + value, 0)).toBe(100);
      }
    });

    test("a refused point does not fail a request", async ({ expect }) => {
      const writeDataPoint = () => {
        throw new Error("too many points");
      };
      const bindings = { ...project.bindings, ANALYTICS: { writeDataPoint } };
      const refused = startIsolate(bindings, clock);
      for (let i = 0; i < 101; i++) {
        expect((await send(refused, project.serverKey, "POST", `${OFREP}/plain`, {})).status).toBe(200);
      }
    });
  });

  test("none of this reads a header for an evaluation from memory", async ({ expect }) => {
    await evaluate();
    const request = new Request(`http://edge.test${OFREP}/plain`, {
      method: "POST",
      headers: { authorization: `Bearer ${project.serverKey}`, "x-flags-debug": "timing" },
      body: "{}",
    });
    const read: string[] = [];
    const get = request.headers.get.bind(request.headers);
    const value = (name: string) => {
      read.push(name.toLowerCase());
      return get(name);
    };
    Object.defineProperty(request.headers, "get", { value });
    const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
    const response = await createApp(isolate.services).fetch(request, {}, context);
    expect(response.headers.get("cache-status")).toBe("Burgee-L1; hit");
    expect(read.toSorted()).toEqual(
      ["authorization", "cache-control", "content-length", "x-flags-min-version"].toSorted(),
    );
  });

  describe("Server-Timing", () => {
    const debug = { "x-flags-debug": "timing", "cache-control": "no-cache" };

    test("shows the time of a read to a server key that asks for it", async ({ expect }) => {
      for (const path of ["/plain", ""]) {
        expect((await evaluate(path, debug)).headers.get("server-timing"), path).toMatch(
          /^load;dur=\d+;desc="Burgee-L1; .*"$/,
        );
      }
      const get = await send(isolate, project.serverKey, "GET", "/flags/plain", undefined, debug);
      expect(get.headers.get("server-timing")).toMatch(/^load;dur=\d+/);
    });

    test("is absent for all others", async ({ expect }) => {
      for (const path of ["/plain", ""]) {
        expect((await evaluate(path, { "cache-control": "no-cache" })).headers.get("server-timing")).toBeNull();
        await clock.advance(301_000);
        expect(
          (await evaluate(path, { "x-flags-debug": "timing" }, project.clientKey)).headers.get("server-timing"),
        ).toBeNull();
        expect((await evaluate(path, { "x-flags-debug": "timing" })).headers.get("server-timing")).toBeNull();
      }
    });
  });

  describe("GET /readyz", () => {
    const page = (accept: string) => send(isolate, undefined, "GET", "/readyz", undefined, { accept });

    test("is a page for people and JSON for other clients", async ({ expect }) => {
      const { status, headers, body } = await page("text/html,application/xhtml+xml,*/*;q=0.8");
      expect([status, headers.get("content-type"), headers.get("vary")]).toEqual([
        200,
        "text/html; charset=UTF-8",
        "Accept",
      ]);
      expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-/);
      expect(body).toContain("<h1>ok</h1>");
      expect(body).toContain("L3, Postgres");
      expect(body).not.toMatch(/<script|src=/);
      expect((await page("*/*")).body).toMatchObject({ status: "ok" });
      expect((await page("application/json")).body).toMatchObject({ status: "ok" });
    });

    test("the page has the status of the state that it shows", async ({ expect }) => {
      project.backends.upstash.setFaults({ down: true });
      project.backends.neon.setFaults({ down: true });
      const { status, body } = await page("text/html");
      expect(status).toBe(503);
      expect(body).toContain("unreachable");
    });
  });
});
