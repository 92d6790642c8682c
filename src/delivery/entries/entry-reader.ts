import type { TieredCache } from "../../cache/tiered-cache.ts";
import { parseJson } from "../../cache/redis/reading-text.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import { parseCachedDocument } from "../../flags/cached-document.ts";
import type { FlagDocument } from "../../flags/document.ts";
import { partsOf, type Reading } from "../../flags/reading.ts";
import { type Clock, isWithin } from "../../ops/clock.ts";
import { within } from "../../resilience/deadline.ts";
import type { SingleFlight } from "../../resilience/single-flight.ts";
import type { EnvironmentState } from "../environment.ts";
import type { RequestScope } from "../request-scope.ts";
import { dropOldest } from "./drop-oldest.ts";
import type { EntryStore } from "./entry-store.ts";
import { isSame, type TaggedVersion } from "./entry-text.ts";
import type { HeldEntry } from "./held-entry.ts";
import type { SharedHeads } from "./shared-heads.ts";

/** A data centre's cache that takes longer than this for an environment counts as empty (ms). */
const READ_BUDGET_MS = 200;
/** An isolate keeps at most this much text of entries for the flags that it has not been asked for yet (characters). */
const MAX_HELD_CHARS = 8 * 1024 * 1024;

export interface EntryReaderOptions {
  store: EntryStore;
  heads: SharedHeads;
  tiers: TieredCache<CompiledFlag>;
  flights: SingleFlight;
  clock: Clock;
  headCheckMs: number;
  /** The number of documents that are parsed at once. */
  partFlags?: number;
}

interface Held {
  entry: HeldEntry;
  /** The memory that the entry belongs to, and how often it had met another history when the entry was read. */
  memory: EnvironmentState["memory"];
  histories: number;
}

/** Brings flags from the data centre's entries into L1, so that an isolate begins without asking a tier behind it. */
export class EntryReader {
  readonly #options: EntryReaderOptions;
  /** By environment, in the order of use. */
  readonly #held = new Map<string, Held>();

  constructor(options: EntryReaderOptions) {
    this.#options = options;
  }

  /**
   * Brings the flags and the SDK keys into L1, at a head that is confirmed. Returns false if the data centre lacks any
   * of them. Never throws.
   */
  async bring(state: EnvironmentState, flagKeys: readonly string[] | "all", scope: RequestScope): Promise<boolean> {
    const brought = this.#bring(state, flagKeys, scope).catch(() => false);
    return (await within(brought, READ_BUDGET_MS, this.#options.clock)) ?? false;
  }

  async #bring(state: EnvironmentState, flagKeys: readonly string[] | "all", scope: RequestScope): Promise<boolean> {
    const { store, heads, clock, headCheckMs } = this.#options;
    const { minVersion = 0 } = scope;
    const { name, memory } = state;
    const isConfirmed = isWithin(memory.checkedAt, headCheckMs, clock.now()) && memory.version >= minVersion;
    if (!isConfirmed && !(await heads.take(state, scope))) return false;
    const entry = this.#usable(state, flagKeys) ?? (await this.#read(state, scope));
    const isComplete = entry !== undefined && (await store.addShards(name, entry, flagKeys));
    this.#dropOldest(name);
    if (!isComplete) {
      state.entries.isAnyLost = true;
      return false;
    }
    return this.#promote(state, entry, flagKeys);
  }

  /** The entry whose flags this isolate has used, or `undefined`. */
  #heldFor(state: EnvironmentState): HeldEntry | undefined {
    const held = this.#held.get(state.name);
    if (held === undefined) return undefined;
    const { memory, histories } = held;
    return memory === state.memory && histories === memory.histories ? held.entry : undefined;
  }

  /** Returns the entry held here if no change since its version concerns the flags. */
  #usable(state: EnvironmentState, flagKeys: readonly string[] | "all"): HeldEntry | undefined {
    const entry = this.#heldFor(state);
    if (entry === undefined) return undefined;
    const changed = state.memory.changedSince(entry.version);
    if (changed === "*" || (flagKeys === "all" && changed.size > 0)) return undefined;
    return flagKeys !== "all" && flagKeys.some((key) => changed.has(key)) ? undefined : entry;
  }

  /** Reads the entry of the version that L1 has; once for all requests that ask at the same time. */
  async #read(state: EnvironmentState, scope: RequestScope): Promise<HeldEntry | undefined> {
    const { version, tag } = state.memory;
    if (tag === undefined) return undefined;
    const read = () => this.#hold(state, { version, tag });
    await this.#options.flights.run(`entry:${state.name}/${version}/${tag}`, read, scope);
    const entry = this.#heldFor(state);
    return entry !== undefined && isSame(entry, { version, tag }) ? entry : undefined;
  }

  async #hold(state: EnvironmentState, { version, tag }: TaggedVersion): Promise<void> {
    const { name, memory } = state;
    const { histories } = memory;
    const entry = await this.#options.store.environment(name, { version, tag });
    if (entry === undefined) return;
    this.#held.set(name, { entry, memory, histories });
    state.entries.stored = { version, tag, takenAt: entry.takenAt };
    state.entries.whole = { ...entry.whole, histories };
  }

  /** Bounds the text that is held. The entry in use counts as the newest, because it may have grown by shards. */
  #dropOldest(environment: string): void {
    const held = this.#held.get(environment);
    if (held === undefined) return;
    this.#held.delete(environment);
    this.#held.set(environment, held);
    dropOldest(this.#held, MAX_HELD_CHARS, ({ entry }) => entry.size);
  }

  /** Compiles the flags into L1. Returns whether all of them are there, which a change in the meantime prevents. */
  async #promote(state: EnvironmentState, entry: HeldEntry, flagKeys: readonly string[] | "all"): Promise<boolean> {
    const { tiers, store, partFlags } = this.#options;
    const { memory } = state;
    const { histories } = memory;
    for (const reading of readingsOf(entry, flagKeys, store.schemaVersion, partFlags)) {
      if (reading === undefined) return false;
      await tiers.prepared(reading);
      if (histories !== memory.histories) return false;
      tiers.take(state.name, reading);
    }
    const isHeld = (key: string) => memory.current(key) !== undefined;
    if (flagKeys !== "all") return flagKeys.every(isHeld);
    // Every flag is in L1 now, so the text would only take room.
    this.#held.delete(state.name);
    return memory.index?.every(isHeld) === true && memory.keys !== undefined;
  }
}

type Line = readonly [flagKey: string, text: string | undefined];

/** Reads flags of an entry in parts, each parsed on demand. A part is `undefined` if one of its flags is damaged. */
function* readingsOf(
  entry: HeldEntry,
  flagKeys: readonly string[] | "all",
  schemaVersion: number,
  partFlags: number | undefined,
): Generator<Reading | undefined> {
  const isAll = flagKeys === "all";
  const lines: Line[] = isAll ? entry.flags() : flagKeys.map((key) => [key, entry.document(key)]);
  const [first, ...rest] = partsOf(lines, partFlags);
  const reading = readingOf(entry, first, schemaVersion);
  const isAnyAbsent = lines.some(([, text]) => text === undefined);
  // With the index, the isolate need not look again for the next name that somebody makes up, or for a hidden one.
  const hasIndex = isAll || (isAnyAbsent && entry.whole.shards.length === 0);
  const index = hasIndex ? (isAll ? lines : entry.flags()).map(([key]) => key) : undefined;
  yield reading && { ...reading, keys: entry.keys, ...(index !== undefined && { index, hidden: entry.hidden() }) };
  for (const part of rest) yield readingOf(entry, part, schemaVersion);
}

/** Parses some lines of an entry. Returns `undefined` if one of them is damaged. */
function readingOf({ version: asOf, tag }: HeldEntry, lines: readonly Line[], schemaVersion: number) {
  const flags = new Map<string, FlagDocument | null>();
  const texts = new Map<string, string>();
  for (const [key, text] of lines) {
    const document = text === undefined ? null : parseCachedDocument(parseJson(text), schemaVersion);
    if (document === undefined) return undefined;
    flags.set(key, document);
    if (text !== undefined) texts.set(key, text);
  }
  return { asOf, tag, flags, texts };
}
