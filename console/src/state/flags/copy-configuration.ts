/** Copies the configuration of a flag from one environment to another. */
import type { Configuration, DefinitionWithEnvironments, Flag } from "../../../../sdk/client/contract.ts";

export type EnvironmentConfiguration = DefinitionWithEnvironments["environments"][string];

/** Returns the part of a flag that all environments share, as the API accepts it. */
export function definitionOf(known: DefinitionWithEnvironments): Omit<Flag, keyof Configuration> {
  const { key, kind, type, variants, clientVisible, metadata, description, tags, owner } = known;
  const { fallback, jsonSchema, lifetime, expiresAt } = known;
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
    ...(fallback === undefined ? {} : { fallback }),
    ...(lifetime === undefined ? {} : { lifetime }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(jsonSchema === undefined ? {} : { jsonSchema }),
  };
}

/** Returns the part of a flag that belongs to one environment, without its version. */
export function configurationOf(configuration: EnvironmentConfiguration): Configuration {
  const { enabled, offVariant, rules, prerequisites } = configuration;
  return { enabled, offVariant, default: configuration.default, rules, prerequisites };
}

/** Returns the target's flag before and after the copy. If `isEnabledKept`, the flag stays on or off there. */
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
