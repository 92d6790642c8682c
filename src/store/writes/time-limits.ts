/**
 * Time limits of a write in the database. They are shorter than the client's, so that the database gives up first and
 * says so: a write that is still waiting for a lock when its client has given up could happen later.
 */
import { sql, type SQL } from "drizzle-orm";

/** The parts of the client's time limit after which the database gives up. */
const LOCK_PART = 0.6;
const STATEMENT_PART = 0.8;
const TRANSACTION_PART = 0.9;
/** A proxy that lost its client must not hold locks for long. */
const IDLE_PARTS = 2;

/** Sets the limits for the transaction. They count from each statement. */
export function limitTime(timeoutMs: number): SQL {
  const ms = (parts: number) => `${Math.ceil(timeoutMs * parts)}ms`;
  return sql`select set_config('lock_timeout', ${ms(LOCK_PART)}::text, true),
    set_config('statement_timeout', ${ms(STATEMENT_PART)}::text, true),
    set_config('idle_in_transaction_session_timeout', ${ms(IDLE_PARTS)}::text, true)`;
}

/**
 * Fails as the last statement of a transaction that took too long: several statements can each keep within their limit.
 * The text has no parameters because DO takes none.
 */
export function requireTimeLeft(timeoutMs: number): SQL {
  const limitMs = Math.ceil(timeoutMs * TRANSACTION_PART);
  return sql.raw(`do $$ begin
    if clock_timestamp() > transaction_timestamp() + interval '${limitMs} milliseconds' then
      raise exception using errcode = '57014', message = 'the transaction took longer than ${limitMs} ms';
    end if;
  end $$`);
}
