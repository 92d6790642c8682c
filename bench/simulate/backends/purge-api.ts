import { type Engine, type Lifeline, QUIET } from "../engine/engine.ts";
import { logNormal, type Random, uniform } from "../engine/random.ts";
import type { Meter } from "../judge/meter.ts";

/**
 * Cloudflare's limit of purges by tag on the Pro plan: 5 calls a second, and up to 25 at once
 * (developers.cloudflare.com/cache/how-to/purge-cache, as of November 2026).
 */
const CALLS_PER_SECOND = 5;
const BUCKET = 25;
/** The API responds within this time (ms). */
const RESPONSE_MS = [40, 120] as const;
/**
 * Half of the data centres are purged within this time; one in a hundred takes 2.5 times as long (ms). Cloudflare says
 * that half of all purges by tag are everywhere within 150 ms (blog.cloudflare.com/instant-purge).
 */
const MEDIAN_ARRIVAL_MS = 120;
const ARRIVAL_SPREAD = 0.4;

export interface PurgeApiOptions {
  engine: Engine;
  random: Random;
  meter: Meter;
  /** Whether a call that the API accepts now reaches no data centre. */
  isLost: () => boolean;
  dataCentres: number;
  /** A purge reaches a data centre. */
  onArrival: (dataCentre: number, tags: readonly string[]) => void;
}

/** Cloudflare's API for purges by tag. */
export class SimulatedPurgeApi {
  readonly #options: PurgeApiOptions;
  #tokens = BUCKET;
  #filledAt: number;

  constructor(options: PurgeApiOptions) {
    this.#options = options;
    this.#filledAt = options.engine.now;
  }

  /** Returns the `fetch` of one isolate. */
  fetchOf(life: Lifeline): typeof fetch {
    return (_url, init) => {
      const { tags } = JSON.parse(init?.body as string) as { tags: string[] };
      return this.#call(life, tags);
    };
  }

  #call(life: Lifeline, tags: readonly string[]): Promise<Response> {
    const { engine, random, meter } = this.#options;
    const tookMs = uniform(random, ...RESPONSE_MS);
    return new Promise((resolve) => {
      let response: Response;
      engine.after(tookMs / 2, () => {
        meter.count("purge", engine.now);
        if (this.#takeToken()) {
          response = Response.json({ success: true });
          this.#broadcast(tags);
        } else {
          response = new Response("", { status: 429, headers: { "retry-after": "1" } });
          meter.failed += 1;
        }
        return QUIET;
      });
      engine.after(tookMs, () => (life.hasEnded ? QUIET : resolve(response)));
    });
  }

  #broadcast(tags: readonly string[]): void {
    const { engine, random, isLost, dataCentres, onArrival } = this.#options;
    if (isLost()) return;
    for (let i = 0; i < dataCentres; i++) {
      engine.after(logNormal(random, MEDIAN_ARRIVAL_MS, ARRIVAL_SPREAD), () => {
        onArrival(i, tags);
        return QUIET;
      });
    }
  }

  #takeToken(): boolean {
    const { now } = this.#options.engine;
    this.#tokens = Math.min(BUCKET, this.#tokens + ((now - this.#filledAt) / 1000) * CALLS_PER_SECOND);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
