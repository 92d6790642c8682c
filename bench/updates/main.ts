/**
 * Updates one environment as fast as two tokens may, on a real Postgres and Redis, and measures when each update is
 * purged and seen. Then applies a large project in one request. Run: npm run bench:updates (--help has the options)
 */
import { countPending } from "../../src/store/outbox.ts";
import { aFlag } from "../../test/support/project.ts";
import { ENVIRONMENT, type Fleet, type Isolate, startFleet } from "./fleet.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import { createReader, pause, type Reader, readOnce, readUntil } from "./readers.ts";
import { percentiles, readRecorded, timesToPurge, timesToSee, wrongResponses } from "./report.ts";
import { flagBody, makeUpdates, type Updates } from "./writers.ts";

/** How long the readers go on after the last update (ms). */
const SETTLE_MS = 12_000;
/** As often as the cron trigger (ms). */
const SWEEP_EVERY_MS = 60_000;
/** The first sweep comes when the outbox is nearly as full as it gets (ms). */
const FIRST_SWEEP_MS = 50_000;
/** Wrong responses that the report describes. */
const MAX_SHOWN = 5;
const options = readOptions();
if (options === undefined) console.log(USAGE);
else await run(options);

function readOptions(): Options | undefined {
  try {
    return parseOptions(process.argv.slice(2), process.env);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

async function run(options: Options): Promise<void> {
  const fleet = await startFleet(options);
  try {
    await measureUpdates(fleet, options);
    if (options.apply > 0) await measureApply(fleet, options.apply);
  } finally {
    await fleet.close();
  }
}

async function measureUpdates(fleet: Fleet, options: Options): Promise<void> {
  const { project, purges } = fleet;
  const writers = [fleet.start("writer in ams", "ams"), fleet.start("writer in iad", "iad")];
  const flags = Array.from({ length: options.flags }, (_, i) => flagBody(i, 0));
  await apply(fleet, writers[0]!, flags);
  const first = Math.max(...fleet.commits.map(({ version }) => version));
  fleet.commits.length = 0;
  // The first sweep of a target purges everything.
  await writers[0]!.services.sweep((promise) => void promise.catch(() => undefined));
  const asked = [
    createReader(fleet.start("head at the data centre", "ams"), 100),
    createReader(fleet.start("head at the data centre, second data centre", "iad"), 100),
    createReader(fleet.start("head in Redis", "no zone"), 100),
    createReader(fleet.start("head at the data centre, asked every 10 s", "ams"), 10_000),
    createReader(fleet.start("head in Redis, asked every 10 s", "no zone"), 10_000),
  ];
  const idle = [
    createReader(fleet.start("head at the data centre, idle throughout", "ams"), 0),
    createReader(fleet.start("head in Redis, idle throughout", "no zone"), 0),
  ];
  const readers = [...asked, ...idle];
  for (const reader of readers) await readOnce(reader, project.serverKey);
  purges.resetStats();
  const stop = new AbortController();
  const reading = asked.map((reader) => readUntil(reader, project.serverKey, stop.signal));
  const sweeping = sweepUntil(writers[0]!, stop.signal);
  const updates = await makeUpdates(fleet, writers, options);
  const callsWhileWriting = purges.calls().length;
  await pause(SETTLE_MS);
  for (const reader of idle) await readOnce(reader, project.serverKey);
  stop.abort();
  await Promise.all([...reading, sweeping]);
  for (const { services } of writers) await services.sweep(() => undefined);
  reportUpdates(fleet, updates, { readers, writers, callsWhileWriting });
  const recorded = await readRecorded(project);
  const confirmed = new Set(fleet.commits.map(({ version }) => version));
  const lost = new Set(
    recorded.map(({ version }) => version).filter((version) => version > first && !confirmed.has(version)),
  );
  console.log(`committed without a response that says so: ${lost.size}`);
  const wrong = wrongResponses(readers, recorded);
  console.log(`wrong responses: ${wrong.length}`);
  for (const why of wrong.slice(0, MAX_SHOWN)) console.log(`  ${why}`);
  console.log(`outbox left after a sweep: ${await countPending(project.db, ENVIRONMENT)}`);
}

async function sweepUntil(isolate: Isolate, signal: AbortSignal): Promise<void> {
  for (let wait = FIRST_SWEEP_MS; ; wait = SWEEP_EVERY_MS) {
    await pause(wait, signal);
    if (signal.aborted) return;
    // As after a failed run of the cron trigger, the next one retries.
    await isolate.services.sweep((promise) => void promise.catch(() => undefined)).catch(() => undefined);
  }
}

function reportUpdates(
  fleet: Fleet,
  updates: Updates,
  run: { readers: readonly Reader[]; writers: readonly Isolate[]; callsWhileWriting: number },
): void {
  const { made, refused, unpublished, seconds } = updates;
  const calls = fleet.purges.calls();
  const prefix = run.writers[0]!.services.prefix;
  const purged = timesToPurge(fleet.commits, made, calls, prefix);
  console.log(`updates: ${made.length} in ${seconds.toFixed(1)} s, ${(made.length / seconds).toFixed(1)} a second`);
  console.log(`refused: ${[...refused].map(([status, count]) => `${count} × ${status}`).join(", ") || "none"}`);
  console.log(`not accepted by a purge target before the response: ${unpublished}`);
  console.log(`time of a write: ${percentiles(made.map(({ tookMs }) => tookMs))} ms`);
  console.log(
    `purged: ${purged.times.length}, not purged: ${purged.unpurged}; from commit to the accepted call: ${percentiles(purged.times)} ms`,
  );
  console.log(
    `calls to the purge API: ${run.callsWhileWriting} while updating, ${calls.length} with the last repeats;` +
      ` ${fleet.purges.stats().tags} tags`,
  );
  for (const { isolate, samples, failures } of run.readers) {
    const { times, unseen } = timesToSee(fleet.commits, samples);
    const { listTooShort, everythingChanged } = isolate.restarts;
    console.log(
      `${isolate.name}: ${times.length} seen, ${unseen} not; from commit to seen: ${percentiles(times)} ms;` +
        ` ${samples.length} responses, ${samples.filter(({ isStale }) => isStale).length} of them stale,` +
        ` ${failures} failed; started over ${listTooShort} times because the list was` +
        ` too short, ${everythingChanged} times because everything changed`,
    );
  }
  for (const { name, restarts, warnings } of [...run.writers, ...run.readers.map(({ isolate }) => isolate)]) {
    const logged = [...warnings].map(([event, count]) => `${event} × ${count}`).join(", ");
    if (logged !== "") console.log(`${name} logged ${logged}`);
    if (name.startsWith("writer"))
      console.log(`${name}: started over ${restarts.listTooShort} + ${restarts.everythingChanged} times`);
  }
}

async function measureApply(fleet: Fleet, count: number): Promise<void> {
  const isolate = fleet.start("apply", "ams");
  const project = (plan: string) => Array.from({ length: count }, (_, i) => ordinaryFlag(i, plan));
  const size = (JSON.stringify(project("pro")).length / count).toFixed(0);
  for (const [what, plan] of [
    ["new", "pro"],
    ["changed", "team"],
    ["unchanged", "team"],
  ] as const) {
    const startedAt = performance.now();
    await apply(fleet, isolate, project(plan));
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(`apply of ${count} ${what} flags of ${size} characters: ${seconds.toFixed(2)} s`);
  }
}

/** A flag of about the size of those in the example project. */
function ordinaryFlag(i: number, plan: string): Record<string, unknown> {
  const when = { attribute: "plan", operator: "in", values: [plan, "enterprise"] };
  const rollout = {
    weights: [
      ["on", 25_000],
      ["off", 75_000],
    ],
    salt: `applied-${i}`,
  };
  return {
    ...aFlag({ key: `applied-${i}` }).definition,
    ...aFlag({ key: `applied-${i}` }).configuration,
    description: `Flag number ${i} of a project that is applied in one request`,
    tags: ["applied", "bench"],
    rules: [
      { id: "plan", when, serve: { variant: "on" } },
      { id: "browser", when: { ...when, attribute: "browser" }, serve: { rollout } },
    ],
  };
}

async function apply({ project }: Fleet, { fetch }: Isolate, flags: readonly unknown[]): Promise<void> {
  const response = await fetch(`/api/v1/environments/${ENVIRONMENT}/apply`, {
    method: "POST",
    headers: { authorization: `Bearer ${project.adminToken}`, "content-type": "application/json" },
    body: JSON.stringify({ flags, segments: [] }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the apply got status ${response.status}: ${text.slice(0, 500)}`);
}
