import { setTimeout as pause } from "node:timers/promises";
import type { DataCentre } from "../support/edge/data-centre.ts";
import { KEPT_FLAG } from "../support/edge/fleet.ts";
import type { Client } from "../support/edge/propagation.ts";
import { type ChaosCase, inject } from "./faults.ts";
import { judge, type Recovery, type Verdict } from "./judge.ts";
import { type ChaosWorld, FLAGS, isolateOf, type Places } from "./world.ts";

export interface CaseOptions {
  /** How long the backends are asked while nothing is wrong (ms) … */
  calmMs: number;
  /** … and while the fault lasts (ms). */
  faultMs: number;
  /** Between an answer and the same client's next question (ms). */
  pauseMs: number;
}

export interface CaseResult extends Verdict, Recovery {
  chaosCase: ChaosCase;
  /** Changes made through the fault, and how many were tried. */
  writes: { made: number; tried: number };
}

/** What an isolate has not recovered from by then is lost (ms). A breaker is open for five seconds at the most. */
const RECOVERY_MS = 20_000;
/** An answer that takes longer is none (ms). */
const ANSWER_MS = 15_000;

const EVALUATE = "/ofrep/v1/evaluate/flags";
const SINGLE = FLAGS.map((key) => `${EVALUATE}/${key}`);
const GET = [`/flags/${KEPT_FLAG}`];

/** Somebody who keeps asking, and what became of it. */
interface Asker {
  client: Client;
  paths: readonly string[];
}

/** Where a case takes place, and which of the cases there it is. */
export interface Site {
  places: Places;
  caseNumber: number;
}

/** One fault from beginning to end: calm, the fault with two more isolates starting in it, and the time after it. */
export async function runCase(
  world: ChaosWorld,
  { places, caseNumber }: Site,
  chaosCase: ChaosCase,
  options: CaseOptions,
): Promise<CaseResult> {
  const { plain, kept } = places;
  const asker = (dataCentre: DataCentre, role: Parameters<typeof isolateOf>[0], paths: readonly string[]): Asker => ({
    client: world.client(dataCentre, isolateOf(role, caseNumber)),
    paths,
  });
  const before = [
    asker(plain, "warm", SINGLE),
    asker(plain, "warm", [EVALUATE]),
    asker(kept, "writer", GET),
    asker(kept, "writer", [EVALUATE]),
  ];
  const during = [asker(plain, "cold", SINGLE), asker(plain, "cold", [EVALUATE]), asker(kept, "late", GET)];
  const atLeast = world.client(plain, isolateOf("warm", caseNumber));
  const unanswered: string[] = [];
  const writes = { made: 0, tried: 0 };

  let healedAt = Infinity;
  const end = new AbortController();
  const repeat = async (everyMs: number, work: (i: number) => Promise<unknown>): Promise<void> => {
    for (let i = 0; !end.signal.aborted; i++) {
      await work(i).catch((error: unknown) => unanswered.push(String(error)));
      await pause(everyMs, undefined, { signal: end.signal }).catch(() => undefined);
    }
  };
  const ask = ({ client, paths }: Asker) =>
    repeat(options.pauseMs, async (i) => {
      const path = paths[i % paths.length]!;
      const timer = new AbortController();
      const late = pause(ANSWER_MS, undefined, { signal: timer.signal }).then(() => {
        throw new Error(`${client.isolate} ${path}: no answer within ${ANSWER_MS} ms`);
      });
      const asked = client.ask(path, i % 3 === 0 ? "free" : "pro");
      await Promise.race([asked, late]).finally(() => timer.abort());
    });

  // Redis has nothing of the case before.
  await world.evict();
  let heal = (): void => undefined;
  try {
    const loops = before.map(ask);
    await pause(options.calmMs);
    // On a busy machine not every fill is in time, and what Redis lacks then would be the fault's fault.
    for (let i = 0; i < 50 && !(await world.isCached()); i++) await refill(world, places, caseNumber);
    const begunAt = performance.now();
    heal = inject(world, chaosCase);
    loops.push(
      ...during.map(ask),
      repeat(500, async () => atLeast.ask(`${EVALUATE}/b`, "pro", await world.writeElsewhere())),
      repeat(700, async () => {
        const isDuring = healedAt === Infinity;
        const version = await world.writeHere(places, caseNumber);
        if (isDuring) writes.tried += 1;
        if (isDuring && version !== undefined) writes.made += 1;
      }),
      // Not waited for: a purge is repeated seconds later, and the sweep lasts until then.
      repeat(2000, async () => void world.sweep(places).catch(() => undefined)),
    );
    await pause(options.faultMs);
    heal();
    healedAt = performance.now();
    const askers = [...before, ...during];
    const version = await world.writeElsewhere(KEPT_FLAG);
    const [recoveredSeconds, closedSeconds] = await Promise.all([
      sinceUntil(healedAt, async () => askers.every(({ client }) => isBack(client, healedAt, version))),
      sinceUntil(healedAt, () => areBreakersClosed(world, { places, caseNumber })),
    ]);
    end.abort();
    await Promise.all(loops);
    const clients = askers.map(({ client }) => client);
    const verdict = judge(world, chaosCase, { clients, atLeast, unanswered, begunAt, healedAt });
    return { chaosCase, ...verdict, recoveredSeconds, closedSeconds, writes };
  } finally {
    end.abort();
    heal();
  }
}

/** Has all of the environment read from Postgres and put into Redis. */
async function refill({ project }: ChaosWorld, { plain }: Places, caseNumber: number): Promise<void> {
  const headers = { authorization: `Bearer ${project.serverKey}`, "cache-control": "no-cache" };
  const response = await plain.fetch(isolateOf("warm", caseNumber), EVALUATE, { method: "POST", headers, body: "{}" });
  await response.arrayBuffer();
  await pause(100);
}

function isBack({ seen }: Client, healedAt: number, version: number): boolean {
  const isFresh = (one: (typeof seen)[number]) =>
    one.sentAt >= healedAt && one.status === 200 && one.version >= version && !one.cacheStatus.includes("stale");
  return seen.some(isFresh);
}

async function sinceUntil(start: number, isDone: () => Promise<boolean>): Promise<number | undefined> {
  while (performance.now() - start < RECOVERY_MS) {
    if (await isDone()) return (performance.now() - start) / 1000;
    await pause(25);
  }
  return undefined;
}

/** A breaker closes when its backend is asked: so it is, past the caches. */
async function areBreakersClosed(world: ChaosWorld, { places, caseNumber }: Site): Promise<boolean> {
  const { serverKey, adminToken } = world.project;
  const isolates: [DataCentre, string][] = [
    [places.plain, isolateOf("warm", caseNumber)],
    [places.plain, isolateOf("cold", caseNumber)],
    [places.kept, isolateOf("writer", caseNumber)],
    [places.kept, isolateOf("late", caseNumber)],
  ];
  const closed = await Promise.all(
    isolates.map(async ([dataCentre, isolate]) => {
      const headers = { authorization: `Bearer ${serverKey}`, "cache-control": "no-cache" };
      const evaluated = await dataCentre.fetch(isolate, SINGLE[0]!, { method: "POST", headers, body: "{}" });
      await evaluated.arrayBuffer();
      const report = await dataCentre.fetch(isolate, "/api/v1/environments/production/cache/stats", {
        headers: { authorization: `Bearer ${adminToken}` },
      });
      const { breakers } = (await report.json()) as { breakers?: { redis: string; store: string } };
      return breakers?.redis === "closed" && breakers.store === "closed";
    }),
  );
  return closed.every(Boolean);
}
