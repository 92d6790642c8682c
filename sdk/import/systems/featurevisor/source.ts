/** The datafile that Featurevisor's SDKs download, of schema version 1 or 2. */
import { Names } from "../../lowering/names.ts";
import {
  at,
  type Fields,
  fieldsOf,
  isFields,
  listOf,
  partsByKey,
  partsOf,
  placed,
  type Placed,
  textOf,
} from "../../lowering/source.ts";

export interface FeaturevisorSource {
  features: Map<string, Placed>;
  /** The segments, with their keys in Burgee. */
  segments: Map<string, Placed & { key: string }>;
  /** The variables that belong to no feature. */
  variables: Map<string, Placed>;
}

export function readSource(input: unknown): FeaturevisorSource {
  const source = fieldsOf(input);
  const names = new Names();
  const segments = [...partsByKey(source["segments"], "/segments")];
  return {
    features: partsByKey(source["features"], "/features"),
    segments: new Map(segments.map(([key, segment]) => [key, { ...segment, key: names.take(key) }])),
    variables: partsByKey(source["variables"], "/variables"),
  };
}

/** One variation of a feature, with its values of variables. */
export interface Variation {
  value: string;
  values: ReadonlyMap<string, unknown>;
  /** The values for some contexts, by variable. The first one that matches counts. */
  overrides: ReadonlyMap<string, Placed[]>;
}

export function variationsOf(feature: Placed): Variation[] {
  return partsOf(feature, "variations").map(({ fields, place }) => ({
    value: textOf(fields["value"]) ?? "",
    ...(Array.isArray(fields["variables"]) ? listedValues({ fields, place }) : namedValues({ fields, place })),
  }));
}

/** In schema version 1, the variables of a variation are a list. */
function listedValues(variation: Placed): Omit<Variation, "value"> {
  const variables = partsOf(variation, "variables").map((one): [string, Placed] => [String(one.fields["key"]), one]);
  return {
    values: new Map(variables.map(([key, { fields }]) => [key, fields["value"]])),
    overrides: new Map(variables.map(([key, variable]) => [key, partsOf(variable, "overrides")])),
  };
}

function namedValues({ fields, place }: Placed): Omit<Variation, "value"> {
  return {
    values: new Map(Object.entries(fieldsOf(fields["variables"]))),
    overrides: new Map(Object.entries(overridesIn({ fields, place }))),
  };
}

/** Returns the overrides of a rule or a variation, by variable. */
export function overridesIn({ fields, place }: Placed): Record<string, Placed[]> {
  const overrides = Object.entries(fieldsOf(fields["variableOverrides"]));
  return Object.fromEntries(overrides.map(([key, list]) => [key, placed(list, at(place, "variableOverrides", key))]));
}

export function variablesOf({ fields, place }: Placed): Map<string, Placed> {
  return partsByKey(fields["variablesSchema"], at(place, "variablesSchema"));
}

/** A feature that must be on, or that must have a variation. */
export interface Requirement {
  feature: string;
  variation: unknown;
  place: string;
}

export function requirementsOf({ fields, place }: Placed): Requirement[] {
  return listOf(fields["required"]).map((one, i) => {
    const { key, variation }: Fields = isFields(one) ? one : { key: one };
    return { feature: String(key), variation, place: at(place, "required", i) };
  });
}
