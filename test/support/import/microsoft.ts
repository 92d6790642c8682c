import { ConfigurationObjectFeatureFlagProvider, FeatureManager } from "@microsoft/feature-management";

export interface TargetingContext {
  userId?: string;
  groups?: string[];
}

export interface Evaluated {
  enabled: boolean;
  variant?: { name: string; configuration?: unknown };
}

/** Returns Microsoft's own library over flags of its schema. It gives the results of `isEnabled` and `getVariant`. */
export function featureManagerOf(
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
