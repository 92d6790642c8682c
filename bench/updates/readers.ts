/** Clients that evaluate all flags again and again. */
import type { Isolate } from "./fleet.ts";

/** One response. Times are in ms since the epoch. */
export interface Sample {
  receivedAt: number;
  version: number;
  /** It contains the last known good, because the tiers could not be read. No flag is older than `version`. */
  isStale: boolean;
  /** The value of each flag, in the order of the flags; empty if only the version counts. */
  values: number[];
}

export interface Reader {
  isolate: Isolate;
  /** The pause between a response and the next request (ms). */
  pauseMs: number;
  samples: Sample[];
  failures: number;
}

export function createReader(isolate: Isolate, pauseMs: number): Reader {
  return { isolate, pauseMs, samples: [], failures: 0 };
}

/** Evaluates all flags once. */
export async function readOnce(reader: Reader, serverKey: string): Promise<void> {
  const response = await reader.isolate.fetch("/ofrep/v1/evaluate/flags", {
    method: "POST",
    headers: { authorization: `Bearer ${serverKey}` },
    body: JSON.stringify({ context: { targetingKey: "user-1" } }),
  });
  const { flags } = (await response.json()) as { flags?: { key: string; value: number }[] };
  if (response.status !== 200 || flags === undefined) {
    reader.failures += 1;
    return;
  }
  const values: number[] = [];
  for (const { key, value } of flags) values[Number(key.slice("flag-".length))] = value;
  const version = Number(response.headers.get("x-flags-version"));
  const isStale = response.headers.get("cache-status")?.includes("detail=stale") === true;
  reader.samples.push({ receivedAt: Date.now(), version, isStale, values });
}

/** Reads until the signal aborts. */
export async function readUntil(reader: Reader, serverKey: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await readOnce(reader, serverKey);
    await pause(reader.pauseMs, signal);
  }
}

export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
