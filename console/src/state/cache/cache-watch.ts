import { signal, type ReadonlySignal } from "@preact/signals";
import { addSample, type Samples } from "./cache-samples.ts";
import { reasonOf } from "../notices.ts";
import { client } from "../session.ts";

const EVERY_MS = 2000;

export interface CacheWatch {
  readonly samples: ReadonlySignal<Samples>;
  /** Why the last question got no answer. */
  readonly problem: ReadonlySignal<string | undefined>;
  /** Asks until the function that it answers is called; not while nobody sees the page. */
  start(): () => void;
}

/** Asks for the statistics of the cache again and again, one question at a time. */
export function createCacheWatch(environment: string): CacheWatch {
  const samples = signal<Samples>(new Map());
  const problem = signal<string | undefined>(undefined);
  let isAsking = false;
  const ask = async (): Promise<void> => {
    if (isAsking || document.hidden) return;
    isAsking = true;
    try {
      const { answer } = await client.call("getCacheStats", { path: { env: environment } });
      samples.value = addSample(samples.value, { at: Date.now(), statistics: answer });
      problem.value = undefined;
    } catch (error) {
      problem.value = reasonOf(error);
    }
    isAsking = false;
  };
  return {
    samples,
    problem,
    start() {
      void ask();
      const timer = setInterval(() => void ask(), EVERY_MS);
      return () => clearInterval(timer);
    },
  };
}
