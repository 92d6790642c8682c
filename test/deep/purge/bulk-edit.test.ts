import { afterAll, beforeAll, describe, test } from "vitest";
import type { Isolate } from "../../support/app.ts";
import { RestoredWorld } from "../../support/backends/restored-world.ts";
import { send } from "../../integration/management/client.ts";

const FLAGS = 10_000;
const SEGMENT = "/api/v1/environments/production/segments/beta";

/** Ten thousand flags change in one transaction: one version, one row for "everything", and one read per isolate. */
describe(`an edit of ${FLAGS} flags in one transaction`, () => {
  const table: Record<string, string | number>[] = [];
  let world: RestoredWorld;
  let reader: Isolate;

  beforeAll(async () => {
    world = await RestoredWorld.start();
    await timed("seed by SQL", () =>
      world.project.backends.neon.exec(`
        begin;
        insert into segments (environment, key, name, condition)
        values ('production', 'beta', 'Beta', '{"attribute": "plan", "operator": "in", "values": ["pro"]}');
        insert into flags (key, kind, type, variants)
        select 'flag-' || i, 'flag', 'string', '{"on": "first", "beta": "beta", "off": "off"}' from generate_series(1, ${FLAGS}) i;
        insert into flag_configurations (environment, flag_key, enabled, default_serve, off_variant, rules)
        select 'production', 'flag-' || i, true, '{"variant": "on"}', 'off',
          '[{"id": "beta", "when": {"segment": "beta"}, "serve": {"variant": "beta"}}]'
        from generate_series(1, ${FLAGS}) i;
        commit;`),
    );
    await timed("sweep", () => world.sweep());
    reader = world.isolate();
    await timed("cold bulk evaluation", () => values());
  }, 120_000);
  afterAll(async () => {
    await world.close();
    console.table(table);
  });

  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    world.project.resetStats();
    const from = performance.now();
    const result = await work();
    const { l2, l3 } = world.project.roundTrips();
    table.push({ what, ms: Math.round(performance.now() - from), "Redis commands": l2, "Postgres requests": l3 });
    return result;
  };
  /** Evaluates all flags. Returns how often each value occurs. */
  const values = async (plan = "free"): Promise<Record<string, number>> => {
    const context = { targetingKey: "user-1", plan };
    const { body } = await send(reader, world.project.serverKey, "POST", "/ofrep/v1/evaluate/flags", { context });
    const counts: Record<string, number> = {};
    for (const { value } of body.flags as { value: string }[]) counts[value] = (counts[value] ?? 0) + 1;
    return counts;
  };
  const valuesLater = async (plan?: string): Promise<Record<string, number>> => {
    await world.clock.advance(1001);
    await world.ask(reader, "flag-1");
    return timed("next bulk evaluation of a warm isolate", () => values(plan));
  };
  const rowsAfter = (version: number) =>
    world.project.backends.neon.query<{ fields: string[] | null }>("select fields from outbox where version > $1", [
      version,
    ]);

  test("in SQL", { timeout: 60_000 }, async ({ expect }) => {
    expect(await values()).toEqual({ first: FLAGS });
    const before = await world.versionOf();
    await timed("update by SQL", () =>
      world.project.backends.neon.exec(
        `begin; update flags set variants = variants || '{"on": "second"}'; update flag_configurations set off_variant = 'on'; commit;`,
      ),
    );
    expect(await world.versionOf()).toBe(before + 1);
    expect(await rowsAfter(before)).toEqual([{ fields: null }]);
    await timed("sweep", () => world.sweep());
    expect(await valuesLater()).toEqual({ second: FLAGS });
  });

  test("through the API, in the segment that all of them use", { timeout: 60_000 }, async ({ expect }) => {
    expect(await values("team")).toEqual({ second: FLAGS });
    const before = await world.versionOf();
    const condition = { attribute: "plan", operator: "in", values: ["pro", "team"] };
    const { adminToken } = world.project;
    const response = await timed("update of the segment by the API", () =>
      send(world.writer, adminToken, "PATCH", SEGMENT, { condition }),
    );
    expect(response).toMatchObject({ status: 200, body: { version: before + 1, published: { redis: true } } });
    expect(await rowsAfter(before)).toEqual([{ fields: null }]);
    expect(await valuesLater("team")).toEqual({ beta: FLAGS });
  });

  test(
    "in thousands of statements: a change of over 200 flags is recorded as everything",
    { timeout: 60_000 },
    async ({ expect }) => {
      const before = await world.versionOf();
      await timed("1,000 statements in one transaction", () =>
        world.project.backends.neon.exec(
          `do $$ begin for i in 1..1000 loop
          update flag_configurations set enabled = false where environment = 'production' and flag_key = 'flag-' || i;
        end loop; end $$`,
        ),
      );
      expect(await world.versionOf()).toBe(before + 1);
      expect(await rowsAfter(before)).toEqual([{ fields: null }]);
      await world.sweep();
      expect(await valuesLater("pro")).toEqual({ second: 1000, beta: FLAGS - 1000 });
    },
  );
});

describe("an outbox of very many rows", () => {
  let world: RestoredWorld;
  beforeAll(async () => {
    world = await RestoredWorld.start();
  });
  afterAll(() => world.close());

  test("sweeps prune it by 5,000 rows to the last 500 versions and the last week", async ({ expect }) => {
    const { neon } = world.project.backends;
    const count = async () => (await neon.query<{ n: number }>("select count(*)::int as n from outbox"))[0]?.n;
    await world.write({ key: "banner" });
    await world.sweep();
    await neon.exec("begin; set local session_replication_role = replica; delete from outbox; commit;");
    const rows = (environment: string, from: number, to: number, doneAt: string) =>
      neon.exec(`insert into outbox (environment, version, fields, created_at, done_at)
        select '${environment}', i, '{banner}', ${doneAt}, ${doneAt} from generate_series(${from}, ${to}) i`);
    await rows("production", 1, 10_000, "now() - interval '8 days'");
    await rows("production", 10_001, 10_100, "now() - interval '6 days'");
    await rows("quiet", 1, 700, "now() - interval '80 days'");
    // The environment must be at the version of its last row.
    await neon.exec("update environments set version = 10101");
    const counts = [await count()];
    for (let i = 0; i < 4; i++) {
      await world.sweep();
      counts.push(await count());
    }
    // At least the last 500 rows of each environment stay.
    expect(counts).toEqual([10_801, 5801, 1000, 1000, 1000]);
    const [oldest] = await neon.query<{ version: string }>(
      "select min(version) as version from outbox where environment = 'production'",
    );
    expect(Number(oldest?.version)).toBe(10_101 - 499);
  });
});
