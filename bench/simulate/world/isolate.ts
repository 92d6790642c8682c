import type { Settings } from "../../../src/env.ts";
import type { Services } from "../../../src/http/services.ts";
import type { Log } from "../../../src/ops/log.ts";
import { createServices } from "../../../src/services.ts";
import type { ServicesOptions } from "../../../src/services-options.ts";
import type { Place } from "../backends/cities.ts";
import type { SimulatedEdgeCache } from "../backends/edge-cache.ts";
import type { SimulatedPostgres } from "../backends/postgres.ts";
import type { SimulatedPurgeApi } from "../backends/purge-api.ts";
import type { SimulatedRedis } from "../backends/redis.ts";
import { type Engine, type Lifeline, VirtualClock } from "../engine/engine.ts";
import { seededRandom, uniform } from "../engine/random.ts";

/** The clocks of two isolates differ by at most twice this (ms). */
const MAX_SKEW_MS = 5;

/** The parts of the world that isolates use. */
export interface Surroundings {
  engine: Engine;
  seed: number;
  settings: Settings;
  redis: SimulatedRedis;
  postgres: SimulatedPostgres;
  purgeApi: SimulatedPurgeApi;
  log: Log;
  compile: NonNullable<ServicesOptions["compile"]>;
  /** Returns the kind of a data centre's entry with a path. */
  kindOf: (path: string) => string;
}

/** One isolate of the shipped worker, with everything that services.ts constructs. */
export class SimulatedIsolate {
  readonly name: string;
  readonly life: Lifeline = { hasEnded: false };
  readonly services: Services;
  /** The highest version among its responses. */
  seen = 0;

  constructor(surroundings: Surroundings, place: Place, cache: SimulatedEdgeCache, name: string) {
    const { engine, seed, settings, redis, postgres, purgeApi, log, compile } = surroundings;
    const { life } = this;
    const random = seededRandom(seed, `isolate ${name}`);
    this.name = name;
    this.services = createServices(settings, {
      clock: new VirtualClock(engine, life, uniform(random, -MAX_SKEW_MS, MAX_SKEW_MS)),
      log,
      random,
      compile,
      openCache: cache.open(life),
      host: () => "flags.test",
      bundledSnapshots: () => Promise.resolve({}),
      createRedis: (_url, _token, timeoutMs) => redis.client(place, life, timeoutMs),
      createStore: () => postgres.access(place, life),
      fetch: purgeApi.fetchOf(life),
    });
  }
}

/** Ignores failures, as the runtime does: work that a request leaves behind has no effect on other requests. */
export function waitUntil(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}
