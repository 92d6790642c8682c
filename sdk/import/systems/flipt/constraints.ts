import type { AttributePath } from "../../../../src/flags/document.ts";
import { callerAttribute } from "../../lowering/attribute.ts";
import { all, any, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { at, partsOf, type Placed, scalarText, textOf } from "../../lowering/source.ts";
import type { Engine, FliptScope } from "./engine.ts";
import {
  beginsOrEnds,
  BOOLEANS,
  comparesDate,
  comparesNumber,
  contains,
  hasText,
  isIn,
  isNumber,
  isPresent,
  numberIn,
  numbersIn,
  textsIn,
} from "./texts.ts";

/** The attribute in place of the entity's id. */
export const ENTITY = "targetingKey";

/** Returns the condition of a segment. Without constraints, everybody is in it. */
export function lowerSegment(segment: Placed, scope: FliptScope): Lowered {
  const constraints = partsOf(segment, "constraints").map((one) => lowerConstraint(one, scope));
  const type = textOf(segment.fields["match_type"]) ?? "ALL_MATCH_TYPE";
  if (type === "ALL_MATCH_TYPE") return all(...constraints);
  if (type === "ANY_MATCH_TYPE") return constraints.length === 0 || any(...constraints);
  throw new NotImportable(at(segment.place, "match_type"), `the match type "${type}" is not known`);
}

interface Constraint {
  attribute: AttributePath;
  operator: string;
  value: string;
  engine: Engine;
}

const TESTS: ReadonlyMap<string, (constraint: Constraint) => Lowered | undefined> = new Map([
  ["STRING_COMPARISON_TYPE", textTest],
  ["ENTITY_ID_COMPARISON_TYPE", textTest],
  ["NUMBER_COMPARISON_TYPE", numberTest],
  ["BOOLEAN_COMPARISON_TYPE", booleanTest],
  ["DATETIME_COMPARISON_TYPE", dateTest],
]);

function lowerConstraint({ fields, place }: Placed, { engine, notes }: FliptScope): Lowered {
  const type = textOf(fields["type"]) ?? "";
  const operator = textOf(fields["operator"]) ?? "";
  const test = TESTS.get(type);
  if (test === undefined) throw new NotImportable(at(place, "type"), `the type "${type}" is not known`);
  const isEntity = type === "ENTITY_ID_COMPARISON_TYPE";
  const attribute = isEntity ? ENTITY : attributeOf(fields["property"], at(place, "property"));
  const condition = test({ attribute, operator, value: scalarText(fields["value"]), engine });
  if (condition === undefined)
    throw new NotImportable(at(place, "operator"), `the operator "${operator}" is not known for ${type}`);
  if (condition === false)
    notes.note(at(place, "value"), `Flipt's ${engine} cannot read this value, so nobody matches`);
  if (textOf(fields["description"]))
    notes.note(at(place, "description"), "it is left out, because conditions have no descriptions here");
  if (type === "DATETIME_COMPARISON_TYPE" && /^(?:n?eq|[lg]te?)$/.test(operator))
    notes.note(place, "send the date with seconds and an offset, such as 2030-01-31T09:00:00Z");
  return condition;
}

function attributeOf(property: unknown, place: string): AttributePath {
  if (typeof property !== "string" || property === "") throw new NotImportable(place, "the property has no name");
  if (property === ENTITY || property === "request")
    throw new NotImportable(place, `"${property}" has a meaning of its own in Burgee`);
  return callerAttribute(property);
}

function textTest({ attribute, operator, value, engine }: Constraint): Lowered | undefined {
  switch (operator) {
    case "empty":
      return not(isPresent(attribute, engine));
    case "notempty":
      return isPresent(attribute, engine);
    case "eq":
      return isIn(attribute, [value]);
    case "neq":
      return all(hasText(attribute), not(isIn(attribute, [value])));
    case "prefix":
    case "suffix":
      return beginsOrEnds(attribute, operator === "prefix", value, engine);
    case "contains":
      return contains(attribute, value);
    case "notcontains":
      return value !== "" && all(hasText(attribute), not(contains(attribute, value)));
    case "isoneof":
      return isIn(attribute, textsIn(value, engine) ?? []);
    case "isnotoneof": {
      const texts = textsIn(value, engine);
      // If the client cannot read the list, nothing is in it. To the server, the constraint fails.
      if (texts === undefined && engine === "server") return false;
      return all(hasText(attribute), not(isIn(attribute, texts ?? [])));
    }
    default:
      return undefined;
  }
}

function presenceTest({ attribute, operator, engine }: Constraint): Lowered | undefined {
  if (operator === "present") return isPresent(attribute, engine);
  return operator === "notpresent" ? not(isPresent(attribute, engine)) : undefined;
}

function numberTest(constraint: Constraint): Lowered | undefined {
  const { attribute, operator, value, engine } = constraint;
  const presence = presenceTest(constraint);
  if (presence !== undefined) return presence;
  if (operator === "isoneof" || operator === "isnotoneof") {
    const numbers = numbersIn(value, engine);
    if (numbers === undefined) return false;
    const found = leaf(attribute, "in", numbers, { read: "number" });
    return all(isNumber(attribute, engine), operator === "isoneof" ? found : not(found));
  }
  const test = comparesNumber(attribute, operator, numberIn(value, engine) ?? 0);
  if (test === undefined) return undefined;
  return numberIn(value, engine) !== undefined && all(isNumber(attribute, engine), test);
}

function booleanTest(constraint: Constraint): Lowered | undefined {
  const { attribute, operator, engine } = constraint;
  if (operator === "true" || operator === "false") return isIn(attribute, BOOLEANS[engine][operator]);
  return presenceTest(constraint);
}

function dateTest(constraint: Constraint): Lowered | undefined {
  const { attribute, operator, value, engine } = constraint;
  return presenceTest(constraint) ?? comparesDate(attribute, operator, value, engine);
}
