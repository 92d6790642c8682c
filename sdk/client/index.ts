/**
 * The package `burgee/client`: a typed client of the HTTP API.
 *
 * ```ts
 * const client = createClient({ url: "https://flags.example.com", token: () => process.env.BURGEE_TOKEN });
 * const { body } = await client.call("listFlags", { path: { env: "production" } });
 * ```
 */
export {
  allPages,
  ApiError,
  type Client,
  type ClientOptions,
  createClient,
  type Result,
  UnreachableError,
  UnusableNameError,
} from "./client.ts";
export { getCacheKey } from "./cache-key.ts";
export { type CachedFunction, cacheResult, type CacheResultOptions, type Version } from "./cache-result.ts";
export {
  createFeatureFlags,
  type FeatureContext,
  type FeatureFlags,
  type FeatureFlagsOptions,
} from "./feature-flags.ts";
export type * from "./contract.ts";
