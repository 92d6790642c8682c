import { createEmbeddedRedis } from "../../../dev/redis/embedded-redis.ts";
import { type Reply, Status } from "../../../dev/redis/reply.ts";
import { type HeldUsage, RedisUsage } from "../../../src/cache/redis/usage/redis-usage.ts";
import { USAGE_SCRIPTS, type UsageScripts } from "../../../src/cache/redis/usage/usage-scripts.ts";
import { notMoved, possibleParts } from "../../../src/delivery/usage/held-usage.ts";
import { moveUsage } from "../../../src/delivery/usage/move-usage.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import { FailureLog } from "../../../src/ops/failure-log.ts";
import type { CountRow } from "../../../src/usage/usage-count.ts";
import { UsageCounters } from "../../../src/usage/usage-counters.ts";
import { UsageFlusher } from "../../../src/usage/usage-flusher.ts";
import { aFlagDocument } from "../flag-documents.ts";
import type { Schedule } from "./schedules.ts";

/** A fault that hits the next I/O of a process, or ends the process. */
export type Fault = "fails before its effect" | "loses its response" | "dies" | "loses its data";

export interface UsageWorldOptions {
  scripts?: UsageScripts;
  /** Postgres adds a batch as often as it is told to. */
  addsTwice?: boolean;
}

const AT = 1_790_000_000_000;
const FLAG = compileFlag(aFlagDocument("a"));
const RESOLUTION = FLAG.evaluate({ context: {}, request: {}, now: AT, random: () => 0, draws: undefined });

const redis = createEmbeddedRedis(() => 0);
const outcomes = new Map<string, { reply: unknown; contents: string }>();

/**
 * Isolates that count and report, sweeps that move counts, and readers. Each command and each statement is one step.
 * The code is that of the worker, and the scripts run in the Redis of `npm run dev`. A set of ids and a sum stand in
 * for Postgres; test/integration/store/usage.test.ts shows that add_usage() does the same.
 */
export class UsageWorld {
  readonly #schedule: Schedule;
  readonly #options: UsageWorldOptions;
  /** The names and contents of all keys of Redis. */
  #redis = "[]";
  readonly #added = new Set<string>();
  #stored = 0;
  /** The evaluations so far. */
  #counted = 0;
  #faults = new Map<string, Fault>();
  readonly #dead = new Set<string>();
  /** The processes that wait for an I/O. One that died before may still have an effect. */
  readonly #waiting = new Set<string>();
  #hasLostData = false;
  readonly #isolates = new Map<string, { counters: UsageCounters; flusher: UsageFlusher }>();
  #problem: string | undefined;

  constructor(schedule: Schedule, options: UsageWorldOptions = {}) {
    this.#schedule = schedule;
    this.#options = options;
  }

  /** Counts evaluations, reports them, and does so again; then repeats what was not accepted. */
  async isolate(name: string, ...counts: number[]): Promise<void> {
    for (const count of [...counts, 0]) {
      this.#count(name, count);
      await this.#flush(name);
    }
  }

  /** Moves counts as often as it is told to. */
  async sweep(name: string, times = 1): Promise<void> {
    for (let i = 0; i < times; i++) await this.#sweep(name).catch(() => undefined);
  }

  /** Reads the counts. They must be between those at its start and those at its end. */
  async reader(name: string): Promise<void> {
    const before = this.#arrived();
    const held = await this.#redisFor(name).read("production");
    const known = await this.#io(name, "reads Postgres", () => ({
      stored: this.#stored,
      ids: possibleParts(held).filter((id) => this.#added.has(id)),
    }));
    const read = known.stored + sumOf(notMoved(held, new Set(known.ids)));
    if (!this.#hasLostData && (read < before || read > this.#arrived()))
      this.#problem = `a reader gets ${read} of ${before} to ${this.#arrived()}`;
  }

  /** Lets something go wrong at any time. Redis is a process, too. */
  async fault(process: string, fault: Fault): Promise<void> {
    await this.#schedule.io("fault", `${process} ${fault}`, () => {
      if (fault === "dies") this.#dead.add(process);
      else if (fault === "loses its data") {
        this.#redis = "[]";
        this.#hasLostData = true;
      } else this.#faults.set(process, fault);
    });
  }

  shared(): string {
    const parts = [
      this.#redis,
      [...this.#added].toSorted(),
      this.#stored,
      [...this.#faults],
      [...this.#dead].toSorted(),
    ];
    return JSON.stringify([...parts, [...this.#waiting].toSorted(), this.#counted, this.#hasLostData]);
  }

  check(): string | undefined {
    const arrived = this.#arrived();
    return this.#problem ?? (arrived > this.#counted ? `${arrived} arrived of ${this.#counted}` : undefined);
  }

  /** Lets the isolates that live report, and sweeps. Returns a problem, if anything was lost or doubled. */
  async settle(): Promise<string | undefined> {
    this.#faults.clear();
    const living = [...this.#isolates.keys()].filter((name) => !this.#dead.has(name));
    for (const name of living) {
      await this.#schedule.drain(this.#flush(name));
      await this.#schedule.drain(this.#flush(name));
    }
    await this.#schedule.drain(this.#sweep("the last sweep"));
    await this.#schedule.drain(this.#sweep("the last sweep"));
    if (this.#problem !== undefined) return this.#problem;
    if (this.#stored > this.#counted) return "a count was doubled";
    if (this.#hasLostData || living.length < this.#isolates.size) return undefined;
    return this.#stored < this.#counted ? "a count was lost" : undefined;
  }

  /** Counts one evaluation for each, so that a lost or doubled batch shows. */
  #count(name: string, count: number): void {
    const { counters } = this.#isolateOf(name);
    const caller = { environment: "production", keyId: "key", scope: { waitUntil: () => undefined } };
    for (let i = 0; i < count; i++) counters.one(caller, FLAG, RESOLUTION, AT);
    this.#counted += count;
  }

  #flush(name: string): Promise<void> {
    const { counters, flusher } = this.#isolateOf(name);
    return flusher.flush(counters);
  }

  #isolateOf(name: string) {
    let isolate = this.#isolates.get(name);
    if (isolate === undefined) {
      const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
      const sink = this.#redisFor(name);
      const clock = { now: () => AT, sleep: () => new Promise<void>(() => undefined) };
      const flusher = new UsageFlusher({
        sink: () => Promise.resolve(sink),
        sender: name,
        now: clock.now,
        firstMs: 1000,
        longestMs: 1000,
        stats: { flushes: 0, failures: 0, dropped: 0, lost: 0 },
        failures: new FailureLog(log, clock.now),
        log,
      });
      isolate = { counters: new UsageCounters({ clock, firstMs: 1000, flush: async () => undefined }), flusher };
      this.#isolates.set(name, isolate);
    }
    return isolate;
  }

  async #sweep(name: string): Promise<void> {
    await moveUsage(this.#redisFor(name), (id, counts) =>
      this.#io(name, `adds ${id}`, () => {
        if (this.#added.has(id) && this.#options.addsTwice !== true) return false;
        this.#added.add(id);
        this.#stored += sumOf(counts);
        return true;
      }),
    );
  }

  #redisFor(process: string): RedisUsage {
    let ids = 0;
    const exec = <Reply>(command: unknown): Promise<Reply> => {
      const [name = "", script = "", ...rest] = command as string[];
      return this.#io(
        process,
        `${name} ${rest.slice(0, 4).join(" ")}`,
        () => this.#call([name, script, ...rest]) as Reply,
      );
    };
    const { scripts = USAGE_SCRIPTS } = this.#options;
    return new RedisUsage({ redis: { exec }, prefix: "b", newId: () => `${process}-${(ids += 1)}`, scripts });
  }

  /** One I/O of a process. A dead process learns nothing, and asks for nothing more. */
  async #io<T>(process: string, name: string, apply: () => T): Promise<T> {
    if (this.#dead.has(process)) return new Promise(() => undefined);
    this.#waiting.add(process);
    const result = await this.#schedule.io(process, name, () => {
      this.#waiting.delete(process);
      const fault = this.#faults.get(process);
      this.#faults.delete(process);
      if (fault === "fails before its effect") throw new Error(fault);
      const reply = apply();
      if (fault === "loses its response") throw new Error(fault);
      return reply;
    });
    return this.#dead.has(process) ? new Promise(() => undefined) : result;
  }

  #call(command: readonly string[]): unknown {
    const question = `${this.#redis}\u0001${command.join("\u0000")}`;
    let outcome = outcomes.get(question);
    if (outcome === undefined) {
      redis.call(["FLUSHALL"]);
      for (const [key, value] of JSON.parse(this.#redis) as [string, string | string[]][])
        redis.call(typeof value === "string" ? ["SET", key, value] : ["HSET", key, ...value]);
      const reply = plain(redis.call([...command]));
      outcome = { reply, contents: JSON.stringify(contents()) };
      outcomes.set(question, outcome);
    }
    this.#redis = outcome.contents;
    return outcome.reply;
  }

  /** The evaluations in Postgres, and those in Redis that are not there yet. */
  #arrived(): number {
    const held = this.#held();
    return this.#stored + sumOf(notMoved(held, new Set(possibleParts(held).filter((id) => this.#added.has(id)))));
  }

  #held(): HeldUsage[] {
    return (JSON.parse(this.#redis) as [string, string | string[]][]).flatMap(([, value]) => {
      if (typeof value === "string") return [];
      const fields = new Map(Array.from({ length: value.length / 2 }, (_, i) => [value[2 * i]!, value[2 * i + 1]!]));
      const counts = [...fields].filter(([field]) => field !== "@batch").map(([field, text]) => rowOf(field, text));
      return [{ batch: fields.get("@batch") ?? "", counts, dropped: 0 }];
    });
  }
}

function rowOf(field: string, text: string): CountRow {
  const [environment = "", flag = "", hour = "", key = "", outcome = ""] = field.split(" ");
  const [variant = "", rule = ""] = outcome.split("\t");
  const [requested = 0, used = 0, requestedAt = 0, usedAt = 0] = text.split(" ").map(Number);
  return [environment, Number(hour), flag, variant, rule, key, requested, used, requestedAt, usedAt];
}

function sumOf(counts: readonly CountRow[]): number {
  return counts.reduce((sum, count) => sum + count[7], 0);
}

function contents(): [string, string | string[]][] {
  const keys = (redis.call(["KEYS", "*"]) as string[]).toSorted();
  return keys.map((key) => {
    const type = redis.call(["TYPE", key]) as Status;
    return [key, (type.ok === "hash" ? redis.call(["HGETALL", key]) : redis.call(["GET", key])) as string | string[]];
  });
}

/** Converts a reply as the client does. */
function plain(reply: Reply): unknown {
  if (Array.isArray(reply)) return reply.map((item) => plain(item));
  return reply instanceof Status ? reply.ok : reply;
}
