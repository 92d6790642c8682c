/**
 * `burgee/testing` gives flags the values that a test needs, for code that uses `@openfeature/server-sdk`.
 *
 * @example
 * await OpenFeature.setProviderAndWait(new OverridableProvider(new InMemoryProvider({ … })));
 * await using override = overrideFlag("checkout", true);
 */
export type { FlagOverride, FlagValues } from "./overridden-values.ts";
export { OverridableProvider } from "./server-provider.ts";
export { overrideFlag, withFlags } from "./server-scope.ts";
export { overrideHeaders, signOverrides, type SignedOverrides, type SignOptions } from "./signed-overrides.ts";
