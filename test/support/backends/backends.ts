import { type Backends, type BackendsOptions, startBackends } from "../../../dev/endpoints/backends.ts";
import { borrowDatabase } from "./shared-database.ts";

/** Both local endpoints; an embedded database is one that the files of this process share, one after the other. */
export async function startTestBackends(options: BackendsOptions = {}): Promise<Backends> {
  const { databaseUrl = process.env["TEST_DATABASE_URL"], migrate } = options;
  const isShared = !databaseUrl && migrate !== false;
  return startBackends({ ...options, ...(isShared && { database: await borrowDatabase() }) });
}
