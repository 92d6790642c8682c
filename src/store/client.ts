import { neon, neonConfig } from "@neondatabase/serverless";
import { drizzle, type NeonHttpDatabase } from "drizzle-orm/neon-http";

/** What every function of this folder takes first. A statement or a batch is one HTTP request. */
export type StoreDatabase = NeonHttpDatabase;

export interface DatabaseOptions {
  /** Bound of each request, ms. */
  timeoutMs: number;
  /** Where Neon's HTTP protocol is spoken, when not at the host that the connection string implies. */
  fetchEndpoint?: string | undefined;
}

/** Opens nothing: the first request does. */
export function createDatabase(connectionString: string, options: DatabaseOptions): StoreDatabase {
  const { fetchEndpoint, timeoutMs } = options;
  // The client knows this setting only for all of its instances together.
  if (fetchEndpoint) neonConfig.fetchEndpoint = fetchEndpoint;
  const fetchOptions = {
    // The client spreads these options into every fetch, so each request starts a timer of its own.
    get signal() {
      return AbortSignal.timeout(timeoutMs);
    },
  };
  return drizzle({ client: neon(connectionString, { fetchOptions, disableWarningInBrowsers: true }) });
}
