import { afterAll, beforeAll, beforeEach, test, vi } from "vitest";
import { type PurgeEndpoint, startPurgeEndpoint } from "../../../dev/endpoints/purge-endpoint.ts";
import type { Isolate } from "../app.ts";
import { MapEdgeCache } from "./edge-cache.ts";
import { type Life, live, type Loss, mortalFetch, untilOver } from "./mortal.ts";
import { RestoredWorld } from "../backends/restored-world.ts";
import { send } from "../../integration/management/client.ts";

const FLAG = "/api/v1/environments/production/flags/banner";

/** The work during which a worker dies. */
interface Work {
  name: string;
  /** Prepares the work: commits a change without publishing it. */
  before?(world: RestoredWorld, isOn: boolean): Promise<unknown>;
  run(isolate: Isolate, world: RestoredWorld, isOn: boolean): Promise<unknown>;
}

const sweep = async (isolate: Isolate): Promise<void> => {
  const behind: Promise<unknown>[] = [];
  await isolate.services.sweep((promise) => void behind.push(promise));
  await Promise.all(behind);
};

export const UPDATE: Work = {
  name: "an update through the API",
  async run(isolate, world, isOn) {
    const response = await send(isolate, world.project.adminToken, "PATCH", FLAG, { enabled: isOn });
    if (response.status !== 200) throw new Error(`the update got status ${response.status}`);
  },
};

const SWEEP: Work = {
  name: "the sweep of an edit in SQL",
  before: (world, isOn) =>
    world.project.backends.neon.query("update flag_configurations set enabled = $1 where flag_key = 'banner'", [
      String(isOn),
    ]),
  run: sweep,
};

const SWEEP_AFTER_RESTORE: Work = {
  name: "the sweep after a restore",
  async before(world, isOn) {
    // The readers hold the change that the restore takes back.
    await world.backup().then(async (restore) => {
      await world.write({ key: "banner", enabled: isOn });
      for (const reader of readersOf(world)) await world.askLater(reader, "banner");
      await restore();
    });
  },
  run: sweep,
};

/** The work of the scheduled job. */
export const SWEEPS: readonly Work[] = [SWEEP, SWEEP_AFTER_RESTORE];

const readers = new WeakMap<RestoredWorld, Isolate[]>();
const readersOf = (world: RestoredWorld): Isolate[] => readers.get(world) ?? [];

/** Tests a worker that dies at each step of its work, and two sweeps at the same time. */
export function testDeaths(works: readonly Work[]): void {
  const table: Record<string, string | number>[] = [];
  let world: RestoredWorld;
  let purges: PurgeEndpoint;
  let edges: MapEdgeCache[];

  beforeAll(async () => {
    vi.stubGlobal("fetch", mortalFetch(globalThis.fetch));
    world = await RestoredWorld.start();
    purges = await startPurgeEndpoint({
      onPurge: (tags) => edges.forEach((edge) => tags.forEach((tag) => edge.purge(tag))),
    });
  });
  afterAll(async () => {
    await purges.close();
    await world.close();
    vi.unstubAllGlobals();
    console.table(table);
  });
  beforeEach(async () => {
    edges = [new MapEdgeCache(world.clock.now), new MapEdgeCache(world.clock.now)];
    await world.write({ key: "banner", enabled: false });
  });

  const start = (edge: MapEdgeCache): Isolate =>
    world.isolate(
      {
        CF_ZONE_ID: "0123456789abcdef0123456789abcdef",
        CF_PURGE_TOKEN: purges.token,
        CF_API_URL: `${purges.url}/client/v4`,
      },
      { openCache: edge.open },
    );
  const get = async (isolate: Isolate) =>
    (await send(isolate, world.project.serverKey, "GET", "/flags/banner")).body.value;
  const truth = async () => {
    const [row] = await world.project.backends.neon.query<{ enabled: boolean }>(
      "select enabled from flag_configurations where environment = 'production' and flag_key = 'banner'",
    );
    return { value: row?.enabled, version: await world.versionOf() };
  };

  /** Fills all readers, runs the work until the worker dies, and then sweeps elsewhere. Returns the problems. */
  const liveAndDie = async ({ before, run }: Work, life: Life): Promise<string[]> => {
    const wrong: string[] = [];
    const { neon, upstash } = world.project.backends;
    const isOn = !(await truth()).value;
    const all = edges.flatMap((edge) => [start(edge), start(edge)]);
    readers.set(world, all);
    const worker = start(edges[0]!);
    // The isolate must know the token, so that the first call belongs to the work.
    await send(worker, world.project.adminToken, "GET", FLAG);
    for (const reader of all) await world.askLater(reader, "banner");
    await before?.(world, isOn);
    for (const reader of all) await get(reader);

    await untilOver(
      world.clock,
      live(life, async () => run(worker, world, isOn)),
      life,
    );
    const sweeper = start(edges[1]!);
    let isSwept = false;
    const behind: Promise<unknown>[] = [];
    await untilOver(
      world.clock,
      sweeper.services.sweep((promise) => void behind.push(promise)).finally(() => (isSwept = true)),
    );
    const { value, version } = await truth();
    for (const [i, reader] of all.entries()) {
      const seen = await world.askLater(reader, "banner");
      if (seen.value !== value || seen.version < version) wrong.push(`isolate ${i} returns ${JSON.stringify(seen)}`);
      if ((await get(reader)) !== value) wrong.push(`isolate ${i} returns an old response to GET`);
    }
    const [undone] = await neon.query<{ n: number }>("select count(*)::int as n from outbox where done_at is null");
    if (!isSwept || undone?.n !== 0) wrong.push(`${undone?.n} rows are not done`);
    await untilOver(world.clock, Promise.all(behind));
    purges.resetStats();
    upstash.resetStats();
    await untilOver(world.clock, sweep(start(edges[0]!)));
    if (purges.stats().requests > 0 || upstash.stats().byCommand["EVAL"] !== undefined) wrong.push("purged endlessly");
    return wrong;
  };

  for (const work of works) {
    test(`loses nothing at any step of ${work.name}`, { timeout: 300_000 }, async ({ expect }) => {
      const whole: Life = { livesFor: Number.POSITIVE_INFINITY, loses: "request", calls: [], isDead: false };
      expect(await liveAndDie(work, whole)).toEqual([]);
      const steps = whole.calls;
      for (const loses of ["request", "response"] satisfies Loss[]) {
        for (let livesFor = 0; livesFor < steps.length; livesFor++) {
          const life: Life = { livesFor, loses, calls: [], isDead: false };
          const wrong = await liveAndDie(work, life);
          // Concurrent calls have no fixed order, so the death is named after the last call.
          expect({ lost: `${loses} of ${life.calls.at(-1)}`, wrong }).toMatchObject({ wrong: [] });
          expect(life.isDead).toBe(true);
        }
      }
      table.push({ work: work.name, deaths: 2 * steps.length, steps: steps.join(", ") });
    });
  }

  test("lets two sweeps at the same time do no harm", async ({ expect }) => {
    const both: Work = {
      ...SWEEP,
      run: (isolate) => Promise.all([sweep(isolate), sweep(start(edges[1]!))]),
    };
    const life: Life = { livesFor: Number.POSITIVE_INFINITY, loses: "request", calls: [], isDead: false };
    expect(await liveAndDie(both, life)).toEqual([]);
    // Each sweep that reads the outbox before the other has finished purges and repeats its purge twice.
    expect([3, 6]).toContain(life.calls.filter((call) => call === "purge by tag").length);
  });
}
