import { signal, type ReadonlySignal } from "@preact/signals";
import { addSample, type Samples } from "./cache-samples.ts";
import { reasonOf } from "../notices.ts";
import { client } from "../session.ts";

const INTERVAL_MS = 2000;

export interface CacheWatch {
  readonly samples: ReadonlySignal<Samples>;
  /** Why the last request failed. */
  readonly problem: ReadonlySignal<string | undefined>;
  /** Polls until the returned function is called. Pauses while the page is hidden. */
  start(): () => void;
}

/** Polls the cache statistics, with one request at a time. */
export function createCacheWatch(environment: string): CacheWatch {
  const samples = signal<Samples>(new Map());
  const problem = signal<string | undefined>(undefined);
  let isPolling = false;
  const poll = async (): Promise<void> => {
    if (isPolling || document.hidden) return;
    isPolling = true;
    try {
      const { body } = await client.call("getCacheStats", { path: { env: environment } });
      samples.value = addSample(samples.value, { at: Date.now(), statistics: body });
      problem.value = undefined;
    } catch (error) {
      problem.value = reasonOf(error);
    }
    isPolling = false;
  };
  return {
    samples,
    problem,
    start() {
      void poll();
      const timer = setInterval(() => void poll(), INTERVAL_MS);
      return () => clearInterval(timer);
    },
  };
}
