import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, aToken, FLAGS, type ManagementTest, send, startManagementTest } from "./client.ts";

const PROPAGATION = "/api/v1/environments/production/cache/propagation";

describe("propagation", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
  });
  afterAll(() => t.close());

  test("lists a change with its purged entries, unconfirmed until the next sweep", async ({ expect }) => {
    const { body: written } = await t.call("PUT", `${FLAGS}/watched`, aFlagBody("watched"));
    const [newest] = (await t.call("GET", PROPAGATION)).body.items;
    expect(newest).toEqual({
      version: written.version,
      flags: ["watched"],
      changedAt: expect.stringMatching(/Z$/),
      confirmedAt: null,
    });
    await t.isolate.services.sweep(() => undefined);
    const { items, now } = (await t.call("GET", PROPAGATION)).body;
    expect(Date.parse(items[0].confirmedAt)).toBeGreaterThanOrEqual(Date.parse(items[0].changedAt));
    expect(Date.parse(now)).toBeGreaterThanOrEqual(Date.parse(items[0].confirmedAt));
  });

  test("lists the last 50 changes, newest first", async ({ expect }) => {
    for (let n = 0; n < 52; n++) await t.call("PATCH", `${FLAGS}/watched`, { metadata: { n } });
    const versions = (await t.call("GET", PROPAGATION)).body.items.map(({ version }: { version: number }) => version);
    expect(versions).toHaveLength(50);
    expect(versions).toEqual(versions.toSorted((a: number, b: number) => b - a));
  });

  test("is readable with a read-only token, and names an unknown environment", async ({ expect }) => {
    const reader = await aToken(t.project, "admin", "read");
    expect((await send(t.isolate, reader.token, "GET", PROPAGATION)).status).toBe(200);
    expect((await t.call("GET", "/api/v1/environments/nowhere/cache/propagation")).status).toBe(404);
  });
});
