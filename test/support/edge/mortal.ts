import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { FakeClock } from "../fake-clock.ts";

/** What a dying worker loses of its last call: it is never sent, or it is applied and the answer does not come. */
export type Loss = "request" | "answer";

export interface Life {
  /** Calls that come back; from the next one on none does. */
  livesFor: number;
  loses: Loss;
  /** What was called, in order, the fatal call included. */
  calls: string[];
  isDead: boolean;
}

const lives = new AsyncLocalStorage<Life>();
/** Calls that are on their way: while there are any, the clock stands still. */
let underWay = 0;

/** Runs a worker's work on its life: all that it sends anywhere counts. */
export function live<T>(life: Life, work: () => Promise<T>): Promise<T> {
  return lives.run(life, work);
}

/** In the place of the global `fetch`, through which everything leaves a worker. */
export function mortalFetch(fetchOfThisRuntime: typeof fetch): typeof fetch {
  const real: typeof fetch = async (input, init) => {
    underWay += 1;
    return fetchOfThisRuntime(input, init).finally(() => (underWay -= 1));
  };
  return async (input, init) => {
    const life = lives.getStore();
    if (life === undefined) return real(input, init);
    if (life.isDead) return never();
    life.calls.push(describe(input, init));
    if (life.calls.length <= life.livesFor) return real(input, init);
    // Only when it is applied: whoever waits for the death may rely on it.
    if (life.loses === "answer") await (await real(input, init)).arrayBuffer();
    life.isDead = true;
    return never();
  };
}

/** Lets the clock run, where somebody sleeps, until the work has ended or its worker is dead. */
export async function untilOver(clock: FakeClock, work: Promise<unknown>, life?: Life): Promise<void> {
  let isOver = false;
  const ended = work.finally(() => (isOver = true));
  ended.catch(() => undefined);
  while (!isOver && life?.isDead !== true) {
    if (clock.sleeping > 0 && underWay === 0) await clock.advance(250);
    await pause(2);
  }
  if (isOver) await ended;
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

/** Short, for people: the command, the statement, or the purge. */
function describe(input: string | URL | Request, init?: RequestInit): string {
  const url = input instanceof Request ? input.url : String(input);
  const body = typeof init?.body === "string" ? init.body : "";
  if (url.includes("purge_cache")) return "purge by tag";
  if (url.endsWith("/sql")) {
    const statements = body.match(/select begin_write|update outbox|select prune_outbox|select raise_versions/g);
    return `Postgres: ${statements?.[0] ?? "select"}`;
  }
  const command = JSON.parse(body) as string[];
  return `Redis: ${command[0]} ${/^EVAL$/.test(command[0] ?? "") ? command[4] : ""}`.trim();
}
