import { createEntryCache } from "../../../src/delivery/entries/entry-cache.ts";
import { EntryStore } from "../../../src/delivery/entries/entry-store.ts";
import { SCHEMA_VERSION } from "../../../src/flags/document.ts";
import type { EdgeCache } from "../../../src/ops/runtime.ts";
import { KEY_SECRET } from "../project.ts";
import type { Colo } from "./colo.ts";

/**
 * Settings for a worker that restarts with its data centre's cache. The port differs afterwards. Without a head-check
 * interval, isolates share no heads.
 */
export const RESTARTING = { CACHE_HOST: "edge.test", CACHE_HEAD_CHECK_MS: "0" };

/** Returns the newest version of the environment that the data centre has stored. */
export async function newestStored({ miniflare }: Colo): Promise<number | undefined> {
  const caches = (await miniflare.getCaches()) as unknown as { open(name: string): Promise<EdgeCache> };
  return newestIn(() => caches.open("burgee"), RESTARTING.CACHE_HOST);
}

/** As {@link newestStored}, for a cache of the test's own. */
export async function newestIn(open: () => Promise<EdgeCache>, host = "edge.test"): Promise<number | undefined> {
  const cache = createEntryCache({ prefix: "burgee", secret: KEY_SECRET, host: () => host, open });
  return (await new EntryStore(cache, "burgee", SCHEMA_VERSION).newest("production"))?.version;
}
