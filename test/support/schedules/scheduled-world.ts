import { parseHead } from "../../../src/cache/redis/head-text.ts";
import { formatDocument, pairsOf } from "../../../src/cache/redis/reading-text.ts";
import { SchemaFields } from "../../../src/cache/redis/schema-fields.ts";
import type { EntryStore, StoredHead } from "../../../src/delivery/entries/entry-store.ts";
import type { Publication } from "../../../src/delivery/publish/publisher.ts";
import { INDEX_FIELD, KEYS_FIELD } from "../../../src/flags/changes.ts";
import { SCHEMA_VERSION } from "../../../src/flags/document.ts";
import type { Outbox } from "../../../src/store/outbox.ts";
import type { Reading } from "../../../src/flags/reading.ts";
import { FakeClock } from "../fake-clock.ts";
import { RememberedRedis } from "./remembered-redis.ts";
import { ENVIRONMENT, PREFIX, ScheduledIsolate } from "./scheduled-isolate.ts";
import type { WorldOptions } from "./isolate-world.ts";
import type { Schedule } from "./schedules.ts";
import { VersionHistory, type Write } from "./version-history.ts";

/** The lifetime of a head that the data centre keeps, as in the worker. */
const KEPT_MS = 30_000;
const HASH = `${PREFIX}:feature_flag:${ENVIRONMENT}`;
const OLDER_CHANGES = `${PREFIX}:older_changes:${ENVIRONMENT}`;

/**
 * The worker's tiers, loader, source, publisher and sweep, with a store in memory and the real Redis scripts. Every
 * command, statement and commit is a step of the schedule.
 */
export class ScheduledWorld {
  readonly store = new VersionHistory();
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
  #keptHead: { head: StoredHead; until: number } | undefined;
  #checked: readonly string[] = [];

  constructor(schedule: Schedule, options: WorldOptions = {}) {
    this.schedule = schedule;
    this.options = options;
    schedule.now = this.clock.now;
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

  /** Removes the head from the data centre, as Cloudflare may at any time. */
  evictKeptHead(): void {
    this.#keptHead = undefined;
  }

  loseRedis(): Promise<void> {
    return this.schedule.io("Redis", "loses everything", () => this.#primary.clear());
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

  /** Returns the data centre's store of heads, for one isolate. */
  keptHeads(who: string): Pick<EntryStore, "head" | "putHead"> {
    return {
      head: () =>
        this.io(who, "looks for a kept head", () =>
          this.#keptHead && this.clock.now() < this.#keptHead.until ? this.#keptHead.head : undefined,
        ),
      putHead: (_environment, head) =>
        this.schedule.io(`${who}'s waitUntil`, `keeps head ${head.version}`, () => {
          this.#keptHead = { head, until: this.clock.now() + KEPT_MS };
        }),
    };
  }

  /** Returns Cloudflare's purge API. The purge reaches the data centre in a later step. */
  purgeApi(who: string): typeof fetch {
    const arrive = () => this.schedule.io("a purge", "arrives", () => void (this.#keptHead = undefined));
    let calls = 0;
    return async () => {
      calls += 1;
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
    const targets = { redis: "redis", ...(this.options.keptHeads !== undefined && { edge: "zone" }) };
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
          return from < head ? [{ environment: ENVIRONMENT, from, to: head + step }] : [];
        }),
      confirm: (_environment, upTo, acceptedBy) =>
        this.io(who, `confirms ${upTo}`, () => {
          if (acceptedBy.length === Object.keys(targets).length) this.doneUpTo = Math.max(this.doneUpTo, upTo);
        }),
      pruneOutbox: () => Promise.resolve(),
    };
  }

  /**
   * Returns the version that a request must see now: the newest one purged at least a second ago. Where a source may
   * lag, a request may see any version, and only `settle` checks.
   */
  floor(): number {
    const { losesRedis, hasReplica, keptHeads } = this.options;
    if (losesRedis === true || hasReplica === true || keptHeads !== undefined) return 0;
    const before = this.clock.now() - 1000;
    return Math.max(0, ...this.purged.filter(({ at }) => at <= before).map(({ version }) => version));
  }

  shared(): string {
    const copy = this.options.hasReplica === true ? this.#replica.contents : "";
    const { doneUpTo, purged } = this;
    const redis = this.#primary.contents;
    return JSON.stringify([this.clock.now(), doneUpTo, this.#writes, redis, copy, purged, this.#keptHead]);
  }

  /** Returns a problem if Redis differs from its head, an isolate differs from its version, or a result is wrong. */
  check(): string | undefined {
    const isNew = this.#checked !== this.#primary.hash;
    this.#checked = this.#primary.hash;
    const [problem] = this.problems.splice(0);
    return (
      problem ?? (isNew ? this.#wrongInRedis() : undefined) ?? this.isolates.map((one) => one.wrong()).find(Boolean)
    );
  }

  /** Publishes and copies everything. Every isolate, including a new one, must then return the newest version. */
  async settle(): Promise<string | undefined> {
    const { keptHeads } = this.options;
    const [publisher] = this.add(1);
    // With kept heads, a sweep would hide a lost purge by purging again.
    if (keptHeads === undefined) await this.schedule.drain(publisher!.sweep());
    if (this.options.hasReplica === true) this.copyNow();
    // The API call for a purge is repeated after 2 s and after 8 s.
    for (const ms of keptHeads === undefined || keptHeads === "not purged" ? [] : [2000, 6000]) {
      await this.clock.advance(ms);
      await this.schedule.drain(Promise.resolve());
    }
    if (keptHeads === "not purged") await this.clock.advance(KEPT_MS);
    await this.clock.advance(1001);
    this.add(1);
    const { version } = this.store;
    for (const isolate of this.isolates) {
      const seen = await this.schedule.drain(isolate.ask("a"));
      if (seen !== version) this.problems.push(`in the end isolate ${isolate.name} returns an old version`);
    }
    return this.check();
  }

  #wrongInRedis(): string | undefined {
    const fields = pairsOf(this.#primary.hash) ?? new Map<string, string>();
    const head = parseHead(fields.get("@head") ?? "", fields.get("@tag"));
    if (!head) return fields.size === 0 ? undefined : "L2 has fields without a head";
    if (head.tag !== this.store.tagOf(head.version)) return "L2 has no tag, or another version's";
    const { flags, index, keys } = this.store.at(head.version);
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
