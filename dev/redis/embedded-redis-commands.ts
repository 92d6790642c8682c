/** The commands of the embedded Redis, with the replies and messages of Redis 7. */
import { globToRegExp, type Keyspace } from "./keyspace.ts";
import { OK, RedisError, type Reply, Status } from "./reply.ts";

export interface Command {
  /** The number of arguments, by Redis's convention: it includes the name, and a negative number is a minimum. */
  arity: number;
  /** Whether the command writes. Read-only scripts must not call it. */
  writes: boolean;
  run(keys: Keyspace, args: string[]): Reply;
}

const NOT_AN_INTEGER = "ERR value is not an integer or out of range";
const SYNTAX = "ERR syntax error";

const read = (arity: number, run: Command["run"]): Command => ({ arity, writes: false, run });
const write = (arity: number, run: Command["run"]): Command => ({ arity, writes: true, run });

export const COMMANDS = new Map<string, Command>(
  Object.entries({
    PING: read(-1, (_keys, [text]) => text ?? new Status("PONG")),
    ECHO: read(2, (_keys, [text = ""]) => text),
    TIME: read(1, (keys) => {
      const now = keys.now();
      return [String(Math.floor(now / 1000)), String((now % 1000) * 1000)];
    }),
    INFO: read(-1, (keys) => info(keys)),
    DBSIZE: read(1, (keys) => keys.keys().length),
    FLUSHDB: write(-1, flush),
    FLUSHALL: write(-1, flush),

    DEL: write(-2, deleteKeys),
    UNLINK: write(-2, deleteKeys),
    EXISTS: read(-2, (keys, args) => args.filter((key) => keys.find(key)).length),
    TYPE: read(2, (keys, [key = ""]) => {
      const slot = keys.find(key);
      return new Status(slot ? (typeof slot.value === "string" ? "string" : "hash") : "none");
    }),
    RENAME: write(3, (keys, [from = "", to = ""]) => {
      if (!keys.rename(from, to)) throw new RedisError("ERR no such key");
      return OK;
    }),
    KEYS: read(2, (keys, [glob = ""]) => {
      const pattern = globToRegExp(glob);
      return keys.keys().filter((key) => pattern.test(key));
    }),
    SCAN: read(-2, scan),

    EXPIRE: write(-3, (keys, args) => expire(keys, args, 1000, keys.now())),
    PEXPIRE: write(-3, (keys, args) => expire(keys, args, 1, keys.now())),
    EXPIREAT: write(-3, (keys, args) => expire(keys, args, 1000, 0)),
    PEXPIREAT: write(-3, (keys, args) => expire(keys, args, 1, 0)),
    PERSIST: write(2, (keys, [key = ""]) => {
      const slot = keys.find(key);
      if (slot?.expiresAt === undefined) return 0;
      slot.expiresAt = undefined;
      return 1;
    }),
    TTL: read(2, (keys, [key = ""]) => remaining(keys, key, 1000)),
    PTTL: read(2, (keys, [key = ""]) => remaining(keys, key, 1)),

    GET: read(2, (keys, [key = ""]) => keys.string(key) ?? null),
    MGET: read(-2, (keys, args) =>
      args.map((key) => {
        const value = keys.find(key)?.value;
        return typeof value === "string" ? value : null;
      }),
    ),
    SET: write(-3, set),
    MSET: write(-3, (keys, args) => {
      for (const [key, value] of pairs("mset", args)) keys.setString(key, value);
      return OK;
    }),
    GETDEL: write(2, (keys, [key = ""]) => {
      const value = keys.string(key) ?? null;
      keys.delete(key);
      return value;
    }),
    INCR: write(2, (keys, [key = ""]) => increment(keys, key, 1)),
    DECR: write(2, (keys, [key = ""]) => increment(keys, key, -1)),
    INCRBY: write(3, (keys, [key = "", by = ""]) => increment(keys, key, integer(by))),
    DECRBY: write(3, (keys, [key = "", by = ""]) => increment(keys, key, -integer(by))),

    HGET: read(3, (keys, [key = "", field = ""]) => keys.hash(key)?.get(field) ?? null),
    HMGET: read(-3, (keys, [key = "", ...fields]) => {
      const hash = keys.hash(key);
      return fields.map((field) => hash?.get(field) ?? null);
    }),
    HGETALL: read(2, (keys, [key = ""]) => [...(keys.hash(key) ?? [])].flat()),
    HKEYS: read(2, (keys, [key = ""]) => [...(keys.hash(key)?.keys() ?? [])]),
    HVALS: read(2, (keys, [key = ""]) => [...(keys.hash(key)?.values() ?? [])]),
    HLEN: read(2, (keys, [key = ""]) => keys.hash(key)?.size ?? 0),
    HEXISTS: read(3, (keys, [key = "", field = ""]) => (keys.hash(key)?.has(field) ? 1 : 0)),
    HSTRLEN: read(3, (keys, [key = "", field = ""]) => Buffer.byteLength(keys.hash(key)?.get(field) ?? "")),
    HSET: write(-4, (keys, [key = "", ...rest]) => {
      const given = pairs("hset", rest);
      const hash = keys.ensureHash(key);
      const before = hash.size;
      for (const [field, value] of given) hash.set(field, value);
      return hash.size - before;
    }),
    HSETNX: write(4, (keys, [key = "", field = "", value = ""]) => {
      if (keys.hash(key)?.has(field)) return 0;
      keys.ensureHash(key).set(field, value);
      return 1;
    }),
    HDEL: write(-3, (keys, [key = "", ...fields]) => {
      const hash = keys.hash(key);
      const removed = fields.filter((field) => hash?.delete(field)).length;
      if (hash?.size === 0) keys.delete(key);
      return removed;
    }),
    HINCRBY: write(4, (keys, [key = "", field = "", by = ""]) => {
      const step = integer(by);
      const next = integer(keys.hash(key)?.get(field) ?? "0", "ERR hash value is not an integer") + step;
      keys.ensureHash(key).set(field, String(next));
      return next;
    }),
  } satisfies Record<string, Command>),
);

function integer(text: string, message = NOT_AN_INTEGER): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) throw new RedisError(message);
  return value;
}

function pairs(name: string, args: string[]): [string, string][] {
  if (args.length % 2 !== 0) throw new RedisError(`ERR wrong number of arguments for '${name}' command`);
  return Array.from({ length: args.length / 2 }, (_, i) => [args[2 * i] ?? "", args[2 * i + 1] ?? ""]);
}

function flush(keys: Keyspace): Reply {
  keys.clear();
  return OK;
}

function deleteKeys(keys: Keyspace, args: string[]): Reply {
  return args.filter((key) => keys.delete(key)).length;
}

function increment(keys: Keyspace, key: string, by: number): number {
  const next = integer(keys.string(key) ?? "0") + by;
  keys.setString(key, String(next), keys.find(key)?.expiresAt);
  return next;
}

/** Returns the remaining lifetime in units of `unit` ms, rounded like Redis; -1 without an expiry, -2 without a key. */
function remaining(keys: Keyspace, key: string, unit: number): number {
  const slot = keys.find(key);
  if (!slot) return -2;
  return slot.expiresAt === undefined ? -1 : Math.round((slot.expiresAt - keys.now()) / unit);
}

function expire(keys: Keyspace, [key = "", amount = "", ...options]: string[], unit: number, base: number): number {
  const at = base + integer(amount) * unit;
  const slot = keys.find(key);
  const current = slot?.expiresAt;
  for (const option of options.map((text) => text.toUpperCase())) {
    if (!["NX", "XX", "GT", "LT"].includes(option)) throw new RedisError(`ERR Unsupported option ${option}`);
    if (option === "NX" && current !== undefined) return 0;
    if (option === "XX" && current === undefined) return 0;
    if (option === "GT" && (current === undefined || at <= current)) return 0;
    if (option === "LT" && current !== undefined && at >= current) return 0;
  }
  if (!slot) return 0;
  if (at <= keys.now()) keys.delete(key);
  else slot.expiresAt = at;
  return 1;
}

function set(keys: Keyspace, [key = "", value = "", ...options]: string[]): Reply {
  const now = keys.now();
  const slot = keys.find(key);
  const wantsOld = options.some((option) => option.toUpperCase() === "GET");
  const old = wantsOld ? (keys.string(key) ?? null) : null;
  let expiresAt: number | undefined;
  let allowed = true;
  for (let i = 0; i < options.length; i++) {
    const option = (options[i] ?? "").toUpperCase();
    if (option === "NX") allowed &&= slot === undefined;
    else if (option === "XX") allowed &&= slot !== undefined;
    else if (option === "KEEPTTL") expiresAt = slot?.expiresAt;
    else if (["EX", "PX", "EXAT", "PXAT"].includes(option)) {
      const amount = options[++i];
      if (amount === undefined) throw new RedisError(SYNTAX);
      if (integer(amount) <= 0) throw new RedisError("ERR invalid expire time in 'set' command");
      expiresAt = (option.endsWith("AT") ? 0 : now) + integer(amount) * (option.startsWith("EX") ? 1000 : 1);
    } else if (option !== "GET") throw new RedisError(SYNTAX);
  }
  if (allowed) keys.setString(key, value, expiresAt);
  return wantsOld ? old : allowed ? OK : null;
}

function scan(keys: Keyspace, [cursor = "", ...options]: string[]): Reply {
  let pattern: RegExp | undefined;
  let type: string | undefined;
  let count = 10;
  for (let i = 0; i < options.length; i += 2) {
    const name = (options[i] ?? "").toUpperCase();
    const value = options[i + 1];
    if (value === undefined) throw new RedisError(SYNTAX);
    if (name === "MATCH") pattern = globToRegExp(value);
    else if (name === "COUNT") count = integer(value);
    else if (name === "TYPE") type = value;
    else throw new RedisError(SYNTAX);
  }
  if (count < 1) throw new RedisError(SYNTAX);
  const { next, keys: found } = keys.scan(integer(cursor, "ERR invalid cursor"), count);
  const kindOf = (key: string): string => (typeof keys.find(key)?.value === "string" ? "string" : "hash");
  return [
    String(next),
    found.filter((key) => (pattern?.test(key) ?? true) && (type === undefined || kindOf(key) === type)),
  ];
}

function info(keys: Keyspace): string {
  const lines = [
    "# Server",
    "redis_version:7.0.0",
    "redis_mode:embedded",
    "# Keyspace",
    `db0:keys=${keys.keys().length}`,
  ];
  return `${lines.join("\r\n")}\r\n`;
}
