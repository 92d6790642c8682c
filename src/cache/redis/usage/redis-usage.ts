import { type CountRow, HOUR_MS, type UsageBatch, type UsageSink } from "../../../usage/usage-count.ts";
import { type RedisClients, RedisCommands } from "../commands.ts";
import { USAGE_SCRIPTS, type UsageScripts } from "./usage-scripts.ts";

/** A sender's record outlives every repetition of its last batch (ms). */
const RECORD_MS = 24 * 3_600_000;

export interface RedisUsageOptions extends RedisClients {
  prefix: string;
  /** Returns an id that nobody has used before. */
  newId?: () => string;
  scripts?: UsageScripts;
}

/** Counts that Redis holds, and the id under which they are moved to Postgres. */
export interface HeldUsage {
  batch: string;
  counts: CountRow[];
  /** The evaluations for which there was no room. */
  dropped: number;
}

/** The counts in Redis that the sweep has not moved to Postgres yet. Every method sends one command. */
export class RedisUsage implements UsageSink {
  readonly #commands: RedisCommands;
  readonly #keys: { counts: string; moving: string; sender: (id: string) => string };
  readonly #newId: () => string;
  readonly #scripts: UsageScripts;

  constructor({ prefix, newId = () => crypto.randomUUID(), scripts = USAGE_SCRIPTS, ...clients }: RedisUsageOptions) {
    this.#commands = new RedisCommands(clients);
    this.#keys = {
      counts: `${prefix}:usage`,
      moving: `${prefix}:usage:moving`,
      sender: (id) => `${prefix}:usage:sender:${id}`,
    };
    this.#newId = newId;
    this.#scripts = scripts;
  }

  async add({ sender, sequence, isRepeated, counts }: UsageBatch): Promise<boolean> {
    const { counts: key, sender: record } = this.#keys;
    const head = [String(sequence), isRepeated ? "1" : "0", this.#newId(), String(RECORD_MS)];
    const reply = await this.#commands.run([
      "EVAL",
      this.#scripts.add,
      "2",
      key,
      record(sender),
      ...head,
      ...argumentsOf(counts),
    ]);
    if (reply !== "1" && reply !== "0" && reply !== "-1") throw this.#commands.unexpectedReply("EVAL");
    return reply !== "-1";
  }

  /** Sets the counts apart that are to be moved, and returns them; `undefined` if there are none. Repeatable. */
  async take(): Promise<HeldUsage | undefined> {
    const { counts, moving } = this.#keys;
    const reply = this.#fieldsOf(await this.#commands.array(["EVAL", this.#scripts.take, "2", counts, moving], "bulk"));
    const batch = reply.get("@batch");
    return batch === undefined ? undefined : heldOf(batch, reply);
  }

  /** Deletes the counts that were moved. */
  async deleteMoved(batch: string): Promise<void> {
    await this.#commands.run(["EVAL", this.#scripts.deleteMoved, "1", this.#keys.moving, batch]);
  }

  /** Reads all counts of an environment, or of one flag. Those with the same id belong together. */
  async read(environment: string, flag?: string): Promise<HeldUsage[]> {
    const { counts, moving } = this.#keys;
    const start = flag === undefined ? `${environment} ` : `${environment} ${flag} `;
    const args = ["EVAL_RO", this.#scripts.read, "2", counts, moving, start] as const;
    const [batch, fields, movingBatch, movingFields] = await this.#commands.array([...args], "bulk");
    return [[batch, fields] as const, [movingBatch, movingFields] as const].flatMap(([id, own]) => {
      if (typeof id !== "string" || !Array.isArray(own)) throw this.#commands.unexpectedReply("EVAL_RO");
      return id === "" ? [] : [heldOf(id, this.#fieldsOf(own))];
    });
  }

  #fieldsOf(reply: unknown[]): Map<string, string> {
    return this.#commands.pairs("EVAL", reply);
  }
}

/** Writes what many counts share only once, because a report of all flags is mostly names. */
function argumentsOf(counts: readonly CountRow[]): string[] {
  const groups = new Map<string, string[]>();
  for (const [environment, hour, flag, variant, rule, key, ...numbers] of counts) {
    const owner = `${environment}\n${hour} ${key}`;
    const group = groups.get(owner) ?? [];
    groups.set(owner, group);
    group.push(flag, outcomeOf(variant, rule), numbers.join(" "));
  }
  return [...groups].flatMap(([owner, group]) => [...owner.split("\n"), String(group.length / 3), ...group]);
}

function heldOf(batch: string, fields: ReadonlyMap<string, string>): HeldUsage {
  const counts: CountRow[] = [];
  let dropped = 0;
  for (const [field, text] of fields) {
    if (field === "@batch") continue;
    // A count that somebody has damaged is left out.
    const [requested = NaN, used = NaN, requestedAt = 0, usedAt = 0] = text.split(" ").map(Number);
    if (!Number.isSafeInteger(requested) || !Number.isSafeInteger(used)) continue;
    if (field === "@dropped") {
      dropped = requested + used;
      continue;
    }
    const [environment = "", flag = "", hour = "", key = "", ...rest] = field.split(" ");
    if (!HOUR.test(hour)) continue;
    const [variant = "", rule = ""] = rest.join(" ").split(SEPARATOR);
    counts.push([
      environment,
      Number(hour),
      flag,
      variant,
      rule,
      key,
      requested,
      used,
      timeOf(requestedAt),
      timeOf(usedAt),
    ]);
  }
  return { batch, counts, dropped };
}

/** Hours since epoch up to the year 3110. Postgres would refuse another one, and all other counts with it. */
const HOUR = /^\d{1,7}$/;

function timeOf(ms: number): number {
  return ms >= 0 && ms < 1e7 * HOUR_MS ? ms : 0;
}

/** Separates a variant from a rule. A name that somebody wrote in SQL may contain it. */
const SEPARATOR = "\t";

function outcomeOf(variant: string, rule: string): string {
  // The outcome of all other flags of a key is the same empty text.
  if (variant === "" && rule === "") return "";
  return `${variant.replaceAll(SEPARATOR, " ")}${SEPARATOR}${rule.replaceAll(SEPARATOR, " ")}`;
}
