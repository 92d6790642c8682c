import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, startManagementTest } from "./client.ts";

/** The round trips of an update, counted at the endpoints, once the isolate knows the token. */
describe("round trips of writes", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", FLAGS, aFlagBody("counted", { metadata: { n: 0 } }));
  });
  afterAll(() => t.close());

  const costOf = async (run: () => Promise<{ status: number }>) => {
    t.project.resetStats();
    const { status } = await run();
    return { status, ...t.project.roundTrips() };
  };

  test("PUT: one batch and one command", async ({ expect }) => {
    const cost = await costOf(() => t.call("PUT", `${FLAGS}/counted`, aFlagBody("counted", { metadata: { n: 1 } })));
    expect(cost).toEqual({ status: 200, l2: 1, l3: 1 });
  });

  test("apply: as many statements and commands for 600 flags as for one", async ({ expect }) => {
    const apply = async (count: number, n: number) => {
      const flags = Array.from({ length: count }, (_, i) => aFlagBody(`applied-${i}`, { metadata: { n } }));
      const cost = await costOf(() => t.call("POST", "/api/v1/environments/production/apply", { flags, segments: [] }));
      return { ...cost, statements: t.project.backends.neon.stats().statements };
    };
    const ofOne = await apply(1, 0);
    expect(ofOne).toEqual({ status: 200, l2: 1, l3: 1, statements: expect.any(Number) });
    expect(await apply(600, 0)).toEqual(ofOne);
    expect(await apply(600, 1)).toEqual(ofOne);
  });

  test("POST of a new flag: one batch and one command", async ({ expect }) => {
    expect(await costOf(() => t.call("POST", FLAGS, aFlagBody("counted-new")))).toEqual({ status: 201, l2: 1, l3: 1 });
  });

  test("a segment with too many flags to write through: the same, and the flags are purged", async ({ expect }) => {
    const segment = "/api/v1/environments/production/segments/crowd";
    const crowd = (prefix: string) => ({
      condition: {
        attribute: "accountId",
        operator: "in",
        values: Array.from({ length: 5000 }, (_, i) => `${prefix}-${String(i).padStart(12, "0")}`),
      },
    });
    await t.call("PUT", segment, crowd("a"));
    const rules = [{ id: "crowd", when: { segment: "crowd" }, serve: { variant: "off" } }];
    for (let i = 0; i < 12; i++) await t.call("PUT", `${FLAGS}/crowded-${i}`, aFlagBody(`crowded-${i}`, { rules }));
    const someone = { targetingKey: "u", accountId: "b-000000000007" };
    expect((await t.evaluate("crowded-3", someone)).body).toMatchObject({ value: true });
    const cost = await costOf(() => t.call("PUT", segment, crowd("b")));
    // After the write the worker reads the flags that use the segment, which only the store knows.
    expect(cost).toEqual({ status: 200, l2: 1, l3: 2 });
    expect((await t.evaluate("crowded-3", someone)).body).toMatchObject({ value: false });
  });

  test("PATCH of a flag that this isolate holds: one batch and one command", async ({ expect }) => {
    await t.evaluate("counted");
    expect(await costOf(() => t.call("PATCH", `${FLAGS}/counted`, { metadata: { n: 2 } }))).toEqual({
      status: 200,
      l2: 1,
      l3: 1,
    });
  });

  test("PATCH of a flag that this isolate does not hold: one read more", async ({ expect }) => {
    await t.project.save({ key: "not-held" });
    expect(await costOf(() => t.call("PATCH", `${FLAGS}/not-held`, { enabled: false }))).toEqual({
      status: 200,
      l2: 1,
      l3: 2,
    });
  });

  test("PATCH of an outdated copy: one more batch, merged with the store's document", async ({ expect }) => {
    await t.evaluate("counted");
    await t.project.save({ key: "counted", metadata: { behind: true } });
    const cost = await costOf(() => t.call("PATCH", `${FLAGS}/counted`, { metadata: { n: 3 } }));
    expect(cost).toEqual({ status: 200, l2: 1, l3: 3 });
    expect((await t.call("GET", `${FLAGS}/counted`)).body.metadata).toEqual({ behind: true, n: 3 });
  });

  test("the evaluation after an update: none, because the write filled the caches", async ({ expect }) => {
    await t.call("PATCH", `${FLAGS}/counted`, { metadata: { n: 4 } });
    expect(await costOf(() => t.evaluate("counted"))).toEqual({ status: 200, l2: 0, l3: 0 });
    expect((await t.evaluate("counted")).body.metadata).toMatchObject({ n: 4 });
  });

  test("a token is looked up again after ten seconds", async ({ expect }) => {
    await t.clock.advance(10_000);
    expect(await costOf(() => t.call("GET", `${FLAGS}/counted`))).toEqual({ status: 200, l2: 0, l3: 2 });
    expect(await costOf(() => t.call("GET", `${FLAGS}/counted`))).toEqual({ status: 200, l2: 0, l3: 1 });
  });
});
