/** Writes TypeScript types from JSON Schemas. A type accepts every value that its schema accepts, and some others. */
import type { JsonValue } from "../../src/flags/document.ts";
import {
  referencedName,
  referencedSchema,
  type SchemaObject,
  type Subschema,
  SCHEMA_TYPES,
} from "../../src/flags/json-schema/keywords.ts";
import { oneLine } from "../text/escape.ts";
import { literal } from "./literals.ts";

/** The types of JSON values; TypeScript has no type of whole numbers. */
const KINDS = ["object", "array", "string", "number", "boolean", "null"] as const;
export type Kind = (typeof KINDS)[number];
export const ALL_KINDS: readonly Kind[] = KINDS;

interface TypeText {
  text: string;
  /** The number of members of the union. */
  width: number;
  /** Whether the type says no more than the kinds of its values. */
  isAny: boolean;
  /** Whether the text is a union or an intersection. */
  isCompound: boolean;
}

const NEVER: TypeText = { text: "never", width: 1, isAny: false, isCompound: false };
const ANY: TypeText = { text: "JsonValue", width: 1, isAny: true, isCompound: false };
const LINE = 90;
/** Beyond this many members, TypeScript can refuse an intersection of unions as too complex. */
const MAX_WIDTH = 500;
/** An index signature repeats the types of the named properties. A longer one becomes `unknown`. */
const LONGEST_INDEX = 200;

/** Writes the types of one flag. Schemas in $defs become declarations, because they may refer to themselves. */
export class SchemaTypes {
  readonly #root: SchemaObject;
  readonly #nameOf: (definition: string) => string;
  readonly #declared = new Map<string, Declaration>();
  /** The declaration that is being written, and the way to the current place in it. */
  #place: Place = { declaration: undefined, isInObject: false, isInIntersection: false };

  /** @param nameOf returns the unique name of the type of a schema in $defs; "" stands for the whole schema */
  constructor(root: SchemaObject, nameOf: (definition: string) => string) {
    this.#root = root;
    this.#nameOf = nameOf;
  }

  /** Returns the type of the flag's values. */
  valueType(kinds: readonly Kind[]): string {
    return this.#typeOf(this.#root, kinds).text;
  }

  /** Returns the declarations that the type needs, in the order of their names. */
  declarations(): string[] {
    const all = [...this.#declared.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const declaration of all) if (isRefusedCycle(declaration)) declaration.type = ANY;
    return all.map(({ name, type }) => `export type ${name} = ${type?.text ?? "JsonValue"};\n`);
  }

  #typeOf(schema: Subschema, kinds: readonly Kind[]): TypeText {
    if (schema === false || kinds.length === 0) return NEVER;
    if (schema === true) return anyOf(kinds);
    const own = kinds.filter((kind) => mayBe(schema, kind));
    const values = "const" in schema ? [schema.const] : schema.enum;
    if (values !== undefined) return literalsOf(values as JsonValue[], own);
    const members = () => [this.#ownType(schema, own), ...this.#inPlaceTypes(schema, own)];
    const isInIntersection = this.#place.isInIntersection || mayIntersect(schema);
    return intersectionOf(this.#at({ isInIntersection }, members), own);
  }

  #inPlaceTypes({ $ref, allOf = [], anyOf: some, oneOf }: SchemaObject, kinds: readonly Kind[]): TypeText[] {
    const any = anyOf(kinds);
    const union = (schemas: Subschema[]) => {
      const types = schemas.map((one) => this.#typeOf(one, kinds));
      return types.some(({ text }) => text === any.text) ? any : unionOf(types);
    };
    return [
      ...($ref === undefined ? [] : [this.#referenced($ref)]),
      ...allOf.map((one) => this.#typeOf(one, kinds)),
      ...(some === undefined ? [] : [union(some)]),
      ...(oneOf === undefined ? [] : [union(oneOf)]),
    ];
  }

  #referenced(reference: string): TypeText {
    const definition = referencedName(reference) ?? "";
    let declared = this.#declared.get(definition);
    if (declared === undefined) {
      declared = { name: this.#nameOf(definition), type: undefined, references: [] };
      this.#declared.set(definition, declared);
      const inside = { declaration: declared, isInObject: false, isInIntersection: false };
      declared.type = this.#at(inside, () => this.#typeOf(referencedSchema(this.#root, reference), ALL_KINDS));
    }
    const { declaration, isInObject, isInIntersection } = this.#place;
    if (!isInObject) declaration?.references.push({ to: declared, isInIntersection });
    return { ...(declared.type ?? single("")), text: declared.name, isCompound: false };
  }

  #at<T>(place: Partial<Place>, write: () => T): T {
    const outer = this.#place;
    this.#place = { ...outer, ...place };
    const result = write();
    this.#place = outer;
    return result;
  }

  #ownType(schema: SchemaObject, kinds: readonly Kind[]): TypeText {
    const isListed = schema.items !== undefined || schema.prefixItems !== undefined;
    const { properties, patternProperties, additionalProperties, required = [] } = schema;
    const isShaped = [properties, patternProperties, additionalProperties].some((part) => part !== undefined);
    const hasShape =
      (kinds.includes("array") && isListed) || (kinds.includes("object") && (isShaped || required.length > 0));
    if (!hasShape) return anyOf(kinds);
    return unionOf(
      kinds.map((kind) => {
        if (kind === "object") return this.#at({ isInObject: true }, () => this.#objectType(schema));
        return kind === "array" ? this.#listType(schema) : anyOf([kind]);
      }),
    );
  }

  #listType({ prefixItems = [], items = true, minItems = 0 }: SchemaObject): TypeText {
    const rest = items === false ? undefined : this.#typeOf(items, ALL_KINDS);
    if (prefixItems.length === 0) return rest === undefined ? single("[]") : single(`${operand(rest)}[]`);
    const first = prefixItems.map((item, i) => {
      const type = this.#typeOf(item, ALL_KINDS);
      return i < minItems ? type.text : `${operand(type)}?`;
    });
    return single(listed("[", [...first, ...(rest === undefined ? [] : [`...${operand(rest)}[]`])], ",", "]"));
  }

  #objectType(schema: SchemaObject): TypeText {
    const { properties = {}, required = [], patternProperties = {}, additionalProperties = true } = schema;
    // Postgres does not keep the order of names.
    const patterns = Object.keys(patternProperties).toSorted();
    const others = patterns.map((pattern) => this.#typeOf(patternProperties[pattern] ?? true, ALL_KINDS));
    const isOpen = additionalProperties !== false;
    if (isOpen) others.push(this.#typeOf(additionalProperties, ALL_KINDS));
    const other = others.length === 0 ? NEVER : unionOf(others);
    const names = [...new Set([...Object.keys(properties), ...required])].toSorted();
    const named = names.map((name) => {
      const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
      const isOptional = !required.includes(name);
      // Without the property, the object has the one that it inherits.
      const isInherited = isOptional && name in Object.prototype;
      const type = own === undefined ? other : this.#typeOf(own, ALL_KINDS);
      return { name, type: isInherited ? single("unknown") : type, isOptional, note: noteOf(own) };
    });
    const fields = named.map(
      ({ name, type, isOptional, note }) => `${note}${literal(name)}${isOptional ? "?" : ""}: ${type.text}`,
    );
    if (others.length > 0) fields.push(`[key: string]: ${indexType(other, named)}`);
    if (fields.length === 0) return single("{ [key: string]: never }");
    return single(listed("{", fields, ";", "}"));
  }
}

interface NamedType {
  type: TypeText;
  isOptional: boolean;
}

/** Returns the type of an index signature, which TypeScript wants to include those of the named properties. */
function indexType(other: TypeText, named: readonly NamedType[]): string {
  if (named.length === 0) return other.text;
  const all = [other, ...named.map(({ type }) => type)];
  const undefinedToo = named.some(({ isOptional }) => isOptional) ? " | undefined" : "";
  const text = unionOf(all).text + undefinedToo;
  // JsonValue does not include types that contain `unknown`.
  const isSame = all.every((type) => type.text === other.text);
  const hasAny = all.some((type) => type.text === ANY.text || type.text.includes("unknown"));
  return text.length > LONGEST_INDEX || text.includes("\n") || (hasAny && !isSame) ? "unknown" : text;
}

interface Place {
  declaration: Declaration | undefined;
  isInObject: boolean;
  isInIntersection: boolean;
}

/** The type of a schema in $defs. */
interface Declaration {
  name: string;
  /** `undefined` while it is being written. */
  type: TypeText | undefined;
  /** The declarations that it uses outside of objects. */
  references: { to: Declaration; isInIntersection: boolean }[];
}

/**
 * Whether a type contains itself through lists and intersections alone. TypeScript reads the members of an intersection
 * at once, and then calls the type circular.
 */
function isRefusedCycle(start: Declaration): boolean {
  const seen = new Set<string>();
  const visit = (from: Declaration, hasIntersection: boolean): boolean =>
    from.references.some(({ to, isInIntersection }) => {
      const has = hasIntersection || isInIntersection;
      if (to === start) return has;
      const step = `${to.name} ${has}`;
      if (seen.has(step)) return false;
      seen.add(step);
      return visit(to, has);
    });
  return visit(start, false);
}

/** Whether the type of a schema can be an intersection. */
function mayIntersect({ $ref, allOf = [], anyOf: some, oneOf, ...own }: SchemaObject): boolean {
  const inPlace = [$ref, some, oneOf].filter((part) => part !== undefined).length + allOf.length;
  return inPlace > 1 || (inPlace === 1 && Object.keys(own).length > 0);
}

/** Returns the text before a property with its description, on a line of its own. */
function noteOf(schema: Subschema | undefined): string {
  if (typeof schema !== "object" || schema.description === undefined) return "";
  const text = oneLine(schema.description.replaceAll(/\s+/g, " ").trim()).replaceAll("*/", "*\\/");
  return text === "" ? "" : `/** ${text} */\n`;
}

/** Whether a value of a kind may have the type that the schema names. */
function mayBe({ type }: SchemaObject, kind: Kind): boolean {
  const types = type === undefined ? SCHEMA_TYPES : Array.isArray(type) ? type : [type];
  return types.some((name) => (name === "integer" ? "number" : name) === kind);
}

function kindOf(value: JsonValue): Kind {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : (typeof value as Kind);
}

function literalsOf(values: readonly JsonValue[], kinds: readonly Kind[]): TypeText {
  const fitting = values.filter((value) => kinds.includes(kindOf(value)));
  return unionOf(fitting.map((value) => single(literal(value))));
}

/** Returns the type of all values of some kinds. */
function anyOf(kinds: readonly Kind[]): TypeText {
  if (kinds.length === KINDS.length) return ANY;
  const texts = { object: "{ [key: string]: JsonValue }", array: "JsonValue[]" } as Partial<Record<Kind, string>>;
  const all = unionOf(kinds.map((kind) => single(texts[kind] ?? kind)));
  return { ...all, isAny: true };
}

function single(text: string): TypeText {
  return { text, width: 1, isAny: false, isCompound: false };
}

function unionOf(types: readonly TypeText[]): TypeText {
  if (types.some(({ text }) => text === "JsonValue")) return ANY;
  const unique = new Map(types.filter(({ text }) => text !== "never").map((type) => [type.text, type]));
  const members = [...unique.values()];
  const [only] = members;
  if (only === undefined) return NEVER;
  if (members.length === 1) return only;
  const width = members.reduce((sum, type) => sum + type.width, 0);
  return { text: members.map(({ text }) => text).join(" | "), width, isAny: false, isCompound: true };
}

/** Leaves out members that say nothing, and those with which the intersection would have too many members. */
function intersectionOf(types: readonly TypeText[], kinds: readonly Kind[]): TypeText {
  if (types.some(({ text }) => text === "never")) return NEVER;
  const members = new Map<string, TypeText>();
  let width = 1;
  for (const type of types) {
    if (type.isAny || members.has(type.text) || width * type.width > MAX_WIDTH) continue;
    members.set(type.text, type);
    width *= type.width;
  }
  const [only] = members.values();
  if (only === undefined) return anyOf(kinds);
  if (members.size === 1) return only;
  return { text: [...members.values()].map(operand).join(" & "), width, isAny: false, isCompound: true };
}

/** Returns a type as a part of another one. */
function operand({ text, isCompound }: TypeText): string {
  return isCompound ? `(${text})` : text;
}

/** Writes parts on one line if they fit, else each on lines of its own. */
function listed(open: string, parts: readonly string[], separator: string, close: string): string {
  const space = open === "{" ? " " : "";
  const line = `${open}${space}${parts.join(`${separator} `)}${space}${close}`;
  if (line.length <= LINE && !line.includes("\n")) return line;
  const lines = parts.map((part) => `  ${part.replaceAll("\n", "\n  ")}${separator}\n`);
  return `${open}\n${lines.join("")}${close}`;
}
