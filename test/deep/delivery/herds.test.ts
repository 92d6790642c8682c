import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "vitest";
import type { UnderWayStats } from "../../../dev/endpoints/under-way.ts";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

const HERD = 2000;
const FLAGS = 200;
/** The number of flags that six instances request at once from one embedded database. */
const SOME = 20;
const INSTANCES = 6;

/** Many simultaneous requests for the same flags to the built worker. The endpoints count the calls to the backends. */
describe("herds", () => {
  let project: TestProject;
  let bindings: Record<string, string>;
  const colos: Colo[] = [];

  beforeAll(async () => {
    project = await startTestProject();
    for (let i = 0; i < FLAGS; i++) await project.save({ key: `flag-${i}` });
    // Without head checks, only cold reads count. On a slow machine a herd takes longer than a second.
    bindings = { ...project.bindings, CACHE_HEAD_CHECK_MS: "60000" };
  });
  afterAll(() => project.close());

  beforeEach(async () => {
    heal();
    await project.backends.upstash.command("FLUSHALL");
  });
  afterEach(async () => {
    heal();
    for (const colo of colos.splice(0)) await colo.dispose();
  });

  const heal = () => {
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
  };
  const start = async (count: number): Promise<Colo[]> => {
    for (let i = 0; i < count; i++) colos.push(await startColo({ bindings }));
    // The first request compiles the worker's code. This one does not use a backend.
    for (const colo of colos) await colo.fetch("/healthz");
    project.resetStats();
    return colos;
  };
  const l2 = () => project.backends.upstash.stats();
  const l3 = () => project.backends.neon.stats();
  const ask = async (colo: Colo, path: string, headers: Record<string, string> = {}): Promise<number> => {
    const response = await colo.fetch(`/ofrep/v1/evaluate/flags${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${project.serverKey}`, ...headers },
      body: JSON.stringify({ context: { targetingKey: "user-1" } }),
    });
    await response.arrayBuffer();
    return response.status;
  };
  /** Sends the requests. Returns the number of responses with each status. */
  const herd = async (colo: Colo, pathOf: (i: number) => string, size = HERD, headers?: Record<string, string>) => {
    const statuses = await Promise.all(Array.from({ length: size }, (_, i) => ask(colo, pathOf(i), headers)));
    return Object.fromEntries(
      Map.groupBy(statuses, (status) => status)
        .entries()
        .map(([k, v]) => [k, v.length]),
    );
  };
  const report = (what: string) => console.log([`${what}:`, line("L2", l2()), line("L3", l3())].join("\n  "));

  const one = () => "/flag-7";
  const many = (i: number) => `/flag-${i % FLAGS}`;
  const some = (i: number) => `/flag-${i % SOME}`;
  const all = () => "";

  for (const [what, pathOf, kinds] of [
    ["one flag", one, 1],
    [`${FLAGS} flags`, many, FLAGS],
    ["all flags at once", all, 1],
  ] as const) {
    test(`${HERD} requests for ${what} with a slow Postgres share one read at each tier`, async ({ expect }) => {
      const [colo] = await start(1);
      // Postgres is so slow that all requests arrive before the first load ends.
      project.backends.neon.setFaults({ latencyMs: 1500 });
      expect(await herd(colo!, pathOf)).toEqual({ 200: HERD });
      report(`${HERD} who ask for ${what}`);
      expect(l2().underWay.peakAlike).toBeLessThanOrEqual(1);
      expect(l3().underWay.peakAlike).toBe(1);
      expect(l3().requests).toBe(kinds);
    });
  }

  test(`${INSTANCES} cold instances fill each flag once each when all are requested together`, async ({ expect }) => {
    const instances = await start(INSTANCES);
    project.backends.neon.setFaults({ latencyMs: 300 });
    const size = Math.floor(HERD / INSTANCES);
    const responses = await Promise.all(instances.map((colo) => herd(colo, some, size)));
    report(`${INSTANCES} instances, all cold, ${size} requests each for ${SOME} flags`);
    for (const statuses of responses) expect(statuses).toEqual({ 200: size });
    expect(l3().underWay.mostAlike).toBeLessThanOrEqual(INSTANCES);
    expect(l3().requests).toBeLessThanOrEqual(INSTANCES * SOME);
    expect(l2().underWay.peakAlike).toBeLessThanOrEqual(INSTANCES);
  });

  test("when an outage ends, the first request that gets through reads for all", async ({ expect }) => {
    const instances = await start(INSTANCES);
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
    const size = 50;
    const wave = () => Promise.all(instances.map((colo) => herd(colo, one, size)));
    const startedAt = Date.now();
    for (let i = 0; i < 10; i++) {
      for (const statuses of await wave()) expect(statuses).toEqual({ 503: size });
    }
    report(`in the outage, 10 waves of ${size} requests at each of ${INSTANCES} instances`);
    // Five failures open a breaker. Its probes are at least a second apart.
    const probes = Math.ceil((Date.now() - startedAt) / 1000);
    expect(l3().requests).toBeLessThanOrEqual(INSTANCES * (5 + probes));
    heal();
    project.backends.neon.setFaults({ latencyMs: 300 });
    project.resetStats();
    let waves = 0;
    for (let isBack = false; !isBack && waves < 100; waves++) {
      isBack = (await wave()).every((statuses) => statuses[200] === size);
    }
    report(`after it, ${waves} waves of ${size} requests at each of ${INSTANCES} instances`);
    expect(waves).toBeLessThan(100);
    expect(l2().underWay.peakAlike).toBeLessThanOrEqual(INSTANCES);
    expect(l3().underWay.peakAlike).toBeLessThanOrEqual(INSTANCES);
    expect(l3().underWay.mostAlike).toBeLessThanOrEqual(2 * INSTANCES);
  });

  test("requests that must see one version share its reads", async ({ expect }) => {
    const [colo] = await start(1);
    project.resetStats();
    const version = await project.save({ key: "flag-7", enabled: false });
    project.backends.neon.setFaults({ latencyMs: 500 });
    // An isolate lets this many requests wait for a version in one second.
    const statuses = await herd(colo!, one, 100, { "x-flags-min-version": String(version) });
    report("100 who must see one version");
    expect(statuses).toEqual({ 200: 100 });
    expect(l2().underWay.peakAlike).toBeLessThanOrEqual(1);
    expect(l3().underWay.peakAlike).toBe(1);
  });
});

function line(tier: string, { requests, underWay }: { requests: number; underWay: UnderWayStats }): string {
  const { kinds, peak, peakAlike, mostAlike } = underWay;
  return `${tier}: ${requests} requests of ${kinds} kinds, ${peak} under way at most; of one kind ${peakAlike} at once and ${mostAlike} in all`;
}
