/** The configuration of a flag from one environment to another. */
import type { Configuration, DefinitionWithEnvironments, Flag } from "../../../../sdk/client/contract.ts";

export type EnvironmentConfiguration = DefinitionWithEnvironments["environments"][string];

/** What all environments share, as a flag is written. */
export function definitionOf(known: DefinitionWithEnvironments): Omit<Flag, keyof Configuration> {
  const { key, kind, type, variants, clientVisible, metadata, description, tags, owner } = known;
  return {
    key,
    kind,
    type,
    variants,
    clientVisible,
    metadata: metadata as NonNullable<Flag["metadata"]>,
    description,
    tags,
    ...(owner === undefined ? {} : { owner }),
  };
}

/** What one environment has of its own, without its version. */
export function configurationOf(configuration: EnvironmentConfiguration): Configuration {
  const { enabled, offVariant, rules, prerequisites } = configuration;
  return { enabled, offVariant, default: configuration.default, rules, prerequisites };
}

/** The flag as the target would have it. `isEnabledKept`: whether it is on there stays as it is. */
export function copyOf(
  known: DefinitionWithEnvironments,
  from: string,
  to: string,
  isEnabledKept: boolean,
): { base: Flag; wanted: Flag } | undefined {
  const [source, target] = [known.environments[from], known.environments[to]];
  if (source === undefined || target === undefined) return undefined;
  const definition = definitionOf(known);
  const base = { ...definition, ...configurationOf(target), version: target.version };
  const wanted = { ...definition, ...configurationOf(source), version: target.version };
  return { base, wanted: isEnabledKept ? { ...wanted, enabled: target.enabled } : wanted };
}
