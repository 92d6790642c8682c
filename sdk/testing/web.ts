/**
 * `burgee/testing/web` gives flags the values that a test needs, for code that uses `@openfeature/web-sdk` or its React
 * SDK.
 *
 * @example
 * await OpenFeature.setProviderAndWait(new OverridableProvider());
 * await using override = overrideFlag("checkout", true);
 */
export type { FlagOverride, FlagValues } from "./overridden-values.ts";
export { OverridableProvider } from "./web-provider.ts";
export { overrideFlag, withFlags } from "./web-scope.ts";
export { overrideHeaders, signOverrides, type SignedOverrides, type SignOptions } from "./signed-overrides.ts";
