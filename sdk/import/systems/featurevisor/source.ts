/** The datafile that Featurevisor's SDKs download, of schema version 1 or 2. */
import { Names } from "../../lowering/names.ts";
import { RowReader } from "../../lowering/rows.ts";
import type { Shape } from "../../lowering/shape.ts";
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
import type { ReportEntry } from "../../types.ts";

export interface FeaturevisorSource {
  features: Map<string, Placed>;
  /** The segments, with their keys in Burgee. */
  segments: Map<string, Placed & { key: string }>;
  /** The variables that belong to no feature. */
  variables: Map<string, Placed>;
  refused: readonly ReportEntry[];
}

const OVERRIDES: Shape = { named: { list: { fields: {} } } };

export const FEATURE_SHAPE: Shape = {
  fields: {
    required: { list: "any" },
    variations: { list: { fields: { value: "text", variableOverrides: OVERRIDES }, needs: ["value"] } },
    traffic: {
      list: {
        fields: {
          key: "text",
          variation: "text",
          variables: { named: "any" },
          variableOverrides: OVERRIDES,
          allocation: { list: { fields: { variation: "text" }, needs: ["range"] } },
        },
        needs: ["segments"],
      },
    },
    force: { list: { fields: { variation: "text", variables: { named: "any" } } } },
    ranges: { list: { list: "number" } },
    disabledVariationValue: "text",
  },
};

export function readSource(input: unknown): FeaturevisorSource {
  const source = fieldsOf(input);
  const names = new Names();
  const reader = new RowReader();
  // In schema version 1, all of them are lists.
  const rows = (kind: "flag" | "segment", name: string): Map<string, Placed> =>
    Array.isArray(source[name])
      ? reader.list(kind, source[name], at("", name), "key")
      : reader.named(kind, source[name], at("", name));
  const segments = [...rows("segment", "segments")];
  return {
    features: rows("flag", "features"),
    segments: new Map(segments.map(([key, segment]) => [key, { ...segment, key: names.take(key) }])),
    variables: rows("flag", "variables"),
    refused: reader.refused,
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
    overrides: overridesIn({ fields, place }),
  };
}

/** Returns the overrides of a rule or a variation, by variable. */
export function overridesIn({ fields, place }: Placed): Map<string, Placed[]> {
  const overrides = Object.entries(fieldsOf(fields["variableOverrides"]));
  return new Map(overrides.map(([key, list]) => [key, placed(list, at(place, "variableOverrides", key))]));
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
