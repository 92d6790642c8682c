import { isRead } from "../../../dev/redis/lagging-replica.ts";
import type { Redis } from "../../../src/cache/redis/client.ts";
import { type Engine, type Lifeline, QUIET } from "../engine/engine.ts";
import type { Meter } from "../judge/meter.ts";
import type { Place } from "./cities.ts";
import type { Network } from "./network.ts";
import { EMPTY, type Outcome, type RedisContents, RedisProcessor } from "./redis-contents.ts";
import type { ReplicaLag } from "./replica-lag.ts";

/** The time that Redis takes for a command (ms). */
const SERVICE_MS = 1;
/** How much of a long reply arrives in one millisecond (characters): 100 Mbit/s. */
const CHARS_PER_MS = 12_500;

export interface RedisOptions {
  engine: Engine;
  network: Network;
  meter: Meter;
  primary: Place;
  /** Reads go to the nearest of these and of the primary. */
  replicas: readonly Place[];
  lag: ReplicaLag;
}

interface Replica {
  contents: RedisContents;
  /** Writes that are not visible yet, oldest first. */
  pending: { visibleAt: number; contents: RedisContents }[];
}

/** An Upstash database with a primary and read replicas. Scripts run as they are. */
export class SimulatedRedis {
  readonly #options: RedisOptions;
  readonly #processor: RedisProcessor;
  readonly #replicas = new Map<Place, Replica>();
  readonly #nearest = new Map<Place, Place>();
  #contents: RedisContents = EMPTY;

  constructor(options: RedisOptions) {
    this.#options = options;
    this.#processor = new RedisProcessor(() => Math.floor(options.engine.now));
    for (const place of options.replicas) this.#replicas.set(place, { contents: EMPTY, pending: [] });
  }

  /** Returns the client of an isolate. */
  client(from: Place, life: Lifeline, timeoutMs: number): Redis {
    return {
      exec: <Reply>(command: readonly unknown[]) =>
        this.#call(from, life, command as readonly string[], timeoutMs) as Promise<Reply>,
    };
  }

  /** The contents of the primary. */
  get contents(): RedisContents {
    return (this.#contents = this.#contents.at(this.#options.engine.now));
  }

  #call(from: Place, life: Lifeline, command: readonly string[], timeoutMs: number): Promise<unknown> {
    const { engine, network, meter, primary } = this.#options;
    const target = isRead(command) ? this.#nearestTo(from) : primary;
    const thereMs = network.oneWay(from, target);
    const backMs = network.oneWay(target, from) + SERVICE_MS;
    return new Promise((resolve, reject) => {
      const failLate = (afterMs: number) =>
        engine.after(afterMs, () => {
          meter.failed += 1;
          return life.hasEnded ? QUIET : reject(new DOMException("The operation timed out", "TimeoutError"));
        });
      if (thereMs >= timeoutMs) failLate(timeoutMs);
      engine.after(thereMs, () => {
        meter.count(nameOf(command), engine.now);
        const outcome = this.#apply(target, command);
        if (thereMs >= timeoutMs) return QUIET;
        const tookMs = thereMs + backMs + ("chars" in outcome ? outcome.chars / CHARS_PER_MS : 0);
        if (tookMs >= timeoutMs) failLate(timeoutMs - thereMs);
        else engine.after(tookMs - thereMs, () => (life.hasEnded ? QUIET : this.#settle(outcome, resolve, reject)));
        return QUIET;
      });
    });
  }

  #settle(outcome: Outcome, resolve: (reply: unknown) => void, reject: (error: Error) => void): void {
    const { meter } = this.#options;
    if ("error" in outcome) {
      meter.failed += 1;
      reject(Object.assign(new Error(outcome.error), { name: "UpstashError" }));
    } else {
      meter.chars += outcome.chars;
      resolve(outcome.reply);
    }
  }

  #apply(target: Place, command: readonly string[]): Outcome {
    const { engine, primary, lag } = this.#options;
    if (isRead(command)) return this.#processor.read(this.#visibleAt(target), command);
    const { outcome, contents } = this.#processor.write(this.contents, command);
    this.#contents = contents;
    for (const [place, { pending }] of this.#replicas) {
      const visibleAt = Math.max(pending.at(-1)?.visibleAt ?? 0, lag.visibleAt(primary, place, engine.now));
      pending.push({ visibleAt, contents });
    }
    return outcome;
  }

  #visibleAt(place: Place): RedisContents {
    const { now } = this.#options.engine;
    const replica = this.#replicas.get(place);
    if (replica === undefined) return this.contents;
    while ((replica.pending[0]?.visibleAt ?? Infinity) <= now) replica.contents = replica.pending.shift()!.contents;
    return (replica.contents = replica.contents.at(now));
  }

  #nearestTo(from: Place): Place {
    const { network, primary, replicas } = this.#options;
    let nearest = this.#nearest.get(from);
    if (nearest === undefined) this.#nearest.set(from, (nearest = network.nearest(from, [primary, ...replicas])));
    return nearest;
  }
}

/** The name of a command. Scripts are told apart by a word that only one of them contains. */
function nameOf([name = "", script = "", keys = "", ...rest]: readonly string[]): string {
  if (name === "EVAL_RO") return `EVAL_RO ${scriptOf(script)}`;
  const mode = rest[Number(keys)] ?? "";
  return name === "EVAL" ? `EVAL ${mode === "fill" || mode === "publish" ? mode : "clear"}` : name;
}

function scriptOf(script: string): string {
  return script.includes("HGETALL") ? "measure" : script.includes("news") ? "changesSince" : "heads";
}
