/** Makes single-flag updates at a fixed rate, whether or not the earlier ones have ended. */
import { aFlag } from "../../test/support/project.ts";
import { ENVIRONMENT, type Fleet, type Isolate } from "./fleet.ts";
import { pause } from "./readers.ts";

/** A flag has this many values, so that a response with an earlier update's value is told from a right one. */
const VALUES = 30;
const VARIANTS = Object.fromEntries(Array.from({ length: VALUES }, (_, i) => [`v${i}`, i]));
/** Updates under way at once. Each waits for the earlier ones in Postgres, and gives up there after three seconds. */
const MAX_UNDER_WAY = 20;
/** After a pause, updates follow each other faster by this share at most, because the rate of each token is limited. */
const CATCH_UP = 0.15;
/** Timers are late by about so much, which must not slow the updates down (ms). */
const TIMER_MS = 2;

export interface Update {
  flag: number;
  value: number;
  version: number;
  tookMs: number;
}

export interface Updates {
  made: Update[];
  /** Responses other than 200, by status. */
  refused: Map<number, number>;
  /** Updates whose response did not say that both targets had accepted the purge. */
  unpublished: number;
  seconds: number;
}

export function flagKey(flag: number): string {
  return `flag-${flag}`;
}

/** Returns the flag as the management API takes it. */
export function flagBody(flag: number, value: number): Record<string, unknown> {
  const { definition, configuration } = aFlag({ key: flagKey(flag), type: "integer", variants: { ...VARIANTS } });
  return { ...definition, ...configuration, offVariant: "v0", default: { variant: `v${value}` } };
}

export async function makeUpdates(
  { tokens }: Fleet,
  writers: readonly Isolate[],
  { seconds, rate, flags }: { seconds: number; rate: number; flags: number },
): Promise<Updates> {
  const updates: Updates = { made: [], refused: new Map(), unpublished: 0, seconds: 0 };
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let lastAt = startedAt;
  for (let i = 0; i < seconds * rate; i++) {
    const due = Math.max(startedAt + (i * 1000) / rate, lastAt + 1000 / (rate * (1 + CATCH_UP)));
    if (due > performance.now()) await pause(due - performance.now());
    if (underWay.size >= MAX_UNDER_WAY) await Promise.race(underWay);
    lastAt = Math.max(due, performance.now() - TIMER_MS);
    const flag = (i * 7) % flags;
    const value = 1 + (Math.floor(i / flags) % (VALUES - 1));
    const done: Promise<void> = update(writers[i % writers.length]!, tokens[i % tokens.length]!, flag, value, updates)
      .catch(() => void updates.refused.set(0, (updates.refused.get(0) ?? 0) + 1))
      .finally(() => underWay.delete(done));
    underWay.add(done);
  }
  await Promise.all(underWay);
  updates.seconds = (performance.now() - startedAt) / 1000;
  return updates;
}

async function update({ fetch }: Isolate, token: string, flag: number, value: number, updates: Updates): Promise<void> {
  const startedAt = performance.now();
  const response = await fetch(`/api/v1/environments/${ENVIRONMENT}/flags/${flagKey(flag)}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(flagBody(flag, value)),
  });
  const body = (await response.json()) as { version: number; published: { redis?: boolean; edge?: boolean } };
  if (!response.ok) {
    updates.refused.set(response.status, (updates.refused.get(response.status) ?? 0) + 1);
    return;
  }
  if (body.published.redis !== true || body.published.edge !== true) updates.unpublished += 1;
  updates.made.push({ flag, value, version: body.version, tookMs: performance.now() - startedAt });
}
