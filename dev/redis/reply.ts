/** The reply to a Redis command, before any encoding. */
export type Reply = string | number | null | Status | Reply[];

/** A status reply (+OK). Lua and the protocol distinguish it from a string. */
export class Status {
  readonly ok: string;
  constructor(ok: string) {
    this.ok = ok;
  }
}

export const OK = new Status("OK");

/** An error reply. The message starts with its code (ERR, WRONGTYPE…). */
export class RedisError extends Error {
  override readonly name = "RedisError";
}
