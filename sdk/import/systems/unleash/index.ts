import type { Resolution } from "../../../../src/evaluation/types.ts";
import { resolvedValue } from "../../lowering/resolved-value.ts";
import { closed } from "../../lowering/condition.ts";
import { draftOf, type Notes } from "../../lowering/draft.ts";
import { checkShape } from "../../lowering/shape.ts";
import { Names } from "../../lowering/names.ts";
import { entryOf, at, fieldsOf, listOf, partsOf, type Placed, textOf } from "../../lowering/source.ts";
import type { Draft, DraftProject, FlagInput, ImportedSegment, ImportOptions } from "../../types.ts";
import { comparesTime, lowerConstraints } from "./constraints.ts";
import { toContext } from "./context.ts";
import { prerequisitesOf } from "./dependencies.ts";
import type { Lifetime, Rule } from "../../../../src/flags/document.ts";
import { readSource, type UnleashSource, variantsOf } from "./source.ts";
import { FEATURE, SEGMENT } from "./shape.ts";
import { lowerStrategy, type Schemes, type StrategyScope } from "./strategies.ts";
import { OFF, overridesOf, splitOf, VariantTable } from "./variants.ts";

const SCHEMES: Record<string, Schemes> = {
  "utf-8": { rollout: "unleash-1", variant: "unleash-variant-1" },
  node: { rollout: "unleash-low-byte-1", variant: "unleash-variant-low-byte-1" },
};

/** The project of features that nobody has put into another one. */
const DEFAULT_PROJECT = "default";

/** Imports the response of `/api/client/features` or `/api/client/delta`. */
export function importUnleash(input: unknown, { sdk = "utf-8" }: ImportOptions): DraftProject {
  const source = readSource(input);
  const segmentKeys = new Map(keysOf(source));
  const tables = new Map([...source.features.keys()].map((name) => [name, new VariantTable()]));
  const tableOf = (feature: string): VariantTable => tables.get(feature) ?? new VariantTable();
  const schemes = entryOf(SCHEMES, sdk) ?? SCHEMES["utf-8"];
  const drafts = [...source.features].map(([feature, placed]) => {
    const scope: Omit<StrategyScope, "notes"> = {
      feature,
      variants: variantsOf(placed.fields),
      source,
      segmentKey: (id) => segmentKeys.get(id) ?? id,
      schemes: schemes as Schemes,
      table: tableOf(feature),
      names: new Names(),
    };
    return draftOf({ kind: "flag", key: feature, place: placed.place }, (notes) =>
      lowerFeature(placed, { ...scope, notes }),
    );
  });
  // A prerequisite names its parent's variants, so it is added after all features have theirs.
  for (const { item, entry } of drafts) {
    if (item === undefined) continue;
    const prerequisites = prerequisitesOf(item.key, source, tableOf);
    if (prerequisites !== undefined) item.prerequisites = prerequisites;
    else {
      item.rules = [];
      item.default = { variant: OFF };
      entry.outcome = "exact with a note";
      entry.notes.push({ place: at(entry.place, "dependencies"), text: "its dependency is never met: always off" });
    }
  }
  return {
    flags: drafts,
    segments: [...source.segments].map(([id, placed]) => lowerSegment(segmentKeys.get(id) ?? id, placed)),
    refused: source.refused,
    toContext,
    fromResolution,
  };
}

function keysOf({ segments }: UnleashSource): [string, string][] {
  const names = new Names();
  return [...segments].map(([id, { fields }]) => [id, names.take(textOf(fields["name"]) ?? `segment-${id}`)]);
}

function lowerSegment(key: string, placed: Placed): Draft<ImportedSegment> {
  const { fields, place } = placed;
  const { name, description } = fields;
  return draftOf<ImportedSegment>({ kind: "segment", key, place }, (notes) => {
    checkShape(fields, SEGMENT, place);
    const condition = closed(lowerConstraints(placed, notes));
    if (comparesTime(placed)) {
      notes.note(
        at(place, "constraints"),
        "it compares the current time, which segments do not: each rule contains it",
      );
      return undefined;
    }
    return { key, name: textOf(name) ?? key, description: textOf(description) ?? "", condition };
  });
}

function lowerFeature(feature: Placed, scope: StrategyScope): FlagInput {
  const { fields, place } = feature;
  checkShape(fields, FEATURE, place);
  const strategies = partsOf(feature, "strategies");
  // A feature without strategies is on for everybody.
  const isOpen = strategies.length === 0;
  const rules = isOpen ? overrideRules(scope) : strategies.flatMap((strategy) => lowerStrategy(strategy, scope));
  const split = {
    salt: scope.feature,
    stickiness: scope.variants[0]?.stickiness ?? "default",
    hash: scope.schemes.variant,
  };
  if (fields["impressionData"] === true)
    scope.notes.note(at(place, "impressionData"), "Burgee sends no impression events; use its usage counts");
  return {
    key: scope.feature,
    kind: "flag",
    ...tagsOf(fields),
    ...lifetimeOf(feature, scope.notes),
    clientVisible: false,
    metadata: {},
    enabled: fields["enabled"] === true,
    offVariant: OFF,
    rules,
    default: isOpen ? splitOf(scope.variants, split, scope.table) : { variant: OFF },
    prerequisites: [],
    ...scope.table.definition(),
  };
}

function overrideRules({ variants, table, names }: StrategyScope): Rule[] {
  return overridesOf(variants, table).flatMap(({ when, variant }) =>
    typeof when === "boolean" ? [] : [{ id: names.take("override"), when, serve: { variant } }],
  );
}

function tagsOf(fields: { [name: string]: unknown }): { description?: string; tags?: string[] } {
  const description = textOf(fields["description"]);
  const tags = listOf(fields["tags"])
    .map(fieldsOf)
    .map(({ type, value }) => `${String(type)}:${String(value)}`);
  const project = textOf(fields["project"]) ?? DEFAULT_PROJECT;
  if (project !== DEFAULT_PROJECT) tags.push(`project:${project}`);
  if (fields["stale"] === true) tags.push("stale");
  return { ...(description !== undefined && { description }), ...(tags.length > 0 && { tags }) };
}

/** The types of features that Unleash expects to be removed some day, and the others. */
const LIFETIMES: Readonly<Record<string, Lifetime>> = {
  release: "temporary",
  experiment: "temporary",
  operational: "temporary",
  "kill-switch": "permanent",
  permission: "permanent",
};

function lifetimeOf({ fields, place }: Placed, notes: Notes): { lifetime?: Lifetime } {
  const type = textOf(fields["type"]);
  if (type === undefined) return {};
  const lifetime = entryOf(LIFETIMES, type);
  if (lifetime === undefined) notes.note(at(place, "type"), `the type "${type}" says nothing about its lifetime`);
  return lifetime === undefined ? {} : { lifetime };
}

/** Returns the result of Unleash's `getVariant`. Its `feature_enabled` is the result of `isEnabled`. */
function fromResolution(resolution: Resolution): unknown {
  const value = resolvedValue(resolution);
  if (typeof value === "object" && value !== null) return value;
  return { name: "disabled", enabled: false, feature_enabled: value === true };
}
