import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "vitest";
import { type PurgeEndpoint, startPurgeEndpoint } from "../../../dev/endpoints/purge-endpoint.ts";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { RestoredWorld } from "../../support/backends/restored-world.ts";
import { MapEdgeCache } from "../../support/edge/edge-cache.ts";
import { flagTag } from "../../../src/delivery/publish/purge-targets.ts";
import type { Isolate } from "../../support/app.ts";
import { aFlag } from "../../support/project.ts";

const FLAG = "/api/v1/environments/production/flags/banner";
const ONE_FLAG = [
  "burgee:flag_endpoint:production",
  flagTag("burgee", "production", "banner"),
  "burgee:head:production",
];
const EVERYTHING = ["burgee:env:production"];

/** Workers with different settings on one database. */
describe("two workers on one database", () => {
  let world: RestoredWorld;
  let purges: PurgeEndpoint;
  beforeAll(async () => {
    world = await RestoredWorld.start();
    purges = await startPurgeEndpoint();
  });
  afterAll(async () => {
    await purges.close();
    await world.close();
  });
  beforeEach(async () => {
    await world.write({ key: "banner", enabled: false });
    await query("delete from purge_targets");
    await query("update outbox set done_at = now()");
    purges.resetStats();
  });
  afterEach(() => purges.setFaults({}));

  const query = <Row = Record<string, unknown>>(sql: string) => world.project.backends.neon.query<Row>(sql);
  const plain = (bindings: Record<string, string> = {}): Isolate => world.isolate(bindings);
  const withZone = (zone: string, bindings: Record<string, string> = {}): Isolate =>
    world.isolate(
      { CF_ZONE_ID: zone, CF_PURGE_TOKEN: purges.token, CF_API_URL: `${purges.url}/client/v4`, ...bindings },
      { openCache: new MapEdgeCache(world.clock.now).open },
    );
  const sweep = (isolate: Isolate) => isolate.services.sweep(() => undefined);
  const update = async (isolate: Isolate, n: number) => {
    // Does not wait for later work: repeated purges wait for a clock that stands still.
    const response = await isolate.fetch(FLAG, {
      method: "PATCH",
      headers: { authorization: `Bearer ${world.project.adminToken}`, "content-type": "application/merge-patch+json" },
      body: JSON.stringify({ metadata: { n } }),
    });
    if (response.status !== 200) throw new Error(`the update got status ${response.status}`);
  };
  const undone = async () => (await query("select version from outbox where done_at is null")).length;
  /** Returns the tags that a zone was sent since the last call. */
  const tagsSentTo = (zone: string): string[][] => {
    const calls = purges.calls().filter((call) => call.zone === zone);
    purges.resetStats();
    return calls.map(({ tags }) => tags.toSorted());
  };

  test("a write at the worker without a zone is purged from the other's zone by its sweep", async ({ expect }) => {
    const [a, b] = [plain(), withZone("zone-b")];
    await sweep(a);
    await sweep(b);
    tagsSentTo("zone-b");

    await update(a, 1);
    expect(await sweep(a)).toMatchObject({ failed: 0 });
    expect(tagsSentTo("zone-b")).toEqual([]);
    expect(await undone()).toBe(1);
    expect(await sweep(b)).toEqual({ environments: 1, failed: 0, hasWebhooks: false });
    expect(tagsSentTo("zone-b")).toEqual([ONE_FLAG]);
    expect(await undone()).toBe(0);
  });

  test("a change that every target accepted is purged by no sweep again", async ({ expect }) => {
    const [a, b] = [plain(), withZone("zone-b")];
    for (const one of [a, b]) await sweep(one);
    await update(a, 2);
    for (const one of [a, b]) await sweep(one);
    purges.resetStats();
    for (const one of [a, b, a, b])
      expect(await sweep(one)).toEqual({ environments: 0, failed: 0, hasWebhooks: false });
    expect(purges.stats().requests).toBe(0);
  });

  test("a sweep that has confirmed its own targets does not purge them again for another's", async ({ expect }) => {
    const [a, b] = [plain(), withZone("zone-b")];
    for (const one of [a, b]) await sweep(one);
    await update(a, 3);
    await sweep(a);
    world.project.resetStats();
    expect(await sweep(a)).toEqual({ environments: 0, failed: 0, hasWebhooks: false });
    expect(world.project.backends.upstash.stats().byCommand["EVAL"]).toBeUndefined();
    expect(await undone()).toBe(1);
  });

  test("each of two zones is purged, and one that refuses keeps the change for itself alone", async ({ expect }) => {
    const [b, c] = [withZone("zone-b"), withZone("zone-c", { CF_PURGE_TOKEN: "revoked" })];
    await sweep(b);
    await sweep(withZone("zone-c"));
    purges.resetStats();
    await update(b, 4);
    tagsSentTo("zone-b");
    expect(await sweep(b)).toEqual({ environments: 1, failed: 0, hasWebhooks: false });
    expect(tagsSentTo("zone-b")).toEqual([ONE_FLAG]);
    expect(await sweep(c)).toEqual({ environments: 0, failed: 1, hasWebhooks: false });
    expect(await sweep(b)).toEqual({ environments: 0, failed: 0, hasWebhooks: false });
    expect(await undone()).toBe(1);
    expect(await sweep(withZone("zone-c"))).toEqual({ environments: 1, failed: 0, hasWebhooks: false });
    expect(tagsSentTo("zone-c")).toEqual([ONE_FLAG]);
    expect(await undone()).toBe(0);
  });

  test("a purge that the API refused is not done, and the next sweep makes it", async ({ expect }) => {
    const b = withZone("zone-b");
    await sweep(b);
    await world.project.save({ key: "banner", metadata: { n: 5 } });
    expect(await sweep(withZone("zone-b", { CF_PURGE_TOKEN: "revoked" }))).toEqual({
      environments: 0,
      failed: 1,
      hasWebhooks: false,
    });
    expect(await undone()).toBe(1);
    tagsSentTo("zone-b");
    expect(await sweep(b)).toEqual({ environments: 1, failed: 0, hasWebhooks: false });
    expect(tagsSentTo("zone-b")).toEqual([ONE_FLAG]);
    expect(await undone()).toBe(0);
  });

  test("a zone that is switched on later purges everything once", async ({ expect }) => {
    const a = plain();
    await update(a, 6);
    await sweep(a);
    expect(await undone()).toBe(0);
    const refused = withZone("zone-new", { CF_PURGE_TOKEN: "revoked" });
    expect(await sweep(refused)).toMatchObject({ environments: 0 });
    const b = withZone("zone-new");
    await sweep(b);
    expect(tagsSentTo("zone-new")).toContainEqual(EVERYTHING);
    await sweep(b);
    expect(tagsSentTo("zone-new")).toEqual([]);
    await update(a, 7);
    await sweep(b);
    expect(tagsSentTo("zone-new")).toEqual([ONE_FLAG]);
  });

  test("two prefixes in one Redis and zone are two targets each", async ({ expect }) => {
    const [b, other] = [withZone("zone-b"), withZone("zone-b", { CACHE_PREFIX: "other" })];
    for (const one of [b, other]) await sweep(one);
    await update(b, 8);
    await sweep(b);
    expect(await undone()).toBe(1);
    tagsSentTo("zone-b");
    await sweep(other);
    expect(tagsSentTo("zone-b")).toEqual([ONE_FLAG.map((tag) => tag.replace("burgee:", "other:"))]);
    expect(await undone()).toBe(0);
  });

  test("a target that no sweep has named for a week holds nothing back, and starts over", async ({ expect }) => {
    const [a, b] = [plain(), withZone("zone-b")];
    for (const one of [a, b]) await sweep(one);
    await update(a, 9);
    await sweep(a);
    expect(await undone()).toBe(1);
    await query("update purge_targets set seen_at = now() - interval '8 days' where id like 'zone:%'");
    await update(a, 10);
    await sweep(a);
    expect(await undone()).toBe(0);
    expect(await query("select id from purge_targets where id like 'zone:%'")).toEqual([]);
    tagsSentTo("zone-b");
    await sweep(b);
    expect(tagsSentTo("zone-b")).toContainEqual(EVERYTHING);
  });

  test("a row that a worker without targets marked done is still purged from a zone", async ({ expect }) => {
    const b = withZone("zone-b");
    await sweep(b);
    await saveFlag(world.project.db, "production", aFlag({ key: "banner", metadata: { n: 11 } }), { actor: "test" });
    tagsSentTo("zone-b");
    // The sweep of a version without targets does exactly this.
    await query("update outbox set done_at = now() where done_at is null");
    await sweep(b);
    expect(tagsSentTo("zone-b")).toEqual([ONE_FLAG]);
  });

  test("a row that somebody reopens by hand is purged once more", async ({ expect }) => {
    const b = withZone("zone-b");
    await update(b, 12);
    await sweep(b);
    tagsSentTo("zone-b");
    await query(`update outbox set done_at = null where environment = 'production'
      and version = (select max(version) from outbox where environment = 'production')`);
    await sweep(b);
    expect(tagsSentTo("zone-b")).toEqual([ONE_FLAG]);
    expect(await undone()).toBe(0);
  });

  test("a worker without Redis and zone confirms nothing for others", async ({ expect }) => {
    const bare = world.isolate({ CACHE_L2_TTL_SECONDS: "0" });
    await update(bare, 13);
    await sweep(bare);
    expect(await undone()).toBe(0);
    const b = withZone("zone-b");
    await sweep(b);
    await update(bare, 14);
    await sweep(bare);
    expect(await undone()).toBe(1);
    tagsSentTo("zone-b");
    await sweep(b);
    expect(tagsSentTo("zone-b")).toEqual([ONE_FLAG]);
    expect(await undone()).toBe(0);
  });

  test("a zone that accepts nothing for long does not let writes empty Redis", async ({ expect }) => {
    const { upstash } = world.project.backends;
    const a = plain();
    await world.write({ key: "other" });
    await sweep(withZone("zone-gone"));
    await sweep(a);
    await world.askLater(a, "other");
    for (let n = 0; n < 70; n++) await world.project.save({ key: "banner", metadata: { n } });
    await sweep(a);
    await world.askLater(plain(), "other");
    const key = "burgee:feature_flag:production";
    expect(await upstash.command("HEXISTS", key, "other")).toBe(1);
    await update(a, 15);
    expect(await undone()).toBeGreaterThan(70);
    expect(await upstash.command("HEXISTS", key, "other")).toBe(1);
  });

  test("the names of targets contain no address and no token", async ({ expect }) => {
    await sweep(withZone("zone-b"));
    const ids = (await query<{ id: string }>("select id from purge_targets order by id")).map(({ id }) => id);
    expect(ids).toEqual([expect.stringMatching(/^redis:[0-9a-f]{16}:burgee$/), "zone:zone-b:burgee"]);
  });
});
