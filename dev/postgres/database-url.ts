/** The connection string of commands that connect to Postgres directly. They do not need a user in it. */
import { CONNECTION_STRING, isConnectionString } from "../../src/setting-forms.ts";

/** @throws TypeError that names DATABASE_URL, and never its value */
export function databaseUrlOf({ DATABASE_URL: url }: Record<string, string | undefined>): string {
  if (url === undefined || url === "")
    throw new TypeError("DATABASE_URL is not set. Set it to the connection string of the role that owns the tables.");
  if (!isConnectionString(url)) throw new TypeError(`DATABASE_URL ${CONNECTION_STRING}`);
  return url;
}

/**
 * Asks for the verification that pg makes anyway. For the modes that Neon's own connection strings contain, pg prints a
 * warning that a later version will verify less.
 */
export function withFullVerification(url: string): string {
  if (/[?&]uselibpqcompat=true(?:&|$)/.test(url)) return url;
  return url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, "$1verify-full");
}
