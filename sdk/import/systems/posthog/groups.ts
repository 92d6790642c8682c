import type { AttributePath, JsonValue, Rule, Serve } from "../../../../src/flags/document.ts";
import { all, type Bucketing, bucketIn, exists, type Lowered } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { RuleList } from "../../lowering/rule-list.ts";
import { at, type Fields, fieldsOf, listOf, textOf } from "../../lowering/source.ts";
import { type AttributeOf, type CohortTable, groupAttribute, personAttribute } from "./cohorts.ts";
import { lowerFilter } from "./properties.ts";

/** The variants of a flag without a variant of its own. */
export const TRUE = "true";
export const FALSE = "false";

export interface FlagScope {
  key: string;
  flag: Fields;
  filters: Fields;
  place: string;
  notes: Notes;
  cohorts: CohortTable;
  groupTypes: Fields;
  dependency: (property: Fields, place: string, notes: Notes) => { flag: string; variants: string[] };
}

/** The size of the bucket space. Percentages can have seven decimals. */
const TOTAL = 1_000_000_000;

/** Returns the variants of a flag. */
export function variantsOf(filters: Fields): Record<string, JsonValue> {
  const keys = multivariate(filters).map(({ key }) => String(key));
  return { [TRUE]: true, [FALSE]: false, ...Object.fromEntries(keys.map((key) => [key, key])) };
}

function multivariate(filters: Fields): Fields[] {
  return listOf(fieldsOf(filters["multivariate"])["variants"]).map(fieldsOf);
}

/** Returns the rules for a flag's groups of release conditions. */
export function lowerGroups(scope: FlagScope): Rule[] {
  const { filters, place } = scope;
  const list = new RuleList();
  for (const { key } of multivariate(filters))
    if (key === TRUE || key === FALSE) throw new NotImportable(place, `a variant has the name ${key}`);
  listOf(filters["groups"]).forEach((one, i) => {
    const group = fieldsOf(one);
    const where = at(place, "groups", i);
    const { subject, attributeOf } = subjectOf(group, where, scope);
    const properties = listOf(group["properties"]).map((property, j) =>
      lowerProperty(fieldsOf(property), at(where, "properties", j), attributeOf, scope),
    );
    const applies = all(exists(subject), ...properties);
    const percentage = group["rollout_percentage"] ?? 100;
    const bucketing: Bucketing = { by: [subject], salt: scope.key, hash: "posthog-1", total: TOTAL };
    const share = cutOf(percentage, at(where, "rollout_percentage"), scope.notes);
    const isReached = share >= TOTAL || bucketIn(bucketing, [[0, share]]);
    list.add(`group-${i + 1}`, all(applies, isReached), serveOf(group, subject, scope));
    if (filters["early_exit"] === true && share < TOTAL) list.add(`group-${i + 1}.exit`, applies, { variant: FALSE });
  });
  return list.rules;
}

interface Subject {
  subject: AttributePath;
  attributeOf: AttributeOf;
}

/** Returns the person, device or group that a group of conditions is about. */
function subjectOf(group: Fields, place: string, { flag, filters, groupTypes }: FlagScope): Subject {
  const own = group["aggregation_group_type_index"];
  const index = own === undefined ? filters["aggregation_group_type_index"] : own;
  if (index === undefined || index === null) {
    if (filters["aggregation_group_type_index"] !== undefined && filters["aggregation_group_type_index"] !== null)
      throw new NotImportable(place, "the conditions are about persons, and those of the flag about groups");
    return {
      subject: flag["bucketing_identifier"] === "device_id" ? "$device_id" : "targetingKey",
      attributeOf: personAttribute,
    };
  }
  const type = textOf(groupTypes[String(index as number)]);
  if (type === undefined)
    throw new NotImportable(place, `the group type ${String(index as number)} is not in the source`);
  return { subject: ["groups", type], attributeOf: groupAttribute(type) };
}

function lowerProperty(property: Fields, place: string, attributeOf: AttributeOf, scope: FlagScope): Lowered {
  const { type } = property;
  if (type === "flag") {
    const dependency = scope.dependency(property, place, scope.notes);
    return dependency.variants.length > 0 && dependency;
  }
  if (type === "cohort") return scope.cohorts.lower(property, place, attributeOf, scope.notes);
  return lowerFilter({ attribute: attributeOf(property["key"], place), property, place, notes: scope.notes });
}

function cutOf(percentage: unknown, place: string, notes: Notes): number {
  if (typeof percentage !== "number") throw new NotImportable(place, "the percentage is not a number");
  const cut = (percentage / 100) * TOTAL;
  if (Math.abs(cut - Math.round(cut)) > 1e-5) notes.approximate(place, "the percentage has more than seven decimals");
  return Math.min(TOTAL, Math.max(0, Math.round(cut)));
}

/** A subject behind the last variant has the value true. */
function serveOf(group: Fields, subject: AttributePath, { key, filters, place, notes }: FlagScope): Serve {
  const variants = multivariate(filters);
  const override = variants.find((one) => one["key"] === group["variant"]);
  if (override !== undefined) return { variant: String(override["key"]) };
  if (variants.length === 0) return { variant: TRUE };
  const weights: [string, number][] = [];
  let sum = 0;
  let end = 0;
  for (const { key: name, rollout_percentage: share } of variants) {
    sum += Number(share);
    const next = cutOf(sum, at(place, "multivariate", "variants"), notes);
    weights.push([String(name), next - end]);
    end = next;
  }
  if (end < TOTAL) weights.push([TRUE, TOTAL - end]);
  return { rollout: { by: [subject], salt: key, hash: "posthog-variant-1", total: TOTAL, weights } };
}
