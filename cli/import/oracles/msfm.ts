import type * as MicrosoftSdk from "@microsoft/feature-management";
import { textOf } from "../../../sdk/import/lowering/source.ts";
import { readFeatures } from "../../../sdk/import/systems/msfm/source.ts";
import type { OracleSystem } from "./oracle.ts";

type Sdk = Pick<typeof MicrosoftSdk, "ConfigurationObjectFeatureFlagProvider" | "FeatureManager">;

export const msfm: OracleSystem = {
  package: "@microsoft/feature-management",
  start: (sdk, source, { environment }) => {
    // The library does not read the older schema of .NET, whose flags have no id among their fields.
    const flags = readFeatures(source, environment).filter(({ fields }) => textOf(fields["id"]) !== undefined);
    const known = new Set(flags.map(({ id }) => id));
    const evaluate = startFeatureManager(
      sdk as Sdk,
      flags.map(({ fields }) => fields),
    );
    return {
      evaluate: async (context, keys) => {
        const results = new Map<string, unknown>();
        for (const key of keys) if (known.has(key)) results.set(key, await evaluate(key, context as TargetingContext));
        return results;
      },
      close: () => {},
    };
  },
};

export interface TargetingContext {
  userId?: string;
  groups?: string[];
}

/** The results of `isEnabled` and `getVariant`. */
export interface Evaluated {
  enabled: boolean;
  variant?: { name: string; configuration?: unknown };
}

/** Returns Microsoft's library over flags of its schema. */
export function startFeatureManager(
  { ConfigurationObjectFeatureFlagProvider, FeatureManager }: Sdk,
  flags: readonly object[],
): (id: string, context: TargetingContext) => Promise<Evaluated> {
  const configuration = { feature_management: { feature_flags: flags } };
  const manager = new FeatureManager(new ConfigurationObjectFeatureFlagProvider(configuration));
  return async (id, context) => {
    const variant = await manager.getVariant(id, context);
    const enabled = await manager.isEnabled(id, context);
    if (variant === undefined) return { enabled };
    const { name, configuration: value } = variant;
    return { enabled, variant: { name, ...(value !== undefined && { configuration: value }) } };
  };
}
