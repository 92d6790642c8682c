import type { AttributePath } from "../../../../src/flags/document.ts";
import { callerAttribute } from "../../lowering/attribute.ts";
import { all, any, closed, type Lowered, not } from "../../lowering/condition.ts";
import { draftOf, NotImportable, type Notes } from "../../lowering/draft.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, type Fields, fieldsOf, listOf } from "../../lowering/source.ts";
import type { Draft, ImportedSegment } from "../../types.ts";
import { lowerFilter } from "./properties.ts";
import { COHORT } from "./shape.ts";

/** The cohorts of a source. A cohort is a tree of AND and OR over properties. */
export class CohortTable {
  readonly #cohorts: Fields;
  readonly #open: string[] = [];

  constructor(cohorts: Fields) {
    this.#cohorts = cohorts;
  }

  drafts(): Draft<ImportedSegment>[] {
    return Object.keys(this.#cohorts).map((id) =>
      draftOf({ kind: "segment", key: keyOf(id), place: at("/cohorts", id) }, (notes) => ({
        key: keyOf(id),
        name: `Cohort ${id}`,
        description: "",
        condition: closed(this.#lower(id, personAttribute, notes)),
      })),
    );
  }

  /** Returns when somebody is in a cohort. `attributeOf` says whose properties it reads. */
  lower({ value, operator }: Fields, place: string, attributeOf: AttributeOf, notes: Notes): Lowered {
    const id = String(value);
    if (!Object.hasOwn(this.#cohorts, id))
      throw new NotImportable(at(place, "value"), `the cohort ${id} is static or is not in the source`);
    const inside = this.#lower(id, attributeOf, notes);
    const isShared = attributeOf === personAttribute && typeof inside === "object";
    const condition = isShared ? { segment: keyOf(id) } : inside;
    return operator === "not_in" ? not(condition) : condition;
  }

  #lower(id: string, attributeOf: AttributeOf, notes: Notes): Lowered {
    const place = at("/cohorts", id);
    if (this.#open.includes(id)) throw new NotImportable(place, "the cohort contains itself");
    this.#open.push(id);
    try {
      checkShape(this.#cohorts[id] ?? NaN, COHORT, place);
      return this.#lowerGroup(fieldsOf(this.#cohorts[id]), place, attributeOf, notes);
    } finally {
      this.#open.pop();
    }
  }

  #lowerGroup(group: Fields, place: string, attributeOf: AttributeOf, notes: Notes): Lowered {
    checkShape(group, COHORT, place);
    if (Object.keys(group).length === 0) return true;
    const isAnd = group["type"] === "AND" || group["type"] === "property";
    if (!isAnd && group["type"] !== "OR") throw new NotImportable(at(place, "type"), "the type is not AND or OR");
    const parts = listOf(group["values"]).map((one, i) => {
      const part = fieldsOf(one);
      const where = at(place, "values", i);
      if ("values" in part) return this.#lowerGroup(part, where, attributeOf, notes);
      if (part["type"] === "flag") throw new NotImportable(where, "the cohort depends on a flag");
      const condition =
        part["type"] === "cohort"
          ? this.lower(part, where, attributeOf, notes)
          : lowerFilter({ attribute: attributeOf(part["key"], where), property: part, place: where, notes });
      return part["negation"] === true ? not(condition) : condition;
    });
    return isAnd ? all(...parts) : any(...parts);
  }
}

export type AttributeOf = (key: unknown, place: string) => AttributePath;

/** A person's properties are attributes of the context. */
export function personAttribute(key: unknown, place: string): AttributePath {
  if (typeof key !== "string") throw new NotImportable(at(place, "key"), "the property has no name");
  if (["targetingKey", "groups", "groupProperties"].includes(key))
    throw new NotImportable(at(place, "key"), `the attribute "${key}" has another meaning here`);
  return callerAttribute(key);
}

export function groupAttribute(group: string): AttributeOf {
  return (key, place) => {
    if (typeof key !== "string") throw new NotImportable(at(place, "key"), "the property has no name");
    return ["groupProperties", group, key];
  };
}

function keyOf(id: string): string {
  return `cohort-${id}`;
}
