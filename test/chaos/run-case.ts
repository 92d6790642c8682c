import { setTimeout as pause } from "node:timers/promises";
import type { DataCentre } from "../support/edge/data-centre.ts";
import { KEPT_FLAG } from "../support/edge/fleet.ts";
import type { Client } from "../support/edge/propagation.ts";
import { type ChaosCase, inject } from "./faults.ts";
import { judge, type Recovery, type Verdict } from "./judge.ts";
import { type ChaosWorld, FLAGS, isolateOf, type Places } from "./world.ts";

export interface CaseOptions {
  /** The time before the fault (ms). */
  calmMs: number;
  /** The length of the fault (ms). */
  faultMs: number;
  /** The pause between a response and the same client's next request (ms). */
  pauseMs: number;
}

export interface CaseResult extends Verdict, Recovery {
  chaosCase: ChaosCase;
  /** The changes that were made through the faulty backends, and the number of attempts. */
  writes: { made: number; tried: number };
}

/** The time in which everything must recover (ms). A breaker stays open for at most five seconds. */
const RECOVERY_MS = 20_000;
/** Without a purge transport, the isolates of a data centre share a head for less than this (ms). */
const HEAD_IS_OVER_MS = 1100;
/** A response that takes longer than this counts as missing (ms). */
const RESPONSE_MS = 15_000;

const EVALUATE = "/ofrep/v1/evaluate/flags";
const SINGLE = FLAGS.map((key) => `${EVALUATE}/${key}`);
const GET = [`/flags/${KEPT_FLAG}`];

/** A client that repeats its requests during the case. */
interface Poller {
  client: Client;
  paths: readonly string[];
}

/** The data centres of a case, and the case's number there. */
export interface Site {
  places: Places;
  caseNumber: number;
}

/**
 * The clients that ask from the start, those that join when the fault begins, and those whose isolates start when the
 * head that their data centre shares is over.
 */
function pollersOf(world: ChaosWorld, { places: { plain, kept }, caseNumber }: Site) {
  const poller = (dataCentre: DataCentre, role: Parameters<typeof isolateOf>[0], paths: readonly string[]): Poller => ({
    client: world.client(dataCentre, isolateOf(role, caseNumber)),
    paths,
  });
  return {
    before: [
      poller(plain, "warm", SINGLE),
      poller(plain, "warm", [EVALUATE]),
      poller(kept, "writer", GET),
      poller(kept, "writer", [EVALUATE]),
    ],
    during: [poller(kept, "late", GET)],
    cold: [poller(plain, "cold", SINGLE), poller(plain, "cold", [EVALUATE])],
  };
}

/** @throws Error the client has no response in time */
async function askInTime({ client, paths }: Poller, i: number): Promise<void> {
  const path = paths[i % paths.length]!;
  const timer = new AbortController();
  const late = pause(RESPONSE_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${client.isolate} ${path}: no response within ${RESPONSE_MS} ms`);
  });
  const asked = client.ask(path, i % 3 === 0 ? "free" : "pro");
  await Promise.race([asked, late]).finally(() => timer.abort());
}

/** Runs one case: the time before the fault, the fault, in which two more isolates start, and the time after it. */
export async function runCase(
  world: ChaosWorld,
  { places, caseNumber }: Site,
  chaosCase: ChaosCase,
  options: CaseOptions,
): Promise<CaseResult> {
  const { before, during, cold } = pollersOf(world, { places, caseNumber });
  const atLeast = world.client(places.plain, isolateOf("warm", caseNumber));
  const failures: string[] = [];
  const writes = { made: 0, tried: 0 };

  let healedAt = Infinity;
  const end = new AbortController();
  const repeat = async (everyMs: number, work: (i: number) => Promise<unknown>): Promise<void> => {
    for (let i = 0; !end.signal.aborted; i++) {
      await work(i).catch((error: unknown) => failures.push(String(error)));
      await pause(everyMs, undefined, { signal: end.signal }).catch(() => undefined);
    }
  };
  const poll = (poller: Poller) => repeat(options.pauseMs, (i) => askInTime(poller, i));

  // Redis must not hold anything from the previous case.
  await world.evict();
  let heal = (): void => undefined;
  try {
    const loops = before.map(poll);
    await pause(options.calmMs);
    // On a busy machine some fills time out. Misses that they cause must not be blamed on the fault.
    for (let i = 0; i < 50 && !(await world.isCached()); i++) await refill(world, places, caseNumber);
    const begunAt = performance.now();
    heal = inject(world, chaosCase);
    loops.push(
      ...during.map(poll),
      ...cold.map(async (poller) => {
        await pause(HEAD_IS_OVER_MS);
        await poll(poller);
      }),
      repeat(500, async () => atLeast.ask(`${EVALUATE}/b`, "pro", await world.writeElsewhere())),
      repeat(700, async () => {
        const isDuring = healedAt === Infinity;
        const version = await world.writeHere(places, caseNumber);
        if (isDuring) writes.tried += 1;
        if (isDuring && version !== undefined) writes.made += 1;
      }),
      // A sweep waits for purges that are repeated seconds later, so the loop does not wait for it.
      repeat(2000, async () => void world.sweep(places).catch(() => undefined)),
    );
    await pause(options.faultMs);
    heal();
    healedAt = performance.now();
    const pollers = [...before, ...during, ...cold];
    const version = await world.writeElsewhere(KEPT_FLAG);
    const [recoveredSeconds, closedSeconds] = await Promise.all([
      sinceUntil(healedAt, async () => pollers.every(({ client }) => isBack(client, healedAt, version))),
      sinceUntil(healedAt, () => areBreakersClosed(world, { places, caseNumber })),
    ]);
    end.abort();
    await Promise.all(loops);
    const clients = pollers.map(({ client }) => client);
    const verdict = judge(world, chaosCase, { clients, atLeast, failures, begunAt, healedAt });
    return { chaosCase, ...verdict, recoveredSeconds, closedSeconds, writes };
  } finally {
    end.abort();
    heal();
  }
}

/** Makes the worker read the whole environment from Postgres and fill Redis. */
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

/** A breaker closes only if its backend is used, so this evaluates a flag past the caches. */
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
