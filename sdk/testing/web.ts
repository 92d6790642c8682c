/**
 * `burgee/testing/web`: flags as a test wants them, for code that asks through `@openfeature/web-sdk`, React's included.
 *
 * @example
 * await OpenFeature.setProviderAndWait(new OverridableProvider());
 * await using override = overrideFlag("checkout", true);
 */
export type { FlagOverride, FlagValues } from "./overridden-values.ts";
export { OverridableProvider } from "./web-provider.ts";
export { overrideFlag, withFlags } from "./web-scope.ts";
export { overrideHeaders, signOverrides, type SignedOverrides, type SignOptions } from "./signed-overrides.ts";
