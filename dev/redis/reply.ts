/** What a Redis command answers, before any encoding. */
export type Reply = string | number | null | Status | Reply[];

/** A status reply (+OK), which Lua and the wire tell from a string. */
export class Status {
  readonly ok: string;
  constructor(ok: string) {
    this.ok = ok;
  }
}

export const OK = new Status("OK");

/** An error reply; the message starts with its code (ERR, WRONGTYPE…). */
export class RedisError extends Error {
  override readonly name = "RedisError";
}
