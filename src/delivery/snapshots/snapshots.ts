import type { SingleFlight } from "../../resilience/single-flight.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import { prepareToCompileText } from "../../evaluation/prepare.ts";
import type { FlagDocument } from "../../flags/document.ts";
import { type Clock, isWithin } from "../../ops/clock.ts";
import { errorFields, type Log } from "../../ops/log.ts";
import { within } from "../../resilience/deadline.ts";
import { dropOldest } from "../entries/drop-oldest.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import { EntryText, isNewer } from "../entries/entry-text.ts";
import type { EntryWriter } from "../entries/entry-writer.ts";
import { HeldEntry } from "../entries/held-entry.ts";
import type { EnvironmentState } from "../environment.ts";
import type { RequestScope } from "../request-scope.ts";
import { Snapshot } from "./snapshot.ts";

/** A data centre's cache that takes longer than this counts as empty (ms). */
const READ_BUDGET_MS = 1000;
/** An isolate remembers for this long that there is no snapshot (ms). */
const ABSENT_MS = 10_000;
/** All snapshots that an isolate holds are at most this long together, except for the last one (characters). */
const MAX_HELD_CHARS = 16 * 1024 * 1024;

export interface SnapshotsOptions {
  /** `undefined` if the data centre keeps no entries. */
  entries: { store: EntryStore; writer: EntryWriter } | undefined;
  /** The snapshots that were bundled at deployment: text by environment. */
  bundled: () => Promise<Readonly<Record<string, string>>>;
  compile: (document: FlagDocument, text: string) => CompiledFlag;
  schemaVersion: number;
  flights: SingleFlight;
  clock: Clock;
  log: Log;
}

/** The result of a look for a snapshot, kept until a tier responds again. */
interface Held {
  snapshot: Snapshot | undefined;
  /** ms since epoch. */
  readAt: number;
}

/**
 * The last known good that outlives an isolate: the newest entry of the data centre, or the bundled snapshot. It is
 * read during an outage and held until a tier responds again. No purge removes an entry of an environment: the response
 * says how old it is.
 */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  /** By environment, in the order of reading. */
  readonly #held = new Map<string, Held>();

  constructor(options: SnapshotsOptions) {
    this.#options = options;
  }

  /** Returns the newest snapshot, with one look-up per environment and outage. Never throws, and asks no backend. */
  async read(environment: string, scope: RequestScope): Promise<Snapshot | undefined> {
    const { clock, flights } = this.#options;
    const held = this.#held.get(environment);
    const isGood = held?.snapshot !== undefined && held.snapshot.version >= (scope.minVersion ?? 0);
    // If there was none, or an older one than this request asks for, look again after a while.
    if (held !== undefined && (isGood || isWithin(held.readAt, ABSENT_MS, clock.now()))) return held.snapshot;
    return flights.run(`snapshot:${environment}`, () => this.#find(environment), scope);
  }

  /** Ends the outage after a tier has responded, and renews the data centre's entries if that is due. */
  tierResponded(state: EnvironmentState, scope: RequestScope): void {
    this.#held.delete(state.name);
    this.#options.entries?.writer.tierResponded(state, scope);
  }

  async #find(environment: string): Promise<Snapshot | undefined> {
    const { compile, clock, log } = this.#options;
    const note = (error: unknown) => log.warn("snapshot_unreadable", { environment, ...errorFields(error) });
    const found = await Promise.all([
      within(this.#fromDataCentre(environment), READ_BUDGET_MS, clock).catch(note),
      this.#fromBundle(environment).catch(note),
    ]);
    let newest: HeldEntry | undefined;
    for (const entry of found) {
      if (entry instanceof HeldEntry && (newest === undefined || isNewer(entry, newest))) newest = entry;
    }
    const now = clock.now();
    if (newest !== undefined) {
      const ageSeconds = Math.floor((now - newest.takenAt) / 1000);
      for (const [, text] of newest.flags()) {
        const loading = prepareToCompileText(text);
        if (loading !== undefined) await loading;
      }
      log.warn("snapshot_served", { environment, version: newest.version, ageSeconds });
    }
    const snapshot = newest && new Snapshot(newest, compile);
    this.#hold(environment, { snapshot, readAt: now });
    return snapshot;
  }

  async #fromDataCentre(environment: string): Promise<HeldEntry | undefined> {
    const store = this.#options.entries?.store;
    const newest = await store?.newest(environment);
    const entry = newest && (await store?.environment(environment, newest));
    return entry !== undefined && (await store?.addShards(environment, entry, "all")) === true ? entry : undefined;
  }

  async #fromBundle(environment: string): Promise<HeldEntry | undefined> {
    const { bundled, schemaVersion } = this.#options;
    const all = await bundled();
    const text = Object.hasOwn(all, environment) ? all[environment] : undefined;
    const entry = text === undefined ? undefined : EntryText.parse(text, schemaVersion);
    return entry?.keys && new HeldEntry(entry, entry.keys, undefined);
  }

  #hold(environment: string, held: Held): void {
    this.#held.delete(environment);
    this.#held.set(environment, held);
    dropOldest(this.#held, MAX_HELD_CHARS, ({ snapshot }) => snapshot?.size ?? 0);
  }
}
