import type { SingleFlight } from "../../resilience/single-flight.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import { type FlagDocument, SCHEMA_VERSION } from "../../flags/document.ts";
import { type Clock, isWithin } from "../../ops/clock.ts";
import { errorFields, type Log } from "../../ops/log.ts";
import type { EdgeCache } from "../../ops/runtime.ts";
import type { EnvironmentState, KnownSnapshot } from "../environment.ts";
import type { LoadOutcome } from "../read/loader.ts";
import type { RequestScope } from "../request-scope.ts";
import { prepareToCompileText } from "../../evaluation/prepare.ts";
import { within } from "../../resilience/deadline.ts";
import { MAX_SNAPSHOT_CHARS, readSnapshot, type Snapshot, type SnapshotContent, writeSnapshot } from "./snapshot.ts";

/** The data centre may keep a snapshot that nobody renews for this long (seconds). */
const TTL_SECONDS = 30 * 24 * 3600;
/** A snapshot whose version does not move is renewed after this, long before it expires (ms). */
const RENEW_MS = 24 * 3600 * 1000;
/**
 * No isolate is this far behind (ms). So if a lower version was the newest this much later than a higher one, the
 * database was restored in between.
 */
const MAX_LAG_MS = 10 * 60_000;
/** A data centre's cache that takes longer than this counts as empty (ms). */
const READ_BUDGET_MS = 1000;
/** An isolate remembers for this long that there is no snapshot (ms). */
const ABSENT_MS = 10_000;

const VERSION_HEADER = "x-flags-version";
const TAKEN_AT_HEADER = "x-taken-at";

export interface SnapshotsOptions {
  /** Opens the data centre's cache. `undefined` if no snapshots are kept there. */
  open: (() => Promise<EdgeCache>) | undefined;
  prefix: string;
  /** The least time between two snapshots of one environment by one isolate (seconds). */
  everySeconds: number;
  /** The snapshots that were bundled at deployment: text by environment. */
  bundled: () => Promise<Readonly<Record<string, string>>>;
  /** Brings a whole environment into L1. */
  loadAll: (state: EnvironmentState, scope: RequestScope) => Promise<LoadOutcome>;
  compile: (document: FlagDocument) => CompiledFlag;
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
 * The last known good that outlives an isolate. While the tiers respond, snapshots are written to the data centre's
 * cache behind the responses. During an outage they are read from there, or from the bundle, and held until a tier
 * responds again. Entries carry no tag: a purge makes a snapshot old, and the response says how old, but a purge never
 * deletes it.
 */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  readonly #skipped = new Set<string>();
  /** By environment, in the order of reading. */
  readonly #held = new Map<string, Held>();

  constructor(options: SnapshotsOptions) {
    this.#options = options;
  }

  /** Returns the newest snapshot, with one look-up per environment and outage. Never throws, and asks no backend. */
  async read(environment: string, scope: RequestScope): Promise<Snapshot | undefined> {
    const { clock, flights } = this.#options;
    const held = this.#held.get(environment);
    // If there was no snapshot, look again after a while.
    const isCurrent = held?.snapshot !== undefined || isWithin(held?.readAt ?? 0, ABSENT_MS, clock.now());
    if (held !== undefined && isCurrent) return held.snapshot;
    return flights.run(`snapshot:${environment}`, () => this.#find(environment), scope);
  }

  /** Ends the outage after a tier has responded, and renews the data centre's snapshot if that is due. */
  tierResponded(state: EnvironmentState, scope: RequestScope): void {
    const { name: environment } = state;
    this.#held.delete(environment);
    const { open, everySeconds, clock, log } = this.#options;
    if (open === undefined || state.version === 0) return;
    const now = clock.now();
    const everyMs = everySeconds * 1000;
    const known = (state.snapshot ??= { seenAt: now, triedAt: 0, version: 0, takenAt: 0 });
    if (isWithin(known.triedAt, everyMs, now) || isRecent(known, takenOf(state), now)) return;
    // An isolate that holds only some of the flags reads the rest, but not behind its first responses.
    if (isWithin(known.seenAt, everyMs, now) && documentsOf(state) === undefined) return;
    known.triedAt = now;
    scope.waitUntil(
      this.#renew(state, known, open, scope).catch((error: unknown) =>
        log.warn("snapshot_failed", { environment, ...errorFields(error) }),
      ),
    );
  }

  async #find(environment: string): Promise<Snapshot | undefined> {
    const { open, bundled, compile, clock, log } = this.#options;
    const note = (error: unknown) => log.warn("snapshot_unreadable", { environment, ...errorFields(error) });
    const texts = await Promise.all([
      within(this.#match(environment, open), READ_BUDGET_MS, clock).catch(note),
      bundled().then((all) => (Object.hasOwn(all, environment) ? all[environment] : undefined), note),
    ]);
    let newest: Snapshot | undefined;
    for (const text of texts) {
      if (typeof text === "string") await prepareToCompileText(text);
      const snapshot = typeof text === "string" ? readSnapshot(text, compile) : undefined;
      if (snapshot !== undefined && (newest === undefined || isNewer(snapshot, newest))) newest = snapshot;
    }
    const now = clock.now();
    if (newest !== undefined) {
      const ageSeconds = Math.floor((now - newest.takenAt) / 1000);
      log.warn("snapshot_served", { environment, version: newest.version, ageSeconds });
    }
    this.#hold(environment, { snapshot: newest, readAt: now });
    return newest;
  }

  async #match(environment: string, open: SnapshotsOptions["open"]): Promise<string | undefined> {
    const response = await (await open?.())?.match(this.#url(environment));
    return response?.text();
  }

  /** All held snapshots together are at most as large as one snapshot may be. */
  #hold(environment: string, held: Held): void {
    this.#held.delete(environment);
    this.#held.set(environment, held);
    let chars = 0;
    for (const { snapshot } of this.#held.values()) chars += snapshot?.size ?? 0;
    for (const [oldest, { snapshot }] of this.#held) {
      if (chars <= MAX_SNAPSHOT_CHARS || oldest === environment) return;
      this.#held.delete(oldest);
      chars -= snapshot?.size ?? 0;
    }
  }

  async #renew(
    state: EnvironmentState,
    known: KnownSnapshot,
    open: () => Promise<EdgeCache>,
    scope: RequestScope,
  ): Promise<void> {
    const { loadAll, clock } = this.#options;
    const url = this.#url(state.name);
    const cache = await open();
    const stored = await cache.match(url);
    await stored?.body?.cancel();
    const theirs = {
      version: Number(stored?.headers.get(VERSION_HEADER) ?? 0),
      takenAt: Number(stored?.headers.get(TAKEN_AT_HEADER) ?? 0),
    };
    // Another isolate of this data centre was quicker, or knows a later version.
    if (isRecent(theirs, takenOf(state), clock.now())) {
      Object.assign(known, theirs);
      return;
    }
    if (documentsOf(state) === undefined) {
      const outcome = await loadAll(state, { waitUntil: (promise) => scope.waitUntil(promise) });
      if (outcome !== "L2" && outcome !== "L3") return;
    }
    const { keys, version, checkedAt: takenAt } = state.memory;
    const documents = documentsOf(state);
    const text = documents && keys && writeSnapshot({ version, takenAt, keys, documents });
    if (text === undefined) {
      this.#skip(state.name, documents === undefined ? "does not fit into L1" : "too large");
    } else {
      const headers = {
        "content-type": "text/plain; charset=utf-8",
        "cache-control": `public, max-age=${TTL_SECONDS}`,
        [VERSION_HEADER]: String(version),
        [TAKEN_AT_HEADER]: String(takenAt),
      };
      await cache.put(url, new Response(text, { headers }));
    }
    Object.assign(known, { version, takenAt });
  }

  /** Logs once per environment, because a log line for every change would help nobody. */
  #skip(environment: string, reason: string): void {
    if (this.#skipped.has(environment)) return;
    this.#skipped.add(environment);
    this.#options.log.warn("snapshot_skipped", { environment, reason });
  }

  #url(environment: string): string {
    return `https://cache.invalid/${this.#options.prefix}/snapshot/${SCHEMA_VERSION}/${environment}`;
  }
}

interface Taken {
  version: number;
  /** When the version was last known to be the newest (ms since epoch). */
  takenAt: number;
}

function takenOf({ memory: { version, checkedAt } }: EnvironmentState): Taken {
  return { version, takenAt: checkedAt };
}

/** Whether replacing their snapshot would gain nothing. */
function isRecent({ version, takenAt }: Taken, ours: Taken, now: number): boolean {
  // A time that lies ahead is from before the clock was set back, and says nothing about the order of versions.
  const theirs = { version, takenAt: Math.min(takenAt, now) };
  return isNewer(theirs, ours) || (version === ours.version && !isOld(theirs, now));
}

/**
 * Whether the version is later, unless the other was the newest so much later that the versions must have gone back.
 */
function isNewer(one: Taken, other: Taken): boolean {
  return one.version > other.version
    ? other.takenAt - one.takenAt < MAX_LAG_MS
    : one.version < other.version && one.takenAt - other.takenAt >= MAX_LAG_MS;
}

function isOld({ takenAt }: { takenAt: number }, now: number): boolean {
  return !isWithin(takenAt, RENEW_MS, now);
}

/** Each document of the environment as JSON, sorted by key and right at its version; `undefined` if one is missing. */
function documentsOf({ memory }: EnvironmentState): SnapshotContent["documents"] | undefined {
  if (memory.index === undefined || memory.keys === undefined) return undefined;
  const documents: [string, string][] = [];
  for (const key of memory.index) {
    const flag = memory.current(key)?.value;
    if (!flag) return undefined;
    documents.push([key, flag.documentText]);
  }
  return documents;
}
