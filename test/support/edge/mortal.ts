import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { FakeClock } from "../fake-clock.ts";

/** The part of its last call that a dying worker loses. Without the response, the call is still applied. */
export type Loss = "request" | "response";

export interface Life {
  /** The number of calls that get a response. The next one is fatal. */
  livesFor: number;
  loses: Loss;
  /** The calls in order, including the fatal one. */
  calls: string[];
  isDead: boolean;
}

const lives = new AsyncLocalStorage<Life>();
/** The number of pending calls. The clock stands still while there are any. */
let pendingCalls = 0;

/** Runs a worker's code. Every call that it makes counts towards its life. */
export function live<T>(life: Life, work: () => Promise<T>): Promise<T> {
  return lives.run(life, work);
}

/** Replaces the global `fetch`, which every call of a worker uses. */
export function mortalFetch(fetchOfThisRuntime: typeof fetch): typeof fetch {
  const real: typeof fetch = async (input, init) => {
    pendingCalls += 1;
    return fetchOfThisRuntime(input, init).finally(() => (pendingCalls -= 1));
  };
  return async (input, init) => {
    const life = lives.getStore();
    if (life === undefined) return real(input, init);
    if (life.isDead) return never();
    life.calls.push(describe(input, init));
    if (life.calls.length <= life.livesFor) return real(input, init);
    // The worker dies only after the call was applied, because tests that wait for its death rely on that.
    if (life.loses === "response") await (await real(input, init)).arrayBuffer();
    life.isDead = true;
    return never();
  };
}

/** Moves the clock on while code sleeps, until the work has ended or its worker is dead. */
export async function untilOver(clock: FakeClock, work: Promise<unknown>, life?: Life): Promise<void> {
  let isOver = false;
  const ended = work.finally(() => (isOver = true));
  ended.catch(() => undefined);
  while (!isOver && life?.isDead !== true) {
    if (clock.sleeping > 0 && pendingCalls === 0) await clock.advance(250);
    await pause(2);
  }
  if (isOver) await ended;
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

/** Describes a call in short: the command, the statement or the purge. */
function describe(input: string | URL | Request, init?: RequestInit): string {
  const url = input instanceof Request ? input.url : String(input);
  const body = typeof init?.body === "string" ? init.body : "";
  if (url.includes("purge_cache")) return "purge by tag";
  if (url.endsWith("/sql")) {
    const statements = body.match(/select begin_write|update outbox|select prune_outbox|select raise_versions/g);
    return `Postgres: ${statements?.[0] ?? "select"}`;
  }
  const command = JSON.parse(body) as string[];
  return `Redis: ${command[0]} ${/^EVAL$/.test(command[0] ?? "") ? command[3 + Number(command[2])] : ""}`.trim();
}
