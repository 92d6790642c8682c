import type { FieldError } from "../../ops/errors.ts";
import type { JsonValue } from "../document.ts";
import { canonicalJson } from "../formats/canonical-json.ts";
import { compilePattern, type Pattern } from "../formats/pattern.ts";
import { LIMITS } from "../limits.ts";
import { escapePointer } from "../validate.ts";
import { referencedSchema, type SchemaObject, type Subschema } from "./keywords.ts";
import { counted, listed, shown } from "./messages.ts";
import { isMultipleOf } from "./multiple-of.ts";
import { hasType, TYPE_TEXTS } from "./value-types.ts";

/** A value, or a part of one, with the schema that applies to it. */
interface Place {
  value: JsonValue;
  /** The pointer to the value. */
  at: string;
  /** The pointer to the schema. */
  path: string;
}

/** Interprets a schema without problems (schema-problems.ts). It compiles no code, which workerd and CSP forbid. */
export class ValueChecker {
  readonly #root: SchemaObject;
  readonly #path: string;
  /** The literals of `const` and `enum` as texts, which are equal if the values are. */
  readonly #texts = new Map<object, ReadonlySet<string>>();
  /** Elsewhere, compiled patterns live only as long as something uses them. */
  readonly #patterns = new Map<string, Pattern>();
  /** The steps that are left for all values of a flag. */
  #steps: number = LIMITS.schemaSteps;
  #errors: FieldError[] = [];

  /** @param path the pointer to the schema, which messages name */
  constructor(schema: SchemaObject, path: string) {
    this.#root = schema;
    this.#path = path;
  }

  /** Returns up to LIMITS.schemaErrors problems of a value, with pointers that begin with `at`. */
  check(value: JsonValue, at: string): FieldError[] {
    this.#errors = [];
    try {
      this.#check(this.#root, { value, at, path: this.#path });
      return this.#errors;
    } catch (error) {
      if (!(error instanceof TooManyStepsError)) throw error;
      const detail = `takes more than ${LIMITS.schemaSteps} steps to check; simplify the schema`;
      return [{ pointer: this.#path, detail }];
    }
  }

  #check(schema: Subschema, place: Place): void {
    this.#spend(1);
    if (schema === true) return;
    if (schema === false) {
      this.#refuse(place, "is not allowed");
      return;
    }
    const { value } = place;
    this.#checkType(schema, place);
    this.#checkEnum(schema, place);
    if (typeof value === "string") this.#checkText(schema, value, place);
    else if (typeof value === "number") this.#checkNumber(schema, value, place);
    else if (Array.isArray(value)) this.#checkList(schema, value, place);
    else if (typeof value === "object" && value !== null) this.#checkObject(schema, value, place);
    this.#checkInPlace(schema, place);
  }

  #checkType({ type }: SchemaObject, { value, at, path }: Place): void {
    if (type === undefined) return;
    const types = Array.isArray(type) ? type : [type];
    if (types.some((name) => hasType(value, name))) return;
    this.#refuse({ at, path: `${path}/type` }, `must be ${listed(types.map((name) => TYPE_TEXTS[name]))}`);
  }

  #checkEnum(schema: SchemaObject, { value, at, path }: Place): void {
    const hasConst = Object.hasOwn(schema, "const");
    if (!hasConst && schema.enum === undefined) return;
    const text = this.#textOf(value);
    if (hasConst && !this.#literals(schema, [schema.const]).has(text))
      this.#refuse({ at, path: `${path}/const` }, `must be ${shown(schema.const)}`);
    if (schema.enum !== undefined && !this.#literals(schema.enum, schema.enum).has(text))
      this.#refuse({ at, path: `${path}/enum` }, `must be ${listed(schema.enum.map(shown))}`);
  }

  /** Returns the texts of literals. @param owner the part of the schema to which they belong */
  #literals(owner: object, values: readonly unknown[]): ReadonlySet<string> {
    const known = this.#texts.get(owner) ?? new Set(values.map((value) => this.#textOf(value as JsonValue)));
    this.#texts.set(owner, known);
    return known;
  }

  #textOf(value: JsonValue): string {
    const text = canonicalJson(value);
    this.#spend(Math.ceil(text.length / CHARACTERS_PER_STEP));
    return text;
  }

  #checkText(schema: SchemaObject, text: string, { at, path }: Place): void {
    const { minLength = 0, maxLength = Infinity, pattern } = schema;
    if (minLength > 0 || maxLength < Infinity) {
      const length = Array.from(text).length; // code points
      if (length < minLength)
        this.#refuse({ at, path: `${path}/minLength` }, `must have at least ${counted(minLength, "character")}`);
      if (length > maxLength)
        this.#refuse({ at, path: `${path}/maxLength` }, `must have at most ${counted(maxLength, "character")}`);
    }
    if (pattern !== undefined && !this.#matches(pattern, text))
      this.#refuse({ at, path: `${path}/pattern` }, `must match the pattern ${pattern}`);
  }

  #checkNumber(schema: SchemaObject, value: number, { at, path }: Place): void {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
    const refuse = (keyword: string, detail: string) => this.#refuse({ at, path: `${path}/${keyword}` }, detail);
    if (minimum !== undefined && value < minimum) refuse("minimum", `must be at least ${minimum}`);
    if (maximum !== undefined && value > maximum) refuse("maximum", `must be at most ${maximum}`);
    if (exclusiveMinimum !== undefined && value <= exclusiveMinimum)
      refuse("exclusiveMinimum", `must be more than ${exclusiveMinimum}`);
    if (exclusiveMaximum !== undefined && value >= exclusiveMaximum)
      refuse("exclusiveMaximum", `must be less than ${exclusiveMaximum}`);
    if (multipleOf !== undefined && !isMultipleOf(value, multipleOf))
      refuse("multipleOf", `must be a multiple of ${multipleOf}`);
  }

  #checkList(schema: SchemaObject, list: JsonValue[], { at, path }: Place): void {
    const { minItems = 0, maxItems = Infinity, prefixItems = [], items } = schema;
    if (list.length < minItems)
      this.#refuse({ at, path: `${path}/minItems` }, `must have at least ${counted(minItems, "entry")}`);
    if (list.length > maxItems)
      this.#refuse({ at, path: `${path}/maxItems` }, `must have at most ${counted(maxItems, "entry")}`);
    if (schema.uniqueItems === true) this.#checkUnique(list, { at, path: `${path}/uniqueItems` });
    list.forEach((value, i) => {
      const inPrefix = i < prefixItems.length;
      const own = inPrefix ? prefixItems[i] : items;
      const ownPath = inPrefix ? `${path}/prefixItems/${i}` : `${path}/items`;
      if (own !== undefined) this.#check(own, { value, at: `${at}/${i}`, path: ownPath });
    });
  }

  #checkUnique(list: JsonValue[], place: Omit<Place, "value">): void {
    const indexes = new Map<string, number>();
    for (const [i, item] of list.entries()) {
      const text = this.#textOf(item);
      const first = indexes.get(text);
      if (first !== undefined) {
        this.#refuse(place, `must not contain an entry twice, but entries ${first} and ${i} are equal`);
        return;
      }
      indexes.set(text, i);
    }
  }

  #checkObject(schema: SchemaObject, object: Record<string, JsonValue>, { at, path }: Place): void {
    const { required = [], minProperties = 0, maxProperties = Infinity, propertyNames } = schema;
    const entries = Object.entries(object);
    for (const name of required)
      if (!Object.hasOwn(object, name)) this.#refuse({ at, path: `${path}/required` }, `must have ${shown(name)}`);
    if (entries.length < minProperties)
      this.#refuse({ at, path: `${path}/minProperties` }, `must have at least ${counted(minProperties, "property")}`);
    if (entries.length > maxProperties)
      this.#refuse({ at, path: `${path}/maxProperties` }, `must have at most ${counted(maxProperties, "property")}`);
    for (const [name, value] of entries) {
      const place = { value, at: `${at}/${escapePointer(name)}`, path };
      this.#checkProperty(schema, name, place);
      if (propertyNames !== undefined) this.#checkName(propertyNames, name, place);
    }
  }

  #checkProperty(schema: SchemaObject, name: string, { value, at, path }: Place): void {
    const { properties = {}, patternProperties = {}, additionalProperties = true } = schema;
    let isKnown = false;
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (own !== undefined) {
      isKnown = true;
      this.#check(own, { value, at, path: `${path}/properties/${escapePointer(name)}` });
    }
    for (const [pattern, schemaOfPattern] of Object.entries(patternProperties)) {
      if (!this.#matches(pattern, name)) continue;
      isKnown = true;
      this.#check(schemaOfPattern, { value, at, path: `${path}/patternProperties/${escapePointer(pattern)}` });
    }
    if (isKnown) return;
    const place = { value, at, path: `${path}/additionalProperties` };
    if (additionalProperties === false)
      this.#refuse(place, `is not a property that the schema names${near(properties)}`);
    else this.#check(additionalProperties, place);
  }

  #checkName(schema: Subschema, name: string, { at, path }: Place): void {
    const place = { value: name, at, path: `${path}/propertyNames` };
    for (const { detail } of this.#attempt(schema, place))
      this.#add({ pointer: at, detail: `has a name that ${detail}` });
  }

  #checkInPlace(schema: SchemaObject, place: Place): void {
    const { value, at, path } = place;
    if (schema.$ref !== undefined)
      this.#check(referencedSchema(this.#root, schema.$ref), this.#referenced(schema, place));
    schema.allOf?.forEach((one, i) => this.#check(one, { value, at, path: `${path}/allOf/${i}` }));
    if (schema.anyOf !== undefined) this.#checkAlternatives("anyOf", schema.anyOf, place);
    if (schema.oneOf !== undefined) this.#checkAlternatives("oneOf", schema.oneOf, place);
    if (schema.not !== undefined && this.#attempt(schema.not, { value, at, path: `${path}/not` }).length === 0)
      this.#refuse({ at, path: `${path}/not` }, "must not fit the schema");
    if (schema.if !== undefined) {
      const branch = this.#attempt(schema.if, { value, at, path: `${path}/if` }).length === 0 ? "then" : "else";
      const chosen = schema[branch];
      if (chosen !== undefined) this.#check(chosen, { value, at, path: `${path}/${branch}` });
    }
  }

  /** Messages name the schema in $defs, which is shorter than the way to it and never grows with the recursion. */
  #referenced({ $ref = "#" }: SchemaObject, { value, at }: Place): Place {
    return { value, at, path: this.#path + $ref.slice(1) };
  }

  #checkAlternatives(keyword: "anyOf" | "oneOf", schemas: Subschema[], { value, at, path }: Place): void {
    const results = schemas.map((one, i) => this.#attempt(one, { value, at, path: `${path}/${keyword}/${i}` }));
    const fitting = results.flatMap((errors, i) => (errors.length === 0 ? [i] : []));
    const place = { at, path: `${path}/${keyword}` };
    if (fitting.length === 0) {
      const [nearest] = results.toSorted((a, b) => depthOf(b) - depthOf(a) || a.length - b.length);
      const [first] = nearest ?? [];
      const reason =
        first === undefined ? "" : `; of the nearest one, ${first.pointer.slice(at.length) || "it"} ${first.detail}`;
      this.#refuse(
        place,
        `must fit ${keyword === "oneOf" ? "one" : "at least one"} of ${schemas.length} schemas${reason}`,
      );
    } else if (keyword === "oneOf" && fitting.length > 1) {
      this.#refuse(place, `must fit only one of ${schemas.length} schemas, but fits those at ${fitting.join(" and ")}`);
    }
  }

  /** Returns the problems that a schema would find, without reporting them. */
  #attempt(schema: Subschema, place: Place): FieldError[] {
    const outer = this.#errors;
    this.#errors = [];
    try {
      this.#check(schema, place);
      return this.#errors;
    } finally {
      this.#errors = outer;
    }
  }

  #matches(pattern: string, text: string): boolean {
    const compiled = this.#patterns.get(pattern) ?? compilePattern(pattern, false);
    this.#patterns.set(pattern, compiled);
    this.#spend(1 + Math.ceil((text.length * compiled.programSize()) / INSTRUCTIONS_PER_STEP));
    return compiled.matcher(text).find();
  }

  #spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new TooManyStepsError();
  }

  #refuse({ at, path }: Omit<Place, "value">, detail: string): void {
    this.#add({ pointer: at, detail: `${detail} (${path})` });
  }

  #add(error: FieldError): void {
    if (this.#errors.length < LIMITS.schemaErrors) this.#errors.push(error);
  }
}

class TooManyStepsError extends Error {
  override readonly name = "TooManyStepsError";
}

/** The number of a pattern's instructions that run in about the time of one step. Each can run for each character. */
const INSTRUCTIONS_PER_STEP = 32;
/** The length of JSON that is written and compared in about the time of one step. */
const CHARACTERS_PER_STEP = 8;

function depthOf([first]: FieldError[]): number {
  return first?.pointer.split("/").length ?? 0;
}

function near(properties: Record<string, Subschema>): string {
  const names = Object.keys(properties);
  return names.length === 0 ? "" : `; it names ${listed(names.map(shown), "and")}`;
}
