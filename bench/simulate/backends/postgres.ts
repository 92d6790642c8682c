import type { Publication } from "../../../src/delivery/publish/publisher.ts";
import type { StoreAccess } from "../../../src/services-options.ts";
import type { Outbox, PurgeTargets } from "../../../src/store/outbox.ts";
import { toReading } from "../../../src/store/readings/environment-reading.ts";
import type { FlagReader } from "../../../src/store/readings/flag-reader.ts";
import { toWritten } from "../../../src/store/writes/transaction.ts";
import { type Engine, type Lifeline, QUIET } from "../engine/engine.ts";
import { exponential, type Random } from "../engine/random.ts";
import type { Meter } from "../judge/meter.ts";
import type { Place } from "./cities.ts";
import type { Network } from "./network.ts";
import type { StoreModel } from "./store-model.ts";

/** The time that Postgres takes for a statement, on average (ms). */
const STATEMENT_MS = 4;
/** The time between the arrival of a write's transaction and its commit, on average (ms). */
const WRITE_MS = 10;

export interface PostgresOptions {
  engine: Engine;
  network: Network;
  meter: Meter;
  random: Random;
  place: Place;
  store: StoreModel;
}

/** One Neon database. A statement sees the state at the time of its arrival. */
export class SimulatedPostgres {
  readonly #options: PostgresOptions;

  constructor(options: PostgresOptions) {
    this.#options = options;
  }

  /** Returns an isolate's access to the database. */
  access(from: Place, life: Lifeline): StoreAccess {
    return {
      openDatabase: () => Promise.reject(new Error("the simulation has no management API")),
      openFlagReader: () => Promise.resolve(this.#reader(from, life)),
      openOutbox: (targets) => Promise.resolve(this.#outbox(from, life, targets)),
      openWebhookQueues: () => Promise.reject(new Error("the simulation has no webhooks")),
    };
  }

  /** Commits the change that `commit` makes at that moment. Resolves when the writer has the response. */
  write(from: Place, life: Lifeline, commit: () => void): Promise<Publication> {
    const { store, random } = this.#options;
    return this.#call(from, life, "write", exponential(random, WRITE_MS), () => {
      commit();
      const { version, tag, rows, before } = store.unpublished();
      const row = store.writtenRow();
      return { ...toWritten(version, rows, tag, before), reading: row && toReading(row, undefined) };
    });
  }

  #reader(from: Place, life: Lifeline): FlagReader {
    const { store, random } = this.#options;
    const read = (environment: string, since?: number, flagKeys?: readonly string[]) =>
      this.#call(from, life, flagKeys === undefined ? "read all" : "read", exponential(random, STATEMENT_MS), () =>
        environment === store.environment ? toReading(store.readingRow(since, flagKeys), since) : undefined,
      );
    return {
      readFlags: (environment, flagKeys, since) => read(environment, since, flagKeys),
      readEnvironment: (environment, since) => read(environment, since),
    };
  }

  #outbox(from: Place, life: Lifeline, targets: PurgeTargets): Outbox {
    const { store, random } = this.#options;
    const call = <T>(name: string, run: () => T) =>
      this.#call(from, life, name, exponential(random, STATEMENT_MS), run);
    return {
      targets,
      readUnconfirmed: () =>
        call("begin sweep", () => {
          const { version, tag, rows, before } = store.beginSweep(Object.values(targets));
          const written = toWritten(version, rows, tag, before);
          return {
            versions: new Map([[store.environment, version]]),
            tags: new Map([[store.environment, tag]]),
            pending: new Map(written.pending.length === 0 ? [] : [[store.environment, written]]),
          };
        }),
      // Nothing is ever restored here, so a head above the version is one that was written meanwhile.
      raiseVersions: () => call("raise versions", () => []),
      confirm: (_environment, upTo, acceptedBy) => call("confirm", () => store.confirm(upTo, acceptedBy)),
      pruneOutbox: () => call("prune", () => ({ hasWebhooks: false })),
    };
  }

  #call<T>(from: Place, life: Lifeline, name: string, serviceMs: number, run: () => T): Promise<T> {
    const { engine, network, meter, place } = this.#options;
    return new Promise((resolve) => {
      engine.after(network.oneWay(from, place) + serviceMs, () => {
        meter.count(name, engine.now);
        const result = run();
        engine.after(network.oneWay(place, from), () => (life.hasEnded ? QUIET : resolve(result)));
        return QUIET;
      });
    });
  }
}
