import type { EdgeCache } from "../../ops/runtime.ts";
import { mac } from "../../ops/token.ts";

/** Names an entry: its kind, its environment, and what else tells entries of that kind apart. */
export type EntryName = readonly [kind: string, environment: string, ...rest: (string | number)[]];

/** A data centre's cache, with names that nobody can guess. */
export interface EntryCache {
  match(name: EntryName): Promise<Response | undefined>;
  put(name: EntryName, response: Response): Promise<void>;
}

export interface EntryCacheOptions extends EntryUrlOptions {
  /** The worker's own host. Nothing is stored while it is unknown. */
  host: () => string | undefined;
  open: () => Promise<EdgeCache>;
}

export interface EntryUrlOptions {
  prefix: string;
  /** `KEY_SECRET`. */
  secret: string;
}

/** An isolate remembers this many paths, because each costs a MAC. */
const MAX_PATHS = 200;

/**
 * Opens a data centre's cache for entries that hold rules. Other Workers of the zone share the cache, so the path of an
 * entry is a MAC made with `KEY_SECRET`. The URL has the worker's own host, where a request for such a path finds no
 * route.
 */
export function createEntryCache({ host, open, ...options }: EntryCacheOptions): EntryCache {
  const paths = new Map<string, Promise<string>>();
  function pathOf(name: EntryName): Promise<string> {
    const text = JSON.stringify(name);
    const known = paths.get(text);
    if (known !== undefined) return known;
    if (paths.size >= MAX_PATHS) paths.clear();
    const path = entryPath(options, name);
    paths.set(text, path);
    return path;
  }
  return {
    async match(name) {
      const known = host();
      if (known === undefined) return undefined;
      const [cache, path] = await Promise.all([open(), pathOf(name)]);
      return cache.match(`https://${known}${path}`);
    },
    async put(name, response) {
      const known = host();
      if (known === undefined) return;
      const [cache, path] = await Promise.all([open(), pathOf(name)]);
      await cache.put(`https://${known}${path}`, response);
    },
  };
}

/** Returns the path of an entry's URL. Exported for tests that stand in for Cloudflare's purge, and that attack it. */
export async function entryPath({ prefix, secret }: EntryUrlOptions, name: EntryName): Promise<string> {
  // The MACs of SDK keys are of texts that begin with "bg", so no MAC serves both purposes.
  return `/.burgee/${await mac(secret, `entry:${JSON.stringify([prefix, ...name])}`)}`;
}
