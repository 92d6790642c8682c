import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";
import { aFlagBody, FLAGS } from "./client.ts";

/** The bundle in workerd: it contains the modules that load on first use, and needs nothing that production forbids. */
describe("management in the worker's own runtime", () => {
  let project: TestProject;
  let here: Colo;
  let there: Colo;
  beforeAll(async () => {
    project = await startTestProject();
    [here, there] = await Promise.all([
      startColo({ bindings: project.bindings }),
      startColo({ bindings: project.bindings }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([here.dispose(), there.dispose()]);
    await project.close();
  });

  const call = async (colo: Colo, method: string, path: string, body?: unknown, token = project.adminToken) => {
    const response = await colo.fetch(path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  test("an update in one data centre is visible in the other at the returned version", async ({ expect }) => {
    expect((await call(here, "POST", FLAGS, aFlagBody("travels"))).status).toBe(201);
    const evaluate = async (version: number): Promise<unknown> => {
      for (let attempt = 1; ; attempt++) {
        const response = await there.fetch("/ofrep/v1/evaluate/flags/travels", {
          method: "POST",
          headers: { authorization: `Bearer ${project.serverKey}`, "x-flags-min-version": String(version) },
          body: "{}",
        });
        const evaluation = await response.json();
        // A 503 means that the version is not visible here yet. A busy machine can take longer than a request waits.
        if (response.status !== 503 || attempt === 20) return evaluation;
      }
    };
    const first = await call(here, "PATCH", `${FLAGS}/travels`, { enabled: true });
    expect(await evaluate(JSON.parse(first.text).version)).toMatchObject({ value: true });
    const second = await call(here, "PATCH", `${FLAGS}/travels`, { enabled: false });
    expect(await evaluate(JSON.parse(second.text).version)).toMatchObject({ value: false });
  });

  test("serves the contract, its page and the statistics", async ({ expect }) => {
    const contract = await call(here, "GET", "/openapi.json");
    expect(JSON.parse(contract.text)).toMatchObject({
      openapi: "3.1.0",
      components: { schemas: { Condition: { anyOf: expect.any(Array) } } },
    });
    expect((await call(here, "GET", "/docs")).text).toContain("/api/v1/environments/{env}/flags");
    expect(JSON.parse((await call(here, "GET", "/readyz")).text)).toMatchObject({ status: "ok" });
  });

  test("purges, warms, explains and measures", async ({ expect }) => {
    const cache = "/api/v1/environments/production/cache";
    expect(JSON.parse((await call(here, "POST", `${cache}/warm`)).text)).toMatchObject({ flags: 1, l1: 1, l2: 1 });
    expect(JSON.parse((await call(here, "POST", `${cache}/purge`, { all: true })).text)).toMatchObject({
      flags: ["travels"],
    });
    expect((await call(here, "GET", `${cache}/stats`)).status).toBe(200);
    const explained = await call(here, "POST", `${FLAGS}/travels/explain`, {}, project.serverKey);
    expect(JSON.parse(explained.text)).toMatchObject({ resolution: { reason: "DISABLED" } });
  });

  test("a client that hangs up while it sends a body causes no 500 and no line in the log", async ({ expect }) => {
    const { hostname, port } = await here.miniflare.ready;
    const hangUp = async (path: string, method: string, token: string) => {
      const socket = connect(Number(port), hostname);
      await once(socket, "connect");
      const head = `${method} ${path} HTTP/1.1\r\nHost: edge.test\r\nAuthorization: Bearer ${token}\r\n`;
      socket.write(`${head}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"context"`);
      // The worker has begun to read when it has responded to a request on another connection.
      await call(here, "GET", "/openapi.json");
      socket.destroy();
    };
    const problems = async () => {
      const { text } = await call(here, "GET", "/api/v1/metrics");
      return Object.fromEntries(
        [...text.matchAll(/^burgee_problems_total\{.*status="(\d+)".*\} (\d+)$/gm)].map(([, status, count]) => [
          status,
          Number(count),
        ]),
      );
    };
    expect((await problems())["500"]).toBeUndefined();
    const evaluate = "/ofrep/v1/evaluate/flags/travels";
    for (let i = 0; i < 5; i++) await hangUp(evaluate, "POST", project.clientKey);
    await expect.poll(async () => (await problems())["499"]).toBe(5);
    for (let i = 0; i < 5; i++) await hangUp(`${FLAGS}/travels`, "PATCH", project.adminToken);
    expect((await call(here, "GET", `${FLAGS}/travels`)).status).toBe(200);
    expect((await problems())["500"]).toBeUndefined();
  });

  test("refuses a chunked body above the limit", async ({ expect }) => {
    const big = new Blob([`{"description":"${"x".repeat(1024 * 1024)}"}`]).stream();
    const response = await here.fetch(`${FLAGS}/travels`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${project.adminToken}`, "content-type": "application/json" },
      body: big,
      duplex: "half",
    } as RequestInit);
    expect(response.status).toBe(413);
    await response.text();
  });
});
