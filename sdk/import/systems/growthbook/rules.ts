import type { HashScheme, JsonValue, Serve } from "../../../../src/flags/document.ts";
import { all, type Bucketing, type Lowered, not } from "../../lowering/condition.ts";
import { type Notes } from "../../lowering/draft.ts";
import type { RuleList } from "../../lowering/rule-list.ts";
import { at, type Fields, fieldsOf, listOf, numberOf, textOf } from "../../lowering/source.ts";
import { VariantSet } from "../../lowering/variant-set.ts";
import {
  bucketingOf,
  covered,
  experimentRanges,
  firstAt,
  inNamespace,
  inRanges,
  passesFilters,
  type Range,
  rangesOf,
} from "./buckets.ts";
import { lowerCondition, type SavedGroups } from "./conditions.ts";

/** The variants of one feature. */
export class ValueTable {
  readonly #set = new VariantSet();

  get variants(): VariantSet["values"] {
    return this.#set.values;
  }

  /** Returns the result that serves a value. GrowthBook's callers get their fallback in place of `null`. */
  serve(value: unknown, wanted: string): { variant: string | null } {
    if (value === undefined || value === null) return { variant: null };
    const name = typeof value === "boolean" ? String(value) : wanted;
    return { variant: this.#set.nameOf(value as JsonValue, name) };
  }
}

/** Returns when a parent feature has a wanted value. */
export type ParentTest = (feature: string, condition: unknown, place: string, notes: Notes) => Lowered;

export interface RuleScope {
  feature: string;
  groups: SavedGroups;
  schemes: Record<number, HashScheme>;
  table: ValueTable;
  rules: RuleList;
  parent: ParentTest;
  notes: Notes;
}

/** Adds the rules for one rule of a feature. */
export function lowerRule(rule: Fields, index: number, place: string, scope: RuleScope): void {
  const id = textOf(rule["id"]) ?? `rule-${index}`;
  const parents = listOf(rule["parentConditions"]).map((one, i) => {
    const { id: feature, condition, gate } = fieldsOf(one);
    const where = at(place, "parentConditions", i);
    return { holds: scope.parent(String(feature), condition, where, scope.notes), isGate: gate === true };
  });
  if (rule["fallbackAttribute"] !== undefined)
    scope.notes.note(at(place, "fallbackAttribute"), "it is used with sticky buckets only, which Burgee does not have");
  let before: Lowered = true;
  for (const { holds, isGate } of parents) {
    // A gate that is closed ends the evaluation, and the feature has no value.
    if (isGate) scope.rules.add(`${id}.gate`, all(before, not(holds)), { variant: null });
    before = all(before, holds);
  }
  const applies = all(
    ...parents.map(({ holds }) => holds),
    ...passesFilters(rule["filters"], scope.schemes),
    rule["condition"] === undefined ||
      lowerCondition(rule["condition"], scope.groups, at(place, "condition"), scope.notes),
  );
  if ("force" in rule) {
    const serve = scope.table.serve(rule["force"], `force-${index}`);
    scope.rules.add(id, all(applies, inRollout(rule, scope)), serve);
  } else if (Array.isArray(rule["variations"]))
    for (const { when, serve } of lowerExperiment(rule, scope)) scope.rules.add(id, all(applies, when), serve);
}

function inRollout(rule: Fields, { feature, schemes }: RuleScope): Lowered {
  const { range, coverage } = rule;
  if (!Array.isArray(range) && coverage === undefined) return true;
  const bucketing = bucketingOf(
    rule["hashAttribute"],
    textOf(rule["seed"]) || feature,
    numberOf(rule["hashVersion"]) || 1,
    schemes,
  );
  return Array.isArray(range) ? inRanges(bucketing, rangesOf([range])) : covered(bucketing, numberOf(coverage) ?? 0);
}

interface ServedWhen {
  when: Lowered;
  serve: Serve;
}

function lowerExperiment(rule: Fields, { feature, schemes, table }: RuleScope): ServedWhen[] {
  const variations = listOf(rule["variations"]);
  const seed = textOf(rule["seed"]) || textOf(rule["key"]) || feature;
  const bucketing = bucketingOf(rule["hashAttribute"], seed, numberOf(rule["hashVersion"]) || 1, schemes);
  if (variations.length < 2 || rule["active"] === false || bucketing === undefined) return [];
  const meta = listOf(rule["meta"]).map(fieldsOf);
  const slices = experimentRanges(rule, variations.length).map((range, i) => ({
    range,
    serve: table.serve(variations[i], textOf(meta[i]?.["name"]) || textOf(meta[i]?.["key"]) || `variation-${i}`),
    isSkipped: meta[i]?.["passthrough"] === true || i >= variations.length,
  }));
  const when =
    rule["filters"] === undefined && rule["namespace"] !== undefined
      ? inNamespace(rule["namespace"], rule["hashAttribute"], schemes)
      : true;
  const split = splitOf(bucketing, slices);
  if (split !== undefined) return [{ when, serve: split }];
  // A subject in two ranges gets the first variation, even if that one is skipped.
  return slices.flatMap(({ range, serve, isSkipped }, i) => {
    const earlier = slices
      .slice(0, i)
      .map((slice) => slice.range)
      .filter((other) => overlap(other, range));
    const isFirst = not(inRanges(bucketing, earlier));
    return isSkipped ? [] : [{ when: all(when, inRanges(bucketing, [range]), isFirst), serve }];
  });
}

function overlap([a, b]: Range, [c, d]: Range): boolean {
  return a < d && c < b;
}

interface Slice {
  range: Range;
  serve: { variant: string | null };
  isSkipped: boolean;
}

/** Returns a split if the ranges follow each other without gaps and all are served. */
function splitOf(bucketing: Bucketing, slices: readonly Slice[]): Serve | undefined {
  let end = 0;
  const weights: [string, number][] = [];
  for (const { range, serve, isSkipped } of slices) {
    const [from, to] = range.map((bound) => firstAt(bound, bucketing.total)) as [number, number];
    if (isSkipped || serve.variant === null || from !== end || to < from) return undefined;
    weights.push([serve.variant, to - from]);
    end = to;
  }
  return { rollout: { ...bucketing, weights } };
}
