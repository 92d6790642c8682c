import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import type { Faults } from "../../../dev/endpoints/faults.ts";
import { createRedis, runCommand } from "../../../src/cache/redis/client.ts";
import { RedisTier } from "../../../src/cache/redis/tier.ts";
import { parseCachedDocument } from "../../../src/flags/cached-document.ts";
import { createDatabase } from "../../../src/store/client.ts";
import { createOutbox } from "../../../src/store/outbox.ts";
import { listEnvironments } from "../../../src/store/writes/environments.ts";
import { RestoredWorld } from "../../support/backends/restored-world.ts";
import { send } from "../management/client.ts";

const FLAG = "/api/v1/environments/production/flags/banner";
const FAILURES: [name: string, faults: Faults][] = [
  ["is down", { down: true }],
  ["responds with errors", { errorRate: 1 }],
  ["hangs", { hang: true }],
  ["loses its replies", { dropAfterApply: true }],
];

/** Only a backend that hangs runs into the timeout (ms). */
const timeoutOf = ({ hang }: Faults) => (hang === true ? 1000 : 20_000);

/** No client repeats a call by itself, and a call that is repeated on purpose does no harm. The endpoints count. */
describe("retries", () => {
  let world: RestoredWorld;
  beforeAll(async () => {
    world = await RestoredWorld.start();
    await world.write({ key: "banner" });
  });
  afterAll(() => world.close());
  afterEach(() => {
    fail({}, {});
    world.project.resetStats();
  });

  function fail(redis: Faults, postgres: Faults): void {
    world.project.backends.upstash.setFaults(redis);
    world.project.backends.neon.setFaults(postgres);
    world.project.resetStats();
  }
  /** Returns the number of HTTP requests that reached the endpoints, including failed ones. */
  const requests = () => ({
    redis: world.project.backends.upstash.stats().requests,
    postgres: world.project.backends.neon.stats().requests,
  });

  test.for(FAILURES)("a command: none if Redis %s", async ([, faults], { expect }) => {
    const { upstash } = world.project.backends;
    const client = createRedis(upstash.url, upstash.token, timeoutOf(faults));
    fail(faults, {});
    await expect(runCommand(client, ["INCR", "burgee-test:counter"])).rejects.toThrow("redis INCR failed");
    expect(requests().redis).toBe(1);
  });

  test.for(FAILURES)("a statement: none if Postgres %s", async ([, faults], { expect }) => {
    const { neon } = world.project.backends;
    const db = createDatabase(neon.connectionString, { timeoutMs: timeoutOf(faults), fetchEndpoint: neon.url });
    fail({}, faults);
    await expect(listEnvironments(db)).rejects.toThrow();
    expect(requests().postgres).toBe(1);
  });

  test.for(FAILURES.filter(([, faults]) => faults.hang === undefined))(
    "a cold evaluation: one request to each backend if either %s",
    async ([, faults], { expect }) => {
      const isolate = world.isolate();
      fail(faults, faults);
      expect((await world.ask(isolate, "banner")).status).toBe(503);
      expect(requests()).toEqual({ redis: 1, postgres: 1 });
    },
  );

  test("a write: none at Postgres, and at Redis a purge without the refused document", async ({ expect }) => {
    const isolate = world.isolate();
    const { adminToken } = world.project;
    await send(isolate, adminToken, "GET", FLAG);
    fail({}, { errorRate: 1 });
    expect((await send(isolate, adminToken, "DELETE", FLAG)).status).toBe(503);
    expect(requests()).toEqual({ redis: 0, postgres: 1 });
    fail({ errorRate: 1 }, {});
    const response = await send(isolate, adminToken, "PATCH", FLAG, { metadata: { written: "while Redis fails" } });
    expect(response.body.published).toEqual({ redis: false });
    // The second call to Postgres reads the flag before the patch.
    expect(requests()).toEqual({ redis: 2, postgres: 2 });
  });

  test("the sweep: one attempt for each environment, and then the next sweep", async ({ expect }) => {
    await world.project.save({ key: "banner", metadata: { written: "past the API" } });
    fail({ errorRate: 1 }, {});
    expect(await world.sweep()).toEqual(["restore_check_failed", "purge_failed"]);
    expect(requests()).toEqual({ redis: 2, postgres: 2 });
  });

  test("running a script again whose reply was lost changes nothing", async ({ expect }) => {
    const { upstash } = world.project.backends;
    const key = "retried:feature_flag:prod";
    const tier = new RedisTier({
      redis: createRedis(upstash.url, upstash.token, 2000),
      prefix: "retried",
      ttlMs: 900_000,
      now: world.clock.now,
      parseDocument: parseCachedDocument,
    });
    const hash = () => upstash.command("HGETALL", key);
    const twice = async (write: () => Promise<unknown>): Promise<void> => {
      fail({ dropAfterApply: true }, {});
      await expect(write()).rejects.toThrow("failed");
      fail({}, {});
      const applied = await hash();
      await write();
      expect(await hash()).toEqual(applied);
    };
    const fields = new Map([["a", '{"key":"a"}']]);
    await twice(() => tier.publish("prod", [[2, ["a"]]]));
    await twice(() => tier.fill("prod", 2, undefined, fields));
    // This purge carries the written documents.
    await twice(() => tier.fill("prod", 3, [[3, ["a", "@index"]]], fields));
    await twice(() => tier.publish("prod", [[9, "*"]]));
    await twice(() => tier.fill("prod", 9, undefined, fields));
    await twice(() => tier.invalidateMany("prod", ["a"]));
    await twice(() => tier.clear("prod"));
  });

  test("marking done, pruning and raising versions again change nothing", async ({ expect }) => {
    const { neon } = world.project.backends;
    const outbox = createOutbox(world.project.db);
    const rows = () => neon.query("select environment, version, fields, done_at from outbox order by 1, 2");
    const twice = async (write: () => Promise<unknown>): Promise<void> => {
      fail({}, { dropAfterApply: true });
      await expect(write()).rejects.toThrow();
      fail({}, {});
      const applied = await rows();
      await write();
      expect(await rows()).toEqual(applied);
    };
    const version = await world.project.save({ key: "banner", metadata: { marked: true } });
    await twice(() => outbox.confirm("production", version, []));
    await twice(() => outbox.pruneOutbox());
    await twice(() => outbox.raiseVersions(new Map([["production", version + 5]]), 1000));
    expect(await world.versionOf()).toBe(version + 1005);
  });
});
