import { SCHEMES } from "../../../../src/evaluation/hashing/schemes/schemes.ts";
import type { AttributePath } from "../../../../src/flags/document.ts";
import { firstBucket } from "../../lowering/first-bucket.ts";
import { callerAttribute, hasValue } from "../../lowering/attribute.ts";
import { all, any, bucketIn, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, type Fields, fieldsOf, listOf, scalarText, textOf } from "../../lowering/source.ts";
import { matchesTrait } from "./operators.ts";
import { RULE, SEGMENT } from "./shape.ts";

/** The size of Flagsmith's bucket space. */
export const TOTAL = 9998;

/** Returns when an identity belongs to a segment. */
export function lowerSegment(segment: Fields, place: string, environmentKey: string, notes: Notes): Lowered {
  checkShape(segment, SEGMENT, place);
  const rules = listOf(segment["rules"]);
  if (rules.length === 0) return false;
  const scope = { environmentKey, notes, segmentKey: String(segment["id"]) };
  return all(...rules.map((rule, i) => lowerRule(fieldsOf(rule), at(place, "rules", i), scope)));
}

interface Scope {
  environmentKey: string;
  notes: Notes;
  segmentKey: string;
}

function lowerRule(rule: Fields, place: string, scope: Scope): Lowered {
  checkShape(rule, RULE, place);
  const conditions = listOf(rule["conditions"]).map((condition, i) =>
    lowerCondition(fieldsOf(condition), at(place, "conditions", i), scope),
  );
  const rules = listOf(rule["rules"]).map((inner, i) => lowerRule(fieldsOf(inner), at(place, "rules", i), scope));
  return all(joined(rule["type"], conditions, place), joined(rule["type"], rules, place));
}

function joined(type: unknown, parts: readonly Lowered[], place: string): Lowered {
  if (parts.length === 0) return true;
  if (type === "ALL") return all(...parts);
  if (type === "ANY") return any(...parts);
  if (type === "NONE") return not(any(...parts));
  throw new NotImportable(at(place, "type"), `the type ${JSON.stringify(type)} of a rule is not known`);
}

function lowerCondition(condition: Fields, place: string, scope: Scope): Lowered {
  const operator = textOf(condition["operator"]) ?? "";
  const field = textOf(condition["property_"]) === undefined ? "property" : "property_";
  const property = textOf(condition[field]) ?? "";
  const where = at(place, field);
  if (operator === "PERCENTAGE_SPLIT") return inSplit(property, condition["value"], where, scope);
  if (property === "") return false;
  const { attribute, salt } = subjectOf(property, where, scope);
  if (operator === "IS_SET") return hasValue(attribute);
  if (operator === "IS_NOT_SET") return not(hasValue(attribute));
  // The key joins the environment's key and the identifier, and no attribute contains both.
  if (salt !== "") throw new NotImportable(where, `a condition on ${property} cannot be imported, except for a split`);
  return matchesTrait(attribute, operator, condition["value"], place, scope.notes);
}

interface Subject {
  attribute: AttributePath;
  salt: string;
}

const TRAIT = /^\$\.identity\.traits\.(.+)$/;
const QUOTED_TRAIT = /^\$\.identity\.traits\['(.+)'\]$/;

/** Returns what a property reads: a trait, or a path into Flagsmith's context. */
function subjectOf(property: string, place: string, { environmentKey }: Scope): Subject {
  const trait = TRAIT.exec(property)?.[1] ?? QUOTED_TRAIT.exec(property)?.[1];
  if (trait !== undefined) return { attribute: traitPath(trait, place), salt: "" };
  if (!property.startsWith("$.")) return { attribute: traitPath(property, place), salt: "" };
  switch (property) {
    case "$.identity.identifier":
      return { attribute: "targetingKey", salt: "" };
    case "$.identity.key":
      return { attribute: "targetingKey", salt: `${environmentKey}_` };
    case "$.environment.key":
    case "$.environment.name":
      throw new NotImportable(place, `the path ${property} has the same value for everybody`);
    default:
      throw new NotImportable(place, `the path ${property} cannot be imported`);
  }
}

/** The identifier of an identity is not a trait, but the targeting key. */
function traitPath(name: string, place: string): AttributePath {
  if (name === "targetingKey" || name === "request")
    throw new NotImportable(place, `a trait with the name ${name} cannot be an attribute`);
  return callerAttribute(name);
}

function inSplit(property: string, value: unknown, place: string, scope: Scope): Lowered {
  const percentage = Number.parseFloat(scalarText(value));
  // No bucket is below a percentage that is not a number.
  if (Number.isNaN(percentage)) return false;
  if (property !== "" && !property.startsWith("$.")) return false;
  const subject = subjectOf(property === "" ? "$.identity.key" : property, place, scope);
  const bucketing = {
    by: [subject.attribute],
    salt: `${scope.segmentKey},${subject.salt}`,
    hash: "flagsmith-1" as const,
    total: TOTAL,
  };
  const end = firstBucket(TOTAL, (bucket) => percentageOf(bucket) > percentage);
  const holds = bucketIn(bucketing, [[0, end]]);
  // An empty identifier or trait has a bucket in Flagsmith, and none in Burgee.
  return bucketOfKey(bucketing.salt) < end ? any(holds, leaf(subject.attribute, "equals", [""])) : holds;
}

/** Returns the bucket of a salt whose value is empty. */
export function bucketOfKey(salt: string): number {
  return SCHEMES["flagsmith-1"]("", TOTAL)(salt);
}

/** Returns the percentage of a bucket, as Flagsmith calculates it. */
export function percentageOf(bucket: number): number {
  return (bucket / TOTAL) * 100;
}
