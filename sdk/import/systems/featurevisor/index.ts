import type { Resolution } from "../../../../src/evaluation/types.ts";
import type { Prerequisite } from "../../../../src/flags/document.ts";
import { resolvedValue } from "../../lowering/resolved-value.ts";
import { closed } from "../../lowering/condition.ts";
import { draftOf, NotImportable, type Notes } from "../../lowering/draft.ts";
import { DraftTable } from "../../lowering/draft-table.ts";
import { checkSdk } from "../../lowering/sdk.ts";
import { at, type Placed, textOf } from "../../lowering/source.ts";
import type { Draft, DraftProject, FlagInput, ImportedSegment, ImportOptions } from "../../types.ts";
import { lowerConditions, type SegmentScope } from "./conditions.ts";
import { toContextOf } from "./context.ts";
import { lowerFeature, ON } from "./features.ts";
import type { SdkVersion } from "./operators.ts";
import {
  type FeaturevisorSource,
  readSource,
  type Requirement,
  requirementsOf,
  variablesOf,
  variationsOf,
} from "./source.ts";
import { featureScope } from "./steps.ts";
import { lowerVariable } from "./variables.ts";
import { hasVariations, lowerVariation, partKey, VARIATION, VariationSet } from "./variations.ts";

/** Imports a datafile of schema version 2 or 1. A feature has a flag, and flags for its variation and variables. */
export function importFeaturevisor(input: unknown, { sdk }: ImportOptions): DraftProject {
  const source = readSource(input);
  const features = new FeatureTable(source, sdk);
  return {
    flags: [...features.drafts(), ...topLevelVariables(source)],
    segments: features.segments(),
    refused: source.refused,
    toContext: toContextOf(source.features.values()),
    fromResolution: (resolution, key) => resultOf(resolution, source.features.has(key)),
  };
}

/** Returns the result of `isEnabled` for a feature, and that of `getVariation` or `getVariable` for its parts. */
function resultOf(resolution: Resolution, isFeature: boolean): unknown {
  const value = resolvedValue(resolution);
  return isFeature ? value === true : (value ?? null);
}

function topLevelVariables({ variables }: FeaturevisorSource): Draft<FlagInput>[] {
  return [...variables].map(([key, { place }]) =>
    draftOf<FlagInput>({ kind: "flag", key, place }, () => {
      throw new NotImportable(place, "the variable belongs to no feature");
    }),
  );
}

class FeatureTable {
  readonly #source: FeaturevisorSource;
  readonly #sdk: string | undefined;
  readonly #table = new DraftTable(
    (key) => this.#featureOf(key).place,
    (key, place, notes) => {
      const feature = this.#featureOf(key);
      if (feature.fields["deprecated"] === true)
        notes.note(
          at(feature.place, "deprecated"),
          'the flag has the tag "deprecated" instead, and Burgee does not warn about its use',
        );
      return lowerFeature(featureScope(key, feature, this.#scope(notes, place)), this.#prerequisites(feature, notes));
    },
  );

  constructor(source: FeaturevisorSource, sdk: string | undefined) {
    this.#source = source;
    this.#sdk = sdk;
  }

  drafts(): Draft<FlagInput>[] {
    return [...this.#source.features].flatMap(([key, feature]) => [
      this.#table.draft(key),
      ...(hasVariations(feature) ? [this.#variation(key, feature)] : []),
      ...[...variablesOf(feature)].map(([variable, schema]) => this.#variable(key, feature, variable, schema)),
    ]);
  }

  segments(): Draft<ImportedSegment>[] {
    return [...this.#source.segments].map(([name, { key, fields, place }]) =>
      draftOf({ kind: "segment", key, place }, (notes) => ({
        key,
        name,
        description: textOf(fields["description"]) ?? "",
        condition: closed(lowerConditions(fields["conditions"], at(place, "conditions"), this.#scope(notes, place))),
      })),
    );
  }

  #featureOf(key: string): Placed {
    return this.#source.features.get(key) as Placed;
  }

  #scope(notes: Notes, place: string): SegmentScope {
    checkSdk(this.#sdk, ["2", "3"], place);
    return {
      notes,
      segmentKey: (name) => this.#source.segments.get(name)?.key,
      sdkVersion: (place) => this.#sdkVersion(place, notes),
    };
  }

  #sdkVersion(place: string, notes: Notes): SdkVersion {
    if (this.#sdk === "2") return 2;
    if (this.#sdk !== "3") notes.approximate(place, "SDKs of version 2 and 3 differ here; add --sdk 2 or --sdk 3");
    return 3;
  }

  #variation(key: string, feature: Placed): Draft<FlagInput> {
    const { place } = feature;
    return draftOf({ kind: "flag", key: partKey(key, VARIATION), place: at(place, "variations") }, (notes) => {
      return lowerVariation(featureScope(key, feature, this.#scope(notes, place)));
    });
  }

  #variable(key: string, feature: Placed, variable: string, schema: Placed): Draft<FlagInput> {
    const flag = partKey(key, variable);
    const { place } = schema;
    return draftOf({ kind: "flag", key: flag, place }, (notes) => {
      if (variable === VARIATION && hasVariations(feature))
        throw new NotImportable(place, `"${flag}" is the key of the variation`);
      if (this.#source.features.has(flag)) throw new NotImportable(place, `"${flag}" is the key of a feature`);
      return lowerVariable(featureScope(key, feature, this.#scope(notes, place)), variable, schema);
    });
  }

  /** Returns the required features, or `undefined` if one of them is never on. */
  #prerequisites(feature: Placed, notes: Notes): Prerequisite[] | undefined {
    const found = requirementsOf(feature).map((one) => this.#prerequisite(one, notes));
    return found.includes(undefined) ? undefined : found.flatMap((one) => one ?? []);
  }

  #prerequisite({ feature: key, variation, place }: Requirement, notes: Notes): Prerequisite[] | undefined {
    const feature = this.#source.features.get(key);
    if (feature === undefined) {
      notes.note(place, `the required feature "${key}" is not in the source, so this one is off`);
      return undefined;
    }
    if (this.#table.isOpen(key)) throw new NotImportable(place, `"${key}" and this feature require each other`);
    this.#table.draft(key);
    const isOn = { flag: key, variants: [ON] };
    if (variation === undefined) return [isOn];
    const variant = new VariationSet(variationsOf(feature)).variantOf(variation);
    if (variant !== undefined) return [isOn, { flag: partKey(key, VARIATION), variants: [variant] }];
    notes.note(place, `"${key}" has no such variation, so this feature is off`);
    return undefined;
  }
}
