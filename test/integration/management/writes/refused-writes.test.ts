import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Readiness } from "../../../../src/http/pages/readyz.ts";
import { startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";
import { aFlagBody, type ApiResponse, FLAGS, type ManagementTest, send, startManagementTest } from "../client.ts";

const ENVIRONMENT = "/api/v1/environments/production";

describe("a write whose response is lost", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
  });
  afterAll(() => t.close());
  beforeEach(async () => {
    t.project.backends.neon.setFaults({});
    // The worker remembers the admin token's role for ten seconds, so that only the write meets the fault.
    await t.call("PUT", `${FLAGS}/plain`, aFlagBody("plain"));
  });

  const lose = async (method: string, path: string, body?: unknown, passFirst = 0): Promise<ApiResponse> => {
    t.project.backends.neon.setFaults({ dropAfterApply: true, passFirst });
    const response = await t.call(method, path, body);
    t.project.backends.neon.setFaults({});
    return response;
  };

  test.each([
    ["PUT", `${FLAGS}/plain`, aFlagBody("plain", { description: "changed" })],
    ["POST", FLAGS, aFlagBody("created")],
    ["POST", `${ENVIRONMENT}/keys`, { kind: "server" }],
    ["PATCH", ENVIRONMENT, { name: "Renamed" }],
    // Two reads before it find out who still uses the flag.
    ["DELETE", `${FLAGS}/plain`, undefined, 2],
  ])("says that it may have happened: %s %s", async (method, path, body, passFirst = 0) => {
    const response = await lose(method, path, body, passFirst);
    expect(response.status).toBe(503);
    expect(response.body).toMatchObject({
      mayHaveHappened: true,
      detail: expect.stringContaining("may have happened"),
    });
  });

  test("did happen here, so the response must not deny it", async () => {
    await lose("PUT", `${FLAGS}/plain`, aFlagBody("plain", { description: "changed" }));
    expect((await t.call("GET", `${FLAGS}/plain`)).body.description).toBe("changed");
  });

  test("is not confused with a lost read, after which nothing was changed", async () => {
    const before = (await t.call("GET", `${FLAGS}/plain`)).body.version;
    const response = await lose("GET", `${FLAGS}/plain`);
    expect(response).toMatchObject({ status: 503, body: { detail: "the store cannot be reached" } });
    expect(response.body.mayHaveHappened).toBeUndefined();
    expect((await t.call("GET", `${FLAGS}/plain`)).body.version).toBe(before);
  });

  test("the contract describes the member", async () => {
    const { body } = await t.call("GET", "/openapi.json");
    expect(body.components.schemas.Problem.properties.mayHaveHappened.type).toBe("boolean");
    const { responses } = body.paths[`/api/v1/environments/{env}/flags/{key}`].put;
    expect(responses["503"].description).toContain("mayHaveHappened");
  });
});

describe("a store that refuses writes", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("PUT", `${FLAGS}/plain`, aFlagBody("plain"));
  });
  afterAll(() => t.close());

  const exec = (sql: string) => t.project.backends.neon.exec(sql);
  /** Returns the refusal of a write, the report of a new isolate and what it says to people. */
  const refusal = async () => {
    const write = await t.call("PUT", `${FLAGS}/plain`, aFlagBody("plain", { description: "x" }));
    const isolate = startIsolate(t.project.bindings, new FakeClock());
    const report = (await (await isolate.fetch("/readyz")).json()) as Readiness;
    const page = await (await isolate.fetch("/readyz", { headers: { accept: "text/html" } })).text();
    return { write, report, page };
  };

  test("because it is read-only says so, and /readyz shows it", async () => {
    await exec("set default_transaction_read_only = on");
    const { write, report, page } = await refusal().finally(() => exec("set default_transaction_read_only = off"));
    expect(write.status).toBe(503);
    expect(write.body.detail).toBe(
      "the store refused to write: it is read-only (SQLSTATE 25006, class 25); nothing was changed",
    );
    expect(write.body.mayHaveHappened).toBeUndefined();
    expect(report).toMatchObject({
      status: "degraded",
      tiers: { l3: { state: "ok", writesRefused: "the database is read-only" } },
    });
    expect(page).toContain("refuses writes: the database is read-only");
  });

  test("because the worker's role lacks a right says so, and /readyz names the tables", async () => {
    await exec(
      "create role reader; grant usage on schema public to reader; grant select on all tables in schema public to reader",
    );
    await exec("grant insert, update on environments, flags to reader; set role reader");
    const { write, report } = await refusal().finally(() => exec("reset role; drop owned by reader; drop role reader"));
    expect(write.status).toBe(503);
    expect(write.body.detail).toMatch(
      /^the store refused to write: the worker's database role lacks a right \(SQLSTATE 42501, /,
    );
    expect(report.tiers.l3.writesRefused).toContain("may not write to flag_configurations, segments, sdk_keys");
  });

  test("accepts them again afterwards, and /readyz says nothing about writes", async () => {
    const { write, report } = await refusal();
    expect(write.status).toBe(200);
    expect(report.status).toBe("ok");
    expect(report.tiers.l3).not.toHaveProperty("writesRefused");
  });
});

/** The embedded database has one session, so only a real one can hold a lock against the worker. */
describe.skipIf(!process.env["TEST_DATABASE_URL"])("a row that another transaction has locked", () => {
  let project: TestProject;
  beforeAll(async () => {
    project = await startTestProject();
    await project.save({ key: "plain" });
  });
  afterAll(() => project.close());

  test("ends a write before its client gives up, and nothing happens afterwards", async () => {
    const isolate = startIsolate(project.bindings, new FakeClock(), { storeTimeoutMs: 5000 });
    const [found] = await project.backends.neon.query<{ name: string }>("select current_database() as name");
    const locker = new Client({
      connectionString: Object.assign(new URL(process.env["TEST_DATABASE_URL"] ?? ""), { pathname: `/${found?.name}` })
        .href,
    });
    await locker.connect();
    await locker.query("begin; select * from environments where key = 'production' for update");
    const response = await send(isolate, project.adminToken, "PATCH", `${FLAGS}/plain`, { enabled: false });
    await locker.query("rollback");
    await locker.end();
    expect(response.status).toBe(503);
    expect(response.body.detail).toMatch(/another transaction holds a lock .*SQLSTATE 55P03.*; nothing was changed$/);
    expect(response.body.mayHaveHappened).toBeUndefined();
    // The lock is free. A write that was still waiting would get it before this one.
    const next = await send(isolate, project.adminToken, "PATCH", `${FLAGS}/plain`, { description: "after" });
    expect(next.body.flag).toMatchObject({ enabled: true, description: "after" });
  });
});
