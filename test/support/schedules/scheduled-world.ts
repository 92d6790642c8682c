import { parseHead } from "../../../src/cache/redis/head-text.ts";
import { formatDocument, pairsOf } from "../../../src/cache/redis/reading-text.ts";
import { SchemaFields } from "../../../src/cache/redis/schema-fields.ts";
import type { EntryCache } from "../../../src/delivery/entries/entry-cache.ts";
import type { Publication } from "../../../src/delivery/publish/publisher.ts";
import { INDEX_FIELD, KEYS_FIELD } from "../../../src/flags/changes.ts";
import { SCHEMA_VERSION } from "../../../src/flags/document.ts";
import type { Outbox } from "../../../src/store/outbox.ts";
import type { Reading } from "../../../src/flags/reading.ts";
import { FakeClock } from "../fake-clock.ts";
import { RememberedRedis } from "./remembered-redis.ts";
import { ENVIRONMENT, type IsolateWorld, PREFIX, type WorldOptions } from "./isolate-world.ts";
import { ScheduledDataCentre } from "./scheduled-data-centre.ts";
import { ScheduledIsolate } from "./scheduled-isolate.ts";
import type { Schedule } from "./schedules.ts";
import { VersionHistory, type Write } from "./version-history.ts";

/** The first part of an entry's name. */
type EntryKind = "head" | "environment" | "newest" | "claim";

/** The lifetime of a head that the data centre keeps, as in the worker. */
const KEPT_MS = 30_000;
const HASH = `${PREFIX}:feature_flag:${ENVIRONMENT}`;
const OLDER_CHANGES = `${PREFIX}:older_changes:${ENVIRONMENT}`;

/**
 * The worker's tiers, loader, source, publisher and sweep, with a store in memory and the real Redis scripts. Every
 * command, statement and commit is a step of the schedule.
 */
export class ScheduledWorld implements IsolateWorld {
  readonly store: VersionHistory;
  readonly clock = new FakeClock();
  readonly schedule: Schedule;
  readonly options: WorldOptions;
  readonly isolates: ScheduledIsolate[] = [];
  /** The problems with results since the last check. */
  readonly problems: string[] = [];
  /** The purges that L2 has applied. */
  readonly purged: { version: number; at: number }[] = [];
  /** The version up to which the outbox is done. */
  doneUpTo = 0;
  readonly #writes: string[] = [];
  readonly #primary = new RememberedRedis(HASH, OLDER_CHANGES);
  readonly #replica = new RememberedRedis(HASH, OLDER_CHANGES);
  readonly #dataCentre: ScheduledDataCentre;
  #checked: readonly string[] = [];
  #checkedWrites = 0;

  constructor(schedule: Schedule, options: WorldOptions = {}) {
    this.schedule = schedule;
    this.options = options;
    this.store = new VersionHistory(options.hidesRestoresInChanges);
    const { now } = this.clock;
    schedule.now = now;
    const io: IsolateWorld["io"] = (who, name, apply) => this.io(who, name, apply);
    this.#dataCentre = new ScheduledDataCentre({ schedule, now, io, without: options.entriesWithout });
  }

  add(count: number): ScheduledIsolate[] {
    return Array.from({ length: count }, () => {
      const isolate = new ScheduledIsolate(this, this.isolates.length);
      this.isolates.push(isolate);
      return isolate;
    });
  }

  io<T>(who: string, name: string, apply: () => T): Promise<T> {
    const { schedule } = this;
    return this.options.hasSlowReplies === true ? schedule.slowIo(who, name, apply) : schedule.io(who, name, apply);
  }

  /** Commits a write in the store. */
  commit(who: string, kind: Write, key: string): Promise<Publication> {
    return this.io(who, `commits ${kind} of ${key}`, () => this.write(kind, key));
  }

  write(kind: Write, key: string): Publication {
    this.store.write(kind, key);
    this.#writes.push(`${kind} ${key}`);
    const { version } = this.store;
    const reading = this.options.writesThrough === true ? this.reading([key], this.doneUpTo) : undefined;
    const pending = this.store.changes(this.doneUpTo, version);
    return { version, tag: this.store.tagOf(version), pending, reading };
  }

  /** Moves the clock, which all processes share. */
  pass(who: string, ms: number): Promise<void> {
    return this.schedule.io(who, `lets ${ms} ms pass`, () => this.clock.advance(ms));
  }

  /** Removes all entries of these kinds from the data centre, as Cloudflare may at any time. */
  evictNow(...kinds: EntryKind[]): void {
    this.#dataCentre.evict(kinds);
  }

  evict(...kinds: EntryKind[]): Promise<void> {
    return this.schedule.io("the data centre", `evicts ${kinds.join(" and ")}`, () => this.evictNow(...kinds));
  }

  /** Restores the database as it was at an earlier version. */
  restoreNow(version: number): void {
    this.store.restore(version);
    this.doneUpTo = Math.min(this.doneUpTo, version);
    this.#writes.push(`restore ${version}`);
  }

  loseRedis(): Promise<void> {
    return this.schedule.io("Redis", "loses everything", () => this.loseRedisNow());
  }

  loseRedisNow(): void {
    this.#primary.clear();
  }

  copyRedis(): Promise<void> {
    return this.schedule.io("the replica", "catches up", () => this.copyNow());
  }

  copyNow(): void {
    this.#replica.copy(this.#primary);
  }

  command(who: string, command: readonly string[]): Promise<unknown> {
    const [name = ""] = command;
    const isRead = name === "HMGET" || name === "HGETALL" || name === "EVAL_RO";
    const redis = isRead && this.options.hasReplica === true ? this.#replica : this.#primary;
    const [mode, ...args] = command.slice(5);
    // A fill runs in `waitUntil`, so nothing in the isolate waits for it.
    if (mode === "fill")
      return this.schedule.io(`${who}'s waitUntil`, `fill ${args.join(" ")}`, () => redis.call(command));
    const what =
      name === "EVAL" ? `${mode} ${args[0]}` : `${name} ${command.slice(name === "EVAL_RO" ? 5 : 2).join(" ")}`;
    return this.io(who, what, () => redis.call(command));
  }

  /** Returns the data centre's cache, for one isolate and its clock. */
  entryCache(who: string, now: () => number): EntryCache {
    return this.#dataCentre.cacheOf(who, now);
  }

  /** Returns Cloudflare's purge API. The purge reaches the data centre in a later step. */
  purgeApi(who: string): typeof fetch {
    let calls = 0;
    return async (_url, init) => {
      calls += 1;
      const { tags } = JSON.parse(init?.body as string) as { tags: string[] };
      const arrive = () => this.schedule.io("a purge", "arrives", () => this.#dataCentre.purge(tags));
      const { keptHeads } = this.options;
      const doesArrive = keptHeads === "purged" || (keptHeads === "purged once" && calls === 1);
      await this.io(who, "calls the purge API", () => void (doesArrive && arrive()));
      return Response.json({ success: true });
    };
  }

  reading(flagKeys: readonly string[] | "all", since: number | undefined): Reading {
    const { asOf, tag, changes, flags, keys, index } = this.store.read(flagKeys, since);
    return { asOf, tag, changes, flags: new Map(flags), keys: keys ?? {}, index };
  }

  outbox(who: string): Outbox {
    // Every isolate purges the same targets.
    const targets = { redis: "redis", ...(this.hasPurge && { edge: "zone" }) };
    return {
      targets,
      readUnconfirmed: () =>
        this.io(who, "reads the outbox", () => {
          const { version } = this.store;
          const pending = this.store.changes(this.doneUpTo, version);
          const written = new Map(
            pending.length === 0 ? [] : [[ENVIRONMENT, { version, tag: this.store.tagOf(version), pending }]],
          );
          const versionTags = new Map([[ENVIRONMENT, this.store.tagOf(version)]]);
          return { versions: new Map([[ENVIRONMENT, version]]), tags: versionTags, pending: written };
        }),
      raiseVersions: (seen, step) =>
        this.io(who, "raises versions", () => {
          const head = seen.get(ENVIRONMENT) ?? 0;
          const from = this.store.version;
          if (from >= head) return [];
          this.store.raise(head + step);
          this.#writes.push(`raise ${head + step}`);
          return [{ environment: ENVIRONMENT, from, to: head + step }];
        }),
      confirm: (_environment, upTo, acceptedBy) =>
        this.io(who, `confirms ${upTo}`, () => {
          if (acceptedBy.length === Object.keys(targets).length) this.doneUpTo = Math.max(this.doneUpTo, upTo);
        }),
      pruneOutbox: () => Promise.resolve({ hasWebhooks: false }),
    };
  }

  /**
   * Returns the version that a request must see now: the newest one purged at least a second ago. Where a source may
   * lag, a request may see any version, and only `settle` checks.
   */
  floor(): number {
    const { losesRedis, hasReplica, restoresStore, clocks = [0] } = this.options;
    if (losesRedis === true || hasReplica === true || restoresStore === true || this.hasPurge) return 0;
    // Without a purge, a shared head may be older by the difference between two clocks.
    const before = this.clock.now() - 1000 - (Math.max(...clocks) - Math.min(...clocks));
    return Math.max(0, ...this.purged.filter(({ at }) => at <= before).map(({ version }) => version));
  }

  shared(): string {
    const copy = this.options.hasReplica === true ? this.#replica.contents : "";
    const { doneUpTo, purged } = this;
    const redis = this.#primary.contents;
    return JSON.stringify([this.clock.now(), doneUpTo, this.#writes, redis, copy, purged, this.#dataCentre.contents]);
  }

  /** Returns a problem if Redis differs from its head, an isolate differs from its version, or a result is wrong. */
  check(): string | undefined {
    const isNew = this.#checked !== this.#primary.hash;
    this.#checked = this.#primary.hash;
    const areEntriesNew = this.#checkedWrites !== this.#dataCentre.writes;
    this.#checkedWrites = this.#dataCentre.writes;
    const [problem] = this.problems.splice(0);
    return (
      problem ??
      (isNew ? this.#wrongInRedis() : undefined) ??
      (areEntriesNew ? this.#dataCentre.wrong(this.store) : undefined) ??
      this.isolates.map((one) => one.wrong()).find(Boolean)
    );
  }

  /** Publishes and copies everything. Every isolate, including a new one, must then return the newest version. */
  async settle(): Promise<string | undefined> {
    const { keptHeads } = this.options;
    const [publisher] = this.add(1);
    // A sweep would hide a lost purge by purging again, but only a sweep is sure to notice a restore.
    if (!this.hasPurge || this.options.restoresStore === true) await this.schedule.drain(publisher!.sweep());
    if (this.options.hasReplica === true) this.copyNow();
    // The API call for a purge is repeated after 2 s and after 8 s.
    for (const ms of this.hasPurge && keptHeads !== "not purged" ? [2000, 6000] : []) {
      await this.clock.advance(ms);
      await this.schedule.drain(Promise.resolve());
    }
    if (keptHeads === "not purged") await this.clock.advance(KEPT_MS);
    await this.clock.advance(1001 + Math.max(0, ...(this.options.clocks ?? [])));
    this.add(1);
    const { version } = this.store;
    for (const isolate of this.isolates) {
      const seen = await this.schedule.drain(isolate.ask("a"));
      if (seen !== version) this.problems.push(`in the end isolate ${isolate.name} returns an old version`);
    }
    return this.check();
  }

  get hasPurge(): boolean {
    const { keptHeads } = this.options;
    return keptHeads !== undefined && keptHeads !== "no transport";
  }

  #wrongInRedis(): string | undefined {
    const fields = pairsOf(this.#primary.hash) ?? new Map<string, string>();
    const head = parseHead(fields.get("@head") ?? "", fields.get("@tag"));
    if (!head) return fields.size === 0 ? undefined : "L2 has fields without a head";
    const state = this.store.tagged(head.tag ?? "");
    if (state === undefined || !this.store.allAt(head.version).includes(state))
      return "L2 has no tag, or another version's";
    const { flags, index, keys } = state;
    for (const version of this.options.schemaVersions ?? [SCHEMA_VERSION]) {
      for (const [name, text] of new SchemaFields(version).entriesOf(fields)) {
        const flag = flags.get(name);
        const other = name === INDEX_FIELD ? index : name === KEYS_FIELD ? keys : undefined;
        if (text !== (flag ? formatDocument(flag, version) : JSON.stringify(other)))
          return `L2 holds an old ${name} of schema version ${version}`;
      }
    }
    return undefined;
  }
}
