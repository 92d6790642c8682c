import type { EvaluationContext } from "../../../../src/evaluation/types.ts";
import type { AttributePath, JsonValue } from "../../../../src/flags/document.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { at, fieldsOf, isFields, type Placed, textsOf } from "../../lowering/source.ts";

/** Returns the attribute of a name in which points separate the steps. */
export function attributeOf(name: unknown, place: string): AttributePath {
  if (typeof name !== "string") throw new NotImportable(place, "the attribute has no name");
  const steps = name.split(".");
  if (steps[0] === "request") throw new NotImportable(place, '"request" has a meaning of its own in Burgee');
  if (steps.slice(1).some((step) => step === "length" || /^\d+$/.test(step)))
    throw new NotImportable(place, `"${name}" reads inside a list or a text`);
  if (steps.some((step) => step in {}))
    throw new NotImportable(place, `"${name}" is a property of every object in JavaScript`);
  return steps.length === 1 ? name : steps;
}

/** An attribute that nobody sends. The hash is then that of the feature's key alone. */
const NOBODY = "featurevisor.nobody";

/** Returns the attributes that are hashed, of which the first that is present counts. */
export function bucketByOf({ fields, place }: Placed, notes: Notes): AttributePath[] {
  const { bucketBy } = fields;
  const where = at(place, "bucketBy");
  if (typeof bucketBy === "string") return [attributeOf(bucketBy, where)];
  if (isFields(bucketBy) && Array.isArray(bucketBy["or"])) return orNobody(textsOf(bucketBy["or"]), where);
  if (!Array.isArray(bucketBy))
    throw new NotImportable(where, "it is neither an attribute, nor a list of attributes, nor { or: [...] }");
  const names = textsOf(bucketBy);
  if (new Set(names).size < names.length)
    throw new NotImportable(where, "it names an attribute twice; import datafiles with the same features one by one");
  if (names.length < 2) return orNobody(names, where);
  const name = jointName(names);
  notes.note(where, `send the attribute "${name}": the values of ${names.join(", ")}, joined by dots`);
  return [name];
}

function orNobody(names: readonly string[], place: string): AttributePath[] {
  return names.length === 0 ? [NOBODY] : names.map((name) => attributeOf(name, place));
}

function jointName(names: readonly string[]): string {
  return `featurevisor.${names.join("+")}`;
}

/** Returns a function that adds the joint attributes of all features to a context. */
export function toContextOf(features: Iterable<Placed>): (context: unknown) => EvaluationContext {
  const lists = [...features].map(({ fields }) => textsOf(fields["bucketBy"])).filter(({ length }) => length > 1);
  const joint = new Map(lists.map((names) => [jointName(names), names]));
  return (input) => {
    const context: EvaluationContext = {};
    for (const [name, value] of Object.entries(fieldsOf(input)))
      if (value !== undefined) context[name] = value instanceof Date ? isoText(value) : (value as JsonValue);
    for (const [name, parts] of joint) {
      const values = parts.map((part) => valueAt(input, part)).filter((value) => value !== undefined);
      if (values.length > 0) context[name] = (values as (string | number | boolean | null)[]).join(".");
    }
    return context;
  };
}

function isoText(date: Date): JsonValue {
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function valueAt(context: unknown, name: string): unknown {
  return name.split(".").reduce<unknown>((value, step) => fieldsOf(value)[step], context);
}
