import { type Change, changesFrom, hasOtherTag } from "../../flags/changes.ts";
import { type Clock, isWithin } from "../../ops/clock.ts";
import { within } from "../../resilience/deadline.ts";
import type { SingleFlight } from "../../resilience/single-flight.ts";
import { type EnvironmentState, RETRY_CHECK_MS } from "../environment.ts";
import type { RequestScope } from "../request-scope.ts";
import type { EntryStore } from "./entry-store.ts";

/** With a purge transport, a head is kept for this long (seconds): a lost purge has no effect after it. */
const PURGED_TTL_SECONDS = 30;
/** A data centre's cache that takes longer than this for a head counts as empty (ms). */
const READ_BUDGET_MS = 50;

export interface SharedHeadsOptions {
  store: Pick<EntryStore, "head" | "putHead">;
  flights: SingleFlight;
  clock: Clock;
  /** Whether purges remove heads. If not, a head is shared only for one interval from its confirmation. */
  hasPurge: boolean;
  headCheckMs: number;
}

/** The heads that the isolates of one data centre share, so that few of them ask a tier behind it. */
export class SharedHeads {
  readonly #options: SharedHeadsOptions;
  readonly #lifetimeMs: number;

  constructor(options: SharedHeadsOptions) {
    this.#options = options;
    this.#lifetimeMs = options.hasPurge ? PURGED_TTL_SECONDS * 1000 : options.headCheckMs;
  }

  /** Whether each change removes the heads that it made stale. */
  get hasPurge(): boolean {
    return this.#options.hasPurge;
  }

  /**
   * Moves the isolate to the data centre's head and confirms it there; once for all requests that ask at the same time.
   * Returns false if the data centre has no head, or an older one than this isolate or the caller knows.
   */
  async take(state: EnvironmentState, scope: RequestScope): Promise<boolean> {
    const { clock, flights } = this.#options;
    const { minVersion = 0 } = scope;
    const readAt = clock.now();
    // In an outage, every request would look again.
    if (this.#lifetimeMs === 0 || isWithin(state.noSharedHeadAt, RETRY_CHECK_MS, readAt)) return false;
    const take = () => this.#take(state, minVersion, readAt);
    const isTaken = await flights.run(`shared-head:${state.name}/${minVersion}`, take, scope);
    if (isTaken) return true;
    state.noSharedHeadAt = readAt;
    // The next head from a tier behind the data centre is to be shared.
    state.sharedHead = undefined;
    return false;
  }

  async #take(state: EnvironmentState, minVersion: number, readAt: number): Promise<boolean> {
    const { store, clock, hasPurge, headCheckMs } = this.#options;
    const { name, memory } = state;
    const stored = await within(store.head(name), READ_BUDGET_MS, clock).catch(() => undefined);
    if (stored === undefined || stored.version < Math.max(memory.version, minVersion)) return false;
    // The clock of the isolate that asked may be ahead of this one: then nobody knows how old its head is.
    if (!hasPurge && !isWithin(stored.confirmedAt, headCheckMs, clock.now())) return false;
    // The version has two contents. A tier behind the data centre knows which of them is the later one.
    if (stored.version === memory.version && hasOtherTag(stored.tag, memory.tag)) return false;
    // A head that lists too few changes would make this isolate start over, but L2 knows older ones. If the changes
    // lead on from another history, nobody here knows which of the two has been lost.
    const isMove = memory.version > 0 && stored.version > memory.version;
    if (isMove && changesFrom(stored, memory.version, memory.tag) === undefined) return false;
    memory.advance(stored);
    memory.confirm(hasPurge ? readAt : stored.confirmedAt);
    state.sharedHead = { version: stored.version, at: readAt };
    return true;
  }

  /** Stores the head that a tier behind the data centre has just confirmed, unless it is there already. */
  share(state: EnvironmentState, scope: RequestScope): void {
    const { store, clock } = this.#options;
    const { name, memory, sharedHead } = state;
    const { version, tag, checkedAt: confirmedAt } = memory;
    const now = clock.now();
    if (this.#lifetimeMs === 0 || version === 0 || !isWithin(confirmedAt, this.#lifetimeMs, now)) return;
    // Otherwise isolates that know a lost version would confirm it to each other, and never notice a restore.
    if (memory.isHeadBehind) return;
    if (sharedHead?.version === version && isWithin(sharedHead.at, this.#lifetimeMs, now)) return;
    state.sharedHead = { version, at: now };
    const head = { version, tag, changes: [...memory.changes] satisfies Change[], confirmedAt };
    const ttlSeconds = Math.max(1, Math.ceil(this.#lifetimeMs / 1000));
    scope.waitUntil(store.putHead(name, head, ttlSeconds).catch(() => undefined));
  }
}
