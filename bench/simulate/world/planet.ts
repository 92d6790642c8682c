import type { Found, SourceQuestion } from "../../../src/delivery/read/source-result.ts";
import { CITIES, type Place } from "../backends/cities.ts";
import { SimulatedEdgeCache } from "../backends/edge-cache.ts";
import { QUIET } from "../engine/engine.ts";
import { exponential, type Random, seededRandom } from "../engine/random.ts";
import type { Judge } from "../judge/judge.ts";
import type { CacheCounts } from "../judge/meter.ts";
import type { Size } from "../result.ts";
import { SDK_KEY } from "./flags.ts";
import { SimulatedIsolate, type Surroundings, waitUntil } from "./isolate.ts";

export const ENVIRONMENT = "production";

/** An isolate lives this long on average (ms). */
const ISOLATE_LIFE_MS = 45 * 60_000;
/** The share of isolates that end with requests under way, whose responses and work are lost. */
const SUDDEN_DEATHS = 0.1;
/** A data centre evicts an entry after this time, on average (ms). */
const EVICTED_AFTER_MS = 6 * 3_600_000;

/** The place of one isolate in a data centre. */
interface Slot {
  isolate: SimulatedIsolate | undefined;
  endsAt: number;
}

interface DataCentre {
  number: number;
  place: Place;
  cache: SimulatedEdgeCache;
  slots: Slot[];
}

/** The data centres, their caches and their isolates. */
export class Planet {
  readonly dataCentres: readonly DataCentre[];
  readonly cacheCounts: CacheCounts = {};
  /** How many isolates have started. */
  started = 0;
  readonly #surroundings: Surroundings;
  readonly #random: Random;

  constructor(surroundings: Surroundings, { dataCentres, isolates }: Size) {
    const { engine, seed, kindOf } = surroundings;
    this.#surroundings = surroundings;
    this.#random = seededRandom(seed, "isolates");
    const cacheRandom = seededRandom(seed, "edge caches");
    const countOf = (kind: string) => (this.cacheCounts[kind] ??= { hits: 0, misses: 0, puts: 0 });
    this.dataCentres = Array.from({ length: dataCentres }, (_, number) => ({
      number,
      place: CITIES[number % CITIES.length]!,
      cache: new SimulatedEdgeCache({
        engine,
        random: cacheRandom,
        evictedAfterMs: EVICTED_AFTER_MS,
        kindOf,
        onMatch: (kind, isHit) => void countOf(kind)[isHit ? "hits" : "misses"]++,
        onPut: (kind) => void countOf(kind).puts++,
      }),
      slots: Array.from({ length: isolates }, () => ({ isolate: undefined, endsAt: 0 })),
    }));
  }

  /** Asks one isolate of the data centre for a flag, or for all flags. */
  ask(dataCentre: number, flagKey: string | undefined, judge: Judge): unknown {
    const { engine } = this.#surroundings;
    const isolate = this.isolateOf(dataCentre);
    const { source } = isolate.services;
    const question: SourceQuestion = { environment: ENVIRONMENT, keyId: SDK_KEY, scope: { waitUntil } };
    const asked = { dataCentre, isolate: isolate.name, seen: isolate.seen, at: engine.now };
    const finish = <V>(found: Found<V> | Promise<Found<V>>, check: (result: Found<V>) => void) => {
      const take = (result: Found<V>) => {
        isolate.seen = Math.max(isolate.seen, result?.version ?? 0);
        check(result);
      };
      if (found instanceof Promise) return found.then(take).catch((error: unknown) => judge.refused(asked, error));
      judge.findings.warm += 1;
      take(found);
      return QUIET;
    };
    try {
      if (flagKey === undefined) return finish(source.all(question), (result) => judge.all(asked, result));
      return finish(source.flag(question, flagKey), (result) => judge.flag(asked, flagKey, result));
    } catch (error) {
      return judge.refused(asked, error);
    }
  }

  /** Draws the isolate of the data centre that gets the next request. It may have to start. */
  isolateOf(dataCentre: number): SimulatedIsolate {
    const { engine } = this.#surroundings;
    const { number, place, cache, slots } = this.dataCentres[dataCentre]!;
    const slot = slots[Math.floor(this.#random() * slots.length)]!;
    if (slot.isolate !== undefined && engine.now < slot.endsAt) return slot.isolate;
    if (slot.isolate !== undefined && this.#random() < SUDDEN_DEATHS) slot.isolate.life.hasEnded = true;
    this.started += 1;
    slot.isolate = new SimulatedIsolate(this.#surroundings, place, cache, `${number}-${this.started}`);
    slot.endsAt = engine.now + exponential(this.#random, ISOLATE_LIFE_MS);
    return slot.isolate;
  }
}
