import { neon, neonConfig } from "@neondatabase/serverless";
import { drizzle, type NeonHttpDatabase } from "drizzle-orm/neon-http";

/** The database. Every function of this folder takes it first. A statement or a batch is one HTTP request. */
export type StoreDatabase = NeonHttpDatabase & Readonly<DatabaseLimits>;

export interface DatabaseLimits {
  /** The time limit of each request (ms). */
  timeoutMs: number;
  /** Called after a write that has queued events for webhooks. */
  onWebhookEvents?: (() => void) | undefined;
}

export interface DatabaseOptions extends DatabaseLimits {
  /** The URL of Neon's SQL over HTTP, if it is not at the host of the connection string. */
  fetchEndpoint?: string | undefined;
}

/** Returns the client of a database. It opens no connection before the first request. */
export function createDatabase(connectionString: string, options: DatabaseOptions): StoreDatabase {
  const { fetchEndpoint, timeoutMs, onWebhookEvents } = options;
  // The client has this setting only for all of its instances together.
  if (fetchEndpoint) neonConfig.fetchEndpoint = fetchEndpoint;
  const fetchOptions = {
    // The client spreads these options into every fetch, so each request starts a timer of its own.
    get signal() {
      return AbortSignal.timeout(timeoutMs);
    },
  };
  const client = neon(connectionString, { fetchOptions, disableWarningInBrowsers: true });
  return Object.assign(drizzle({ client }), { timeoutMs, onWebhookEvents });
}
