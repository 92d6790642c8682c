/**
 * Helpers in the form of a Django project's `FeatureFlags` and `CacheManager`, over the HTTP API. The functions that
 * clear return whether they could, and the checks return whether a flag is on.
 */
import { type Client, type ClientOptions, createClient, type Result } from "./client.ts";
import type { CachePurge, CacheStatistics, CacheWarmed } from "./contract.ts";
import { type CachedFunction, cacheResult, type CacheResultOptions } from "./cache-result.ts";
import { EnvironmentVersion } from "./environment-version.ts";
import { keyForm } from "./key-form.ts";

export interface FeatureFlagsOptions extends Omit<ClientOptions, "stringify"> {
  /** A server key, for the checks. It names the environment. */
  key?: string | undefined;
  /** Returns an admin token with the role `write`, for everything but the checks. Every call reads it again. */
  token?: ClientOptions["token"];
  /** Key of the environment. Default: the environment of `key`. */
  environment?: string | undefined;
  /** How long results of `cacheResult` may be used before the environment's version is checked (s). Default: 5. */
  versionCheckSeconds?: number | undefined;
  /** Is told why a function returned `false` or its fallback. If it throws, the function rejects with that error. */
  onError: (error: Error) => void;
  /** Returns the time (ms since epoch). Tests set it. @internal */
  now?: (() => number) | undefined;
}

/** Attributes of the subject. */
export type FeatureContext = Readonly<Record<string, unknown>>;

export interface FeatureFlags {
  /** Returns whether a boolean flag is on; `fallback` (false) if it has no value. May read caches. */
  isEnabled(key: string, context?: FeatureContext, fallback?: boolean): Promise<boolean>;
  /** As {@link isEnabled}, but reads Postgres and no cache. A stale response counts as a failure. */
  isEnabledWithCacheRefresh(key: string, context?: FeatureContext, fallback?: boolean): Promise<boolean>;
  /** As {@link isEnabledWithCacheRefresh}, for a switch, which needs no context. */
  isSwitchActiveWithCacheRefresh(key: string, fallback?: boolean): Promise<boolean>;
  /** Another name of {@link isEnabledWithCacheRefresh}. */
  isFeatureEnabledFresh(key: string, context?: FeatureContext, fallback?: boolean): Promise<boolean>;
  /** Purges a flag from the caches. Returns `false` if a cache could not be purged or nothing has this key. */
  clearFlagCache(key: string): Promise<boolean>;
  /** As {@link clearFlagCache}. Flags, switches and samples of a project have different keys. */
  clearSwitchCache(key: string): Promise<boolean>;
  /** As {@link clearFlagCache}. */
  clearSampleCache(key: string): Promise<boolean>;
  /** Purges everything of the environment from the caches. */
  clearAllWaffleCache(): Promise<boolean>;
  /** Another name of {@link clearFlagCache}. */
  clearFeatureCache(key: string): Promise<boolean>;
  /** Another name of {@link clearAllWaffleCache}. */
  clearAllFeatureCaches(): Promise<boolean>;
  /**
   * As the exported function, for results that depend on flags: forgets them when the environment's version changes,
   * and with every function that clears all caches. Needs `key`.
   */
  cacheResult<Args extends readonly unknown[], Value>(
    fn: (...args: Args) => Value,
    options?: Omit<CacheResultOptions, "version">,
  ): CachedFunction<Args, Awaited<Value>>;
  cacheManager: {
    /** Another name of {@link FeatureFlags.clearAllWaffleCache}. */
    clearAll(): Promise<boolean>;
    /** Returns the statistics of the isolate that responds. @throws ApiError, UnreachableError */
    getStats(): Promise<CacheStatistics>;
    /** Loads the environment into Redis and into that isolate. @throws ApiError, UnreachableError */
    warmUp(): Promise<CacheWarmed>;
  };
}

/**
 * Returns functions for the flags of one environment. They need no `this`, so that a module can export them by name.
 *
 * @example
 * export const { isFeatureEnabledFresh, clearFeatureCache } = createFeatureFlags({ url, key, token, onError });
 * @throws TypeError an option is not usable; names it
 */
export function createFeatureFlags(options: FeatureFlagsOptions): FeatureFlags {
  const { onError, now = Date.now } = options;
  const environment = environmentOf(options);
  const version = new EnvironmentVersion({ environment, checkSeconds: checkSecondsOf(options), now });
  const { evaluation, management, heads } = clientsOf(options, version);
  const path = { env: environment };

  const attempt: Attempt = async (name, run, otherwise) => {
    try {
      return await run();
    } catch (error) {
      onError(new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error }));
      return otherwise;
    }
  };
  const check =
    (name: string, isFresh: boolean) =>
    (key: string, context: FeatureContext = {}, fallback = false) =>
      attempt(
        `${name}(${JSON.stringify(key)})`,
        () => valueOf(evaluation, key, context, { isFresh, fallback }),
        fallback,
      );
  const { clear, clearAll } = clearsOf(management, environment, version, attempt);
  const currentVersion = async (): Promise<string> => {
    await attempt(`the version of environment ${environment} is unknown`, () => version.checkHead(heads), undefined);
    return version.text;
  };

  const checkSwitch = check("isSwitchActiveWithCacheRefresh", true);
  return {
    isEnabled: check("isEnabled", false),
    isEnabledWithCacheRefresh: check("isEnabledWithCacheRefresh", true),
    isSwitchActiveWithCacheRefresh: (key, fallback) => checkSwitch(key, {}, fallback),
    isFeatureEnabledFresh: check("isFeatureEnabledFresh", true),
    clearFlagCache: clear("clearFlagCache"),
    clearSwitchCache: clear("clearSwitchCache"),
    clearSampleCache: clear("clearSampleCache"),
    clearAllWaffleCache: clearAll("clearAllWaffleCache"),
    clearFeatureCache: clear("clearFeatureCache"),
    clearAllFeatureCaches: clearAll("clearAllFeatureCaches"),
    cacheResult: (fn, own) => {
      required(options.key, SERVER_KEY);
      return cacheResult(fn, { now, ...own, version: currentVersion });
    },
    cacheManager: {
      clearAll: clearAll("clearAll"),
      getStats: async () => (await management.call("getCacheStats", { path })).body,
      warmUp: async () => (await management.call("warmCache", { path })).body,
    },
  };
}

/** Runs something under the name of its function, for messages. Returns `otherwise` if it fails. */
type Attempt = <T>(name: string, run: () => Promise<T>, otherwise: T) => Promise<T>;

/** Makes the functions that clear the cache of one key, and those for all. */
function clearsOf(client: Client, environment: string, version: EnvironmentVersion, attempt: Attempt) {
  const path = { env: environment };
  const clear = (name: string) => (key: string) =>
    attempt(
      `${name}(${JSON.stringify(key)})`,
      async () => {
        const flags = await purge(client, path, { flags: [key] });
        // A cache may hold a flag that was deleted. A key that no cache holds may be mistyped.
        if (flags.length === 0) await client.call("getFlag", { path: { ...path, key } });
        return true;
      },
      false,
    );
  const clearAll = (name: string) => () =>
    attempt(
      `${name}()`,
      async () => {
        try {
          await purge(client, path, { all: true });
        } finally {
          version.clear();
        }
        return true;
      },
      false,
    );
  return { clear, clearAll };
}

const SERVER_KEY = "key, a server key (bgs_…)";
/** A check of the version must not hold up the calls that wait for it (ms). */
const HEAD_TIMEOUT_MS = 2000;

interface Clients {
  evaluation: Client;
  management: Client;
  /** Asks for the environment's version. */
  heads: Client;
}

function clientsOf(options: FeatureFlagsOptions, version: EnvironmentVersion): Clients {
  const { key, token, timeoutMs = 15_000, fetch: send = (...args) => globalThis.fetch(...args) } = options;
  const fetch: typeof globalThis.fetch = async (...args) => {
    const response = await send(...args);
    version.see(response.headers);
    return response;
  };
  const asServer = { ...options, fetch, token: () => required(key, SERVER_KEY) };
  return {
    evaluation: createClient(asServer),
    management: createClient({ ...options, fetch, token: () => required(token?.(), "token, an admin token (bga_…)") }),
    heads: createClient({ ...asServer, timeoutMs: Math.min(timeoutMs, HEAD_TIMEOUT_MS) }),
  };
}

/** @throws TypeError */
function checkSecondsOf({ versionCheckSeconds = 5 }: FeatureFlagsOptions): number {
  if (versionCheckSeconds >= 0) return versionCheckSeconds;
  throw new TypeError(`versionCheckSeconds must be 0 or above, not ${String(versionCheckSeconds)}`);
}

/** @throws TypeError */
function environmentOf({ key, environment, onError }: FeatureFlagsOptions): string {
  if (typeof onError !== "function") throw new TypeError("onError must be a function that is told about failures");
  if (key === undefined) {
    if (environment === undefined) throw new TypeError("environment is missing; give it, or a server key as key");
    return environment;
  }
  const form = keyForm(key);
  if (form?.kind !== "server")
    throw new TypeError("key must be a server key (bgs_…): other keys cannot bypass the caches");
  if (environment !== undefined && environment !== form.scope)
    throw new TypeError(`environment is "${environment}", but key belongs to "${form.scope}"`);
  return form.scope;
}

/** @throws TypeError */
function required(credential: string | undefined, name: string): string {
  if (credential === undefined) throw new TypeError(`this needs the option ${name}`);
  return credential;
}

/** Returns the keys of the flags that a cache held. @throws ApiError, UnreachableError, Error */
async function purge(client: Client, path: { env: string }, target: CachePurge): Promise<string[]> {
  const { body } = await client.call("purgeCache", { path, body: target });
  if (body.edge === false) throw new Error("Redis was purged, but the data centres were not; try again");
  return body.flags;
}

interface Check {
  isFresh: boolean;
  fallback: boolean;
}

/** @throws ApiError, UnreachableError, TypeError, Error */
async function valueOf(
  client: Client,
  key: string,
  context: FeatureContext,
  { isFresh, fallback }: Check,
): Promise<boolean> {
  const { body, headers } = await client.call("evaluateFlag", {
    path: { key },
    headers: isFresh ? { "Cache-Control": "no-cache" } : {},
    body: { context: { ...context } },
  });
  if (isFresh) refuseStale(headers);
  // The flag gives the code's default, as a disabled flag without an off variant does.
  if (body.value === undefined) return fallback;
  if (typeof body.value !== "boolean") throw new TypeError(`the value of "${key}" is not true or false`);
  return body.value;
}

/** @throws Error */
function refuseStale(headers: Result<unknown>["headers"]): void {
  if (headers.get("cache-status")?.includes("detail=stale") === true)
    throw new Error("Postgres cannot be read at the moment, and the caches are not fresh");
}
