import { SUPERSEDED } from "../cache/flag-cache.ts";
import type { MemoryEnvironment } from "../cache/memory-environment.ts";
import type { MemoryTier } from "../cache/memory-tier.ts";
import type { CompiledFlag } from "../evaluation/types.ts";
import type { KeyTable } from "../flags/sdk-keys.ts";
import { isWithin } from "../ops/clock.ts";
import type { KnownEntries } from "./entries/known-entries.ts";
import type { FlagSchedule } from "./watch/flag-schedule.ts";
import { type FlagSetView, holdsKey, viewOf } from "./read/flag-set.ts";

/** An isolate remembers for this long that an environment does not exist (ms). */
const ABSENT_MS = 5000;
/** A failed head check is not repeated sooner than this (ms). */
export const RETRY_CHECK_MS = 1000;
/** An environment that did not fit into L1 is tried again after this, because it may have shrunk (ms). */
const TOO_LARGE_MS = 60_000;

/**
 * Everything that one isolate knows about one environment: its contents in L1, how the last head check went, and when
 * the isolate may ask its backends again. It does no I/O. It lives as long as L1 holds the environment.
 */
export class EnvironmentState {
  readonly name: string;
  readonly memory: MemoryEnvironment<CompiledFlag>;
  /** When the last look for an unknown SDK key began (ms since epoch). */
  keysLookedAt = 0;
  /** When the head was last confirmed behind a response that another isolate had made (ms since epoch). */
  confirmedBehindAt = 0;
  /** This isolate's knowledge of its data centre's entries. */
  readonly entries: KnownEntries = { tried: { version: 0, tag: undefined, at: 0 } };
  /** The version of the head that the data centre was last seen to share, and when (ms since epoch). */
  sharedHead: { version: number; at: number } | undefined;
  /** When a look for a shared head last found none that helps (ms since epoch). */
  noSharedHeadAt = 0;
  /** The times at which flags change by themselves, perhaps of an earlier version. `undefined` until a stream asks. */
  schedule: FlagSchedule | undefined;
  /** The time of the last attempt to read the schedule, and the pause before the next one (ms). */
  scheduleAttempt = { at: 0, pauseMs: 0 };
  /** When the last head check failed (ms since epoch); 0 if it succeeded. */
  #headCheckFailedAt = 0;
  /** When the store last found no such environment, and the version that the isolate knew then. */
  #absent: { at: number; version: number } | undefined;
  #tooLargeAt: number | undefined;
  #flagSet: FlagSetView | undefined;

  constructor(name: string, memory: MemoryEnvironment<CompiledFlag>) {
    this.name = name;
    this.memory = memory;
  }

  /** The newest version that this isolate has seen, 0 before the first. */
  get version(): number {
    return this.memory.version;
  }

  /** Whether evaluations may be served from memory without any I/O. */
  isWarm(now: number, headCheckMs: number): boolean {
    return this.memory.keys !== undefined && isWithin(this.memory.checkedAt, headCheckMs, now);
  }

  /**
   * Whether the isolate's SDK keys, even superseded ones, lack this key. While it knows no keys, a load brings them,
   * unless the environment did not exist a moment ago: it may have been created again with this key.
   */
  lacksKey(keyId: string, now: number): boolean {
    const keys: KeyTable | undefined = this.memory.lastKeys;
    return keys === undefined ? this.isAbsent(now) : !Object.hasOwn(keys, keyId);
  }

  /** Whether the current index says that the environment has no such flag. */
  lacksFlag(flagKey: string): boolean {
    const { index } = this.memory;
    return index !== undefined && !holdsKey(index, flagKey);
  }

  /** Whether the isolate knows that the flag is hidden from client keys at the current version. */
  hidesFlag(flagKey: string): boolean {
    return this.memory.isHidden(flagKey) || this.memory.current(flagKey)?.value?.clientVisible === false;
  }

  /** Whether this isolate holds no information, however old, about a flag of this name. */
  hasNeverSeen(flagKey: string): boolean {
    const { lastIndex } = this.memory;
    return this.memory.peek(flagKey) === undefined && (lastIndex === undefined || !holdsKey(lastIndex, flagKey));
  }

  /**
   * The version at which the flag is known to be absent or present, from L1's entry or from an index; `undefined` if
   * neither says so. For outages.
   */
  heldVersion(flagKey: string): number | undefined {
    const { memory } = this;
    const entry = memory.peek(flagKey);
    if (entry !== undefined) return entry.expiresAt === SUPERSEDED ? entry.asOf : memory.version;
    const { lastIndex } = memory;
    return lastIndex === undefined || holdsKey(lastIndex, flagKey) ? undefined : memory.indexAsOf;
  }

  /**
   * Returns all flags if L1 holds each of them fresh, or at all with `orStale`; else `undefined`. The set is built once
   * for each change of L1's entries.
   */
  flagSet(now: number, { orStale }: { orStale: boolean }): FlagSetView | undefined {
    const known = this.#flagSet;
    if (known?.generation === this.memory.generation && (orStale || this.#isFresh(known, now))) return known;
    const built = viewOf(this.memory, orStale);
    if (built !== undefined) this.#flagSet = built;
    return built;
  }

  #isFresh({ oldestAt, youngestAt, expiresAt }: FlagSetView, now: number): boolean {
    return youngestAt <= now && now < expiresAt && !this.memory.isBrokenSince(oldestAt, now);
  }

  /** The last head check failed, and no tier has returned anything since. */
  get isFailing(): boolean {
    return this.#headCheckFailedAt !== 0;
  }

  hasJustFailed(now: number): boolean {
    return this.isFailing && isWithin(this.#headCheckFailedAt, RETRY_CHECK_MS, now);
  }

  headCheckFailed(now: number): void {
    this.#headCheckFailedAt = now;
  }

  /** The head was confirmed, or a tier has returned what it was asked for. */
  recovered(): void {
    this.#headCheckFailedAt = 0;
  }

  /** Whether the store has just found no such environment, and no change has come in since. */
  isAbsent(now: number): boolean {
    const absent = this.#absent;
    return absent !== undefined && absent.version === this.version && isWithin(absent.at, ABSENT_MS, now);
  }

  /** Remembers that there was no such environment when the isolate knew this version of it. */
  markAbsent(now: number, version: number): void {
    this.#absent = { at: now, version };
  }

  /** L1 had no room for the whole environment a moment ago: loading it again would only evict the rest. */
  isTooLarge(now: number): boolean {
    return this.#tooLargeAt !== undefined && isWithin(this.#tooLargeAt, TOO_LARGE_MS, now);
  }

  /** Returns whether this is news. */
  markTooLarge(now: number): boolean {
    const isNews = this.#tooLargeAt === undefined;
    if (!this.isTooLarge(now)) this.#tooLargeAt = now;
    return isNews;
  }
}

/** The environments that one isolate knows. */
export class Environments {
  readonly #l1: MemoryTier<CompiledFlag>;
  readonly #states = new Map<string, EnvironmentState>();

  constructor(l1: MemoryTier<CompiledFlag>) {
    this.#l1 = l1;
  }

  /** How many states are held. */
  get size(): number {
    return this.#states.size;
  }

  /** Returns the state, creating it if it is new or if L1 has evicted the environment since. */
  of(name: string): EnvironmentState {
    const memory = this.#l1.environment(name);
    const known = this.#states.get(name);
    if (known?.memory === memory) return known;
    const state = new EnvironmentState(name, memory);
    this.#states.set(name, state);
    this.#dropEvicted();
    return state;
  }

  /** Environments that L1 has evicted would otherwise stay for ever. */
  #dropEvicted(): void {
    if (this.#states.size <= this.#l1.maxEnvironments) return;
    for (const [name, { memory }] of this.#states) if (this.#l1.peek(name) !== memory) this.#states.delete(name);
  }
}
