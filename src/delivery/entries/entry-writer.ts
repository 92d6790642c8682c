import type { CompiledFlag } from "../../evaluation/types.ts";
import { formatDocument } from "../../cache/redis/reading-text.ts";
import { SCHEMA_VERSION } from "../../flags/document.ts";
import type { KeyTable } from "../../flags/sdk-keys.ts";
import { type Clock, isWithin } from "../../ops/clock.ts";
import { FailureLog } from "../../ops/failure-log.ts";
import type { Log } from "../../ops/log.ts";
import type { EnvironmentState } from "../environment.ts";
import { isLoaded, type LoadOutcome } from "../read/loader.ts";
import type { RequestScope } from "../request-scope.ts";
import type { EntryStore } from "./entry-store.ts";
import {
  type EntryTop,
  type FlagLine,
  isNewer,
  isSame,
  MAX_SHARDS,
  type Taken,
  type TaggedVersion,
  toShards,
  writeEntry,
} from "./entry-text.ts";

/** An entry whose version does not move is stored again after this, long before it expires (ms). */
const RENEW_MS = 24 * 3600 * 1000;
/** Brings a whole environment into L1. */
export type LoadAll = (state: EnvironmentState, scope: RequestScope) => Promise<LoadOutcome>;

export interface EntryWriterOptions {
  store: EntryStore;
  /** The least time between two entries of one environment that a data centre stores whole (ms). */
  everyMs: number;
  loadAll: LoadAll;
  clock: Clock;
  log: Log;
}

/**
 * Stores entries after responses, once for each version that a data centre sees. Within `everyMs` of the last whole
 * entry, it stores only the flags that changed since that one.
 */
export class EntryWriter {
  readonly #options: EntryWriterOptions;
  readonly #failures: FailureLog;
  readonly #skipped = new Set<string>();

  constructor(options: EntryWriterOptions) {
    this.#options = options;
    this.#failures = new FailureLog(options.log, options.clock.now);
  }

  /** Call it after a tier has responded. Stores the version that L1 holds if the data centre lacks it. */
  tierResponded(state: EnvironmentState, scope: RequestScope): void {
    const { everyMs, clock } = this.#options;
    const { name: environment, entries, memory } = state;
    const { version, tag } = memory;
    if (version === 0 || tag === undefined) return;
    const now = clock.now();
    const { tried, stored, isAnyLost } = entries;
    const isFresh = stored !== undefined && isSame(stored, { version, tag }) && isWithin(stored.takenAt, RENEW_MS, now);
    if (isFresh && isAnyLost !== true) return;
    if (tried.version === version && tried.tag === tag && isWithin(tried.at, everyMs, now)) return;
    entries.tried = { version, tag, at: now };
    scope.waitUntil(
      this.#store(state, scope).then(
        () => this.#failures.succeeded("entry"),
        (error: unknown) => this.#failures.failed("entry", error, { environment }),
      ),
    );
  }

  async #store(state: EnvironmentState, scope: RequestScope): Promise<void> {
    const { store, everyMs, clock } = this.#options;
    const { name, entries, memory } = state;
    const newest = await store.newest(name);
    // Data centres evict entries one by one, so an entry may be gone although a newer one names it.
    const isLost = entries.isAnyLost === true;
    entries.isAnyLost = false;
    const now = clock.now();
    const ours = takenOf(state);
    if (ours === undefined) return;
    if (newest !== undefined) {
      // A time that lies ahead is from before the clock was set back, and says nothing about the order of versions.
      const theirs = { ...newest, takenAt: Math.min(newest.takenAt, now) };
      if (!isLost && isSame(theirs, ours) && isWithin(theirs.takenAt, RENEW_MS, now)) {
        entries.stored = theirs;
        entries.whole = { ...theirs.whole, histories: memory.histories };
        return;
      }
      if (isNewer(theirs, ours)) return;
    }
    const claim = await store.claimWhole(name, Math.max(1, Math.ceil(everyMs / 1000)));
    if (claim === "won") await this.#storeWhole(state, scope);
    else if (newest !== undefined && !isSame(newest, ours)) await this.#storeChanges(state, newest.whole);
  }

  async #storeWhole(state: EnvironmentState, scope: RequestScope): Promise<void> {
    const { store, loadAll } = this.#options;
    const { schemaVersion } = store;
    const { name, entries, memory } = state;
    if (wholeOf(memory, schemaVersion) === undefined) {
      const outcome = await loadAll(state, { waitUntil: (promise) => scope.waitUntil(promise) });
      if (!isLoaded(outcome)) return;
    }
    const taken = takenOf(state);
    const whole = wholeOf(memory, schemaVersion);
    if (taken === undefined || whole === undefined) return this.#skip(name, "does not fit into L1");
    const { version, tag } = taken;
    const { histories } = memory;
    const shards = toShards(whole.lines);
    if (shards === undefined) return this.#skip(name, `larger than ${MAX_SHARDS} shards`);
    const top: EntryTop = { schemaVersion, ...taken, hidden: whole.hidden };
    if (shards.length > 1) {
      // One after the other, because all texts at once would take as much memory again as L1's.
      const firstKeys = shards.map(([first]) => first?.[0] ?? "");
      for (const [number, lines] of shards.entries()) {
        const own: EntryTop = { ...top, hidden: [], shards: firstKeys.slice(number, number + 2) };
        await store.putEntry(name, taken, writeEntry(own, undefined, lines), number);
      }
      top.shards = firstKeys;
    }
    await store.putEntry(name, taken, writeEntry(top, whole.keys, shards.length > 1 ? [] : whole.lines));
    await store.putNewest(name, { ...taken, whole: { version, tag } });
    entries.stored = taken;
    // `loadAll` has looked for this entry too, before it was stored.
    entries.isAnyLost = false;
    entries.whole = { version, tag, histories };
  }

  /**
   * Stores the flags that changed since the whole entry, if this isolate knows the contents of that entry and all of
   * these flags.
   */
  async #storeChanges(state: EnvironmentState, whole: TaggedVersion): Promise<void> {
    const { store } = this.#options;
    const { schemaVersion } = store;
    const { name, entries, memory } = state;
    const known = entries.whole;
    const taken = takenOf(state);
    // Only a whole entry of its own history may be the base of what this isolate holds.
    if (known === undefined || !isSame(known, whole) || known.histories !== memory.histories) return;
    const fields = memory.changedSince(whole.version);
    const { keys } = memory;
    if (taken === undefined || keys === undefined || fields === "*") return;
    const changed = [...fields].filter((field) => !field.startsWith("@")).sort();
    const lines: FlagLine[] = [];
    const hidden: string[] = [];
    for (const key of changed) {
      const flag = memory.current(key);
      if (flag === undefined) {
        // A flag that the index lacks is gone. For any other, this isolate does not hold the new contents.
        if (state.lacksFlag(key)) continue;
        return;
      }
      if (flag.value !== null) addFlag(flag.value, schemaVersion, lines, hidden);
    }
    const { version, tag } = whole;
    const top: EntryTop = { schemaVersion, ...taken, hidden, base: { version, tag }, changed };
    await store.putEntry(name, taken, writeEntry(top, keys, lines));
    await store.putNewest(name, { ...taken, whole });
    entries.stored = taken;
  }

  /** Logs once per environment, because a log line for every change would help nobody. */
  #skip(environment: string, reason: string): void {
    if (this.#skipped.has(environment)) return;
    this.#skipped.add(environment);
    this.#options.log.warn("entry_skipped", { environment, reason });
  }
}

function takenOf({ memory: { version, tag, checkedAt: takenAt } }: EnvironmentState): Taken | undefined {
  return tag === undefined ? undefined : { version, tag, takenAt };
}

interface Whole {
  keys: KeyTable;
  lines: FlagLine[];
  hidden: string[];
}

/** Every flag of the environment, sorted by key and right at its version; `undefined` if one is missing. */
function wholeOf(memory: EnvironmentState["memory"], schemaVersion: number): Whole | undefined {
  const { index, keys } = memory;
  if (index === undefined || keys === undefined) return undefined;
  const lines: FlagLine[] = [];
  const hidden: string[] = [];
  for (const key of index) {
    const entry = memory.current(key);
    if (entry === undefined) return undefined;
    if (entry.value !== null) addFlag(entry.value, schemaVersion, lines, hidden);
  }
  return { keys, lines, hidden };
}

function addFlag(flag: CompiledFlag, schemaVersion: number, lines: FlagLine[], hidden: string[]): void {
  const { key, clientVisible, documentText } = flag;
  const text = schemaVersion === SCHEMA_VERSION ? documentText : formatDocument(flag.document(), schemaVersion);
  lines.push([key, text]);
  if (!clientVisible) hidden.push(key);
}
