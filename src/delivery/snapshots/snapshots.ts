import type { MemoryEnvironment } from "../../cache/memory-environment.ts";
import type { SingleFlight } from "../../resilience/single-flight.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import { type FlagDocument, SCHEMA_VERSION } from "../../flags/document.ts";
import type { Clock } from "../../ops/clock.ts";
import { errorFields, type Log } from "../../ops/log.ts";
import type { EdgeCache } from "../../ops/runtime.ts";
import type { LoadOutcome } from "../read/loader.ts";
import type { RequestScope } from "../request-scope.ts";
import { within } from "../../resilience/deadline.ts";
import { MAX_SNAPSHOT_CHARS, readSnapshot, type Snapshot, writeSnapshot } from "./snapshot.ts";

/** How long the data centre may keep a snapshot that nobody renews (seconds). */
const TTL_SECONDS = 30 * 24 * 3600;
/** One whose version does not move is renewed all the same, long before it ends (ms). */
const RENEW_MS = 24 * 3600 * 1000;
/** A lower version that was the newest this much later (ms) shows that the database was restored: no isolate is so far behind. */
const WENT_BACK_MS = 10 * 60_000;
/** A data centre's cache that takes longer than this has nothing (ms). */
const READ_BUDGET_MS = 1000;
/** That there is no snapshot is remembered for this long (ms). */
const ABSENT_MS = 10_000;

const VERSION_HEADER = "x-flags-version";
const TAKEN_AT_HEADER = "x-taken-at";

export interface SnapshotsOptions {
  /** The data centre's cache; absent: no snapshots are kept there. */
  open: (() => Promise<EdgeCache>) | undefined;
  prefix: string;
  /** At least this long between two snapshots of one environment by one isolate (seconds). */
  everySeconds: number;
  /** What was bundled at deploy: text by environment. */
  bundled: () => Promise<Readonly<Record<string, string>>>;
  /** Brings a whole environment into L1. */
  loadAll: (environment: string, scope: RequestScope) => Promise<LoadOutcome>;
  compile: (document: FlagDocument) => CompiledFlag;
  flights: SingleFlight;
  clock: Clock;
  log: Log;
}

/** What an isolate knows of the data centre's snapshot of one environment. Times in ms since epoch. */
interface Kept {
  /** First time that this environment was answered from a tier. */
  seenAt: number;
  triedAt: number;
  version: number;
  takenAt: number;
}

interface Held {
  snapshot: Snapshot | undefined;
  /** ms since epoch. */
  until: number;
}

/**
 * The last known good that outlives an isolate. While the tiers answer, snapshots are written to the data centre's cache
 * behind the answers; in an outage they are read from there, or from the bundle, and held until a tier answers again.
 * Entries carry no tag: a purge makes a snapshot old, and it says how old, but never deletes it.
 */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  readonly #kept = new WeakMap<MemoryEnvironment<CompiledFlag>, Kept>();
  readonly #skipped = new Set<string>();
  /** In order of reading. */
  readonly #held = new Map<string, Held>();

  constructor(options: SnapshotsOptions) {
    this.#options = options;
  }

  /** The newest snapshot there is. One look-up per environment and outage; never throws, asks no backend. */
  async read(environment: string, scope: RequestScope): Promise<Snapshot | undefined> {
    const { clock, flights } = this.#options;
    const held = this.#held.get(environment);
    if (held !== undefined && clock.now() < held.until) return held.snapshot;
    return flights.run(`snapshot:${environment}`, () => this.#find(environment), scope);
  }

  /** A tier has answered: what was held for the outage goes, and the data centre's snapshot is renewed when it is due. */
  answered(environment: string, memory: MemoryEnvironment<CompiledFlag>, scope: RequestScope): void {
    this.#held.delete(environment);
    const { open, everySeconds, clock, log } = this.#options;
    if (open === undefined || memory.version === 0) return;
    const now = clock.now();
    const everyMs = everySeconds * 1000;
    let kept = this.#kept.get(memory);
    if (kept === undefined) {
      kept = { seenAt: now, triedAt: 0, version: 0, takenAt: 0 };
      this.#kept.set(memory, kept);
    }
    if (now - kept.triedAt < everyMs || isRecent(kept, takenOf(memory), now)) return;
    // An isolate that holds a part of it reads the rest, but not for its first answers.
    if (now - kept.seenAt < everyMs && documentsOf(memory) === undefined) return;
    kept.triedAt = now;
    scope.waitUntil(
      this.#renew(environment, memory, kept, open, scope).catch((error: unknown) =>
        log.warn("snapshot_failed", { environment, ...errorFields(error) }),
      ),
    );
  }

  async #find(environment: string): Promise<Snapshot | undefined> {
    const { open, bundled, compile, clock, log } = this.#options;
    const note = (error: unknown) => log.warn("snapshot_unreadable", { environment, ...errorFields(error) });
    const texts = await Promise.all([
      within(this.#match(environment, open), READ_BUDGET_MS).catch(note),
      bundled().then((all) => (Object.hasOwn(all, environment) ? all[environment] : undefined), note),
    ]);
    let newest: Snapshot | undefined;
    for (const text of texts) {
      const snapshot = typeof text === "string" ? readSnapshot(text, compile) : undefined;
      if (snapshot !== undefined && (newest === undefined || isNewer(snapshot, newest))) newest = snapshot;
    }
    const now = clock.now();
    if (newest !== undefined) {
      const ageSeconds = Math.floor((now - newest.takenAt) / 1000);
      log.warn("snapshot_served", { environment, version: newest.version, ageSeconds });
    }
    this.#hold(environment, { snapshot: newest, until: newest === undefined ? now + ABSENT_MS : Infinity });
    return newest;
  }

  async #match(environment: string, open: SnapshotsOptions["open"]): Promise<string | undefined> {
    const response = await (await open?.())?.match(this.#url(environment));
    return response?.text();
  }

  /** All that is held together is no larger than the largest snapshot may be. */
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
    environment: string,
    memory: MemoryEnvironment<CompiledFlag>,
    kept: Kept,
    open: () => Promise<EdgeCache>,
    scope: RequestScope,
  ): Promise<void> {
    const { loadAll, clock } = this.#options;
    const cache = await open();
    const there = await cache.match(this.#url(environment));
    await there?.body?.cancel();
    const theirs = {
      version: Number(there?.headers.get(VERSION_HEADER) ?? 0),
      takenAt: Number(there?.headers.get(TAKEN_AT_HEADER) ?? 0),
    };
    // Another isolate of this data centre was quicker, or knows more.
    if (isRecent(theirs, takenOf(memory), clock.now())) {
      Object.assign(kept, theirs);
      return;
    }
    if (documentsOf(memory) === undefined) {
      const outcome = await loadAll(environment, { waitUntil: (promise) => scope.waitUntil(promise) });
      if (outcome !== "L2" && outcome !== "L3") return;
    }
    const { keys, version, checkedAt: takenAt } = memory;
    const documents = documentsOf(memory);
    const text = documents && keys && writeSnapshot({ version, takenAt, keys, documents });
    if (text === undefined) {
      this.#skip(environment, documents === undefined ? "does not fit into L1" : "too large");
    } else {
      const headers = {
        "content-type": "text/plain; charset=utf-8",
        "cache-control": `public, max-age=${TTL_SECONDS}`,
        [VERSION_HEADER]: String(version),
        [TAKEN_AT_HEADER]: String(takenAt),
      };
      await cache.put(this.#url(environment), new Response(text, { headers }));
    }
    Object.assign(kept, { version, takenAt });
  }

  /** Once per environment, or a log would repeat it with every change. */
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
  /** ms since epoch at which the version was last known to be the newest. */
  takenAt: number;
}

function takenOf({ version, checkedAt }: MemoryEnvironment<CompiledFlag>): Taken {
  return { version, takenAt: checkedAt };
}

/** Nothing is gained by replacing it. */
function isRecent(theirs: Taken, ours: Taken, now: number): boolean {
  return isNewer(theirs, ours) || (theirs.version === ours.version && !isOld(theirs, now));
}

/** A later version, unless the other was the newest so much later that the versions must have gone back. */
function isNewer(one: Taken, other: Taken): boolean {
  return one.version > other.version
    ? other.takenAt - one.takenAt < WENT_BACK_MS
    : one.version < other.version && one.takenAt - other.takenAt >= WENT_BACK_MS;
}

function isOld({ takenAt }: { takenAt: number }, now: number): boolean {
  return now - takenAt >= RENEW_MS;
}

/** Every document of the environment, sorted by key, all true at its version; undefined when one is missing. */
function documentsOf(memory: MemoryEnvironment<CompiledFlag>): FlagDocument[] | undefined {
  if (memory.index === undefined || memory.keys === undefined) return undefined;
  const documents: FlagDocument[] = [];
  for (const key of memory.index) {
    const flag = memory.current(key)?.value;
    if (!flag) return undefined;
    documents.push(flag.document);
  }
  return documents;
}
