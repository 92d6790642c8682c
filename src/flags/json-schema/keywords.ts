/** The keywords of JSON Schema 2020-12 that a flag's schema may use. docs/typed-flags.md lists them. */

/** A schema, or a part of one. `true` accepts everything and `false` nothing. */
export type Subschema = boolean | SchemaObject;

export interface SchemaObject {
  $ref?: string;
  $defs?: Record<string, Subschema>;
  title?: string;
  description?: string;
  type?: TypeName | TypeName[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Subschema>;
  patternProperties?: Record<string, Subschema>;
  additionalProperties?: Subschema;
  propertyNames?: Subschema;
  required?: string[];
  minProperties?: number;
  maxProperties?: number;
  prefixItems?: Subschema[];
  items?: Subschema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  allOf?: Subschema[];
  anyOf?: Subschema[];
  oneOf?: Subschema[];
  not?: Subschema;
  if?: Subschema;
  then?: Subschema;
  else?: Subschema;
}

export const SCHEMA_TYPES = ["object", "array", "string", "number", "integer", "boolean", "null"] as const;
export type TypeName = (typeof SCHEMA_TYPES)[number];

export const DIALECT = "https://json-schema.org/draft/2020-12/schema";

/** The form of a keyword's value. */
export type KeywordForm =
  | "any"
  | "boolean"
  | "count"
  | "dialect"
  | "list"
  | "map of schemas"
  | "names"
  | "number"
  | "pattern"
  | "positive number"
  | "reference"
  | "schema"
  | "schemas"
  | "schemas by pattern"
  | "text"
  | "type"
  | "values";

/** In the order in which exports write them. */
export const KEYWORDS: Readonly<Record<string, KeywordForm>> = {
  $schema: "dialect",
  $id: "text",
  $comment: "text",
  $ref: "reference",
  title: "text",
  description: "text",
  default: "any",
  examples: "list",
  deprecated: "boolean",
  readOnly: "boolean",
  writeOnly: "boolean",
  format: "text",
  type: "type",
  enum: "values",
  const: "any",
  properties: "map of schemas",
  patternProperties: "schemas by pattern",
  additionalProperties: "schema",
  propertyNames: "schema",
  required: "names",
  minProperties: "count",
  maxProperties: "count",
  prefixItems: "schemas",
  items: "schema",
  minItems: "count",
  maxItems: "count",
  uniqueItems: "boolean",
  minLength: "count",
  maxLength: "count",
  pattern: "pattern",
  minimum: "number",
  maximum: "number",
  exclusiveMinimum: "number",
  exclusiveMaximum: "number",
  multipleOf: "positive number",
  allOf: "schemas",
  anyOf: "schemas",
  oneOf: "schemas",
  not: "schema",
  if: "schema",
  // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema, which nobody calls
  then: "schema",
  else: "schema",
  $defs: "map of schemas",
};

/** The keywords whose schemas apply to the same value as the schema that contains them. */
export const IN_PLACE: ReadonlySet<string> = new Set(["$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"]);

/** The advice for keywords of other drafts and of OpenAPI. */
export const REPLACEMENTS: Readonly<Record<string, string>> = {
  nullable: 'write the type as a list, such as ["string", "null"]',
  definitions: "write $defs",
  additionalItems: "write prefixItems for the first entries and items for the others",
  dependencies: "write if and then",
  dependentRequired: "write if and then",
  dependentSchemas: "write if and then",
};

const REFERENCE = /^#(?:\/\$defs\/([^/]+))?$/;

/** Returns the name in $defs that a reference leads to, "" for the whole schema, or `undefined` if it is not local. */
export function referencedName(reference: string): string | undefined {
  const [match, name] = REFERENCE.exec(reference) ?? [];
  if (match === undefined) return undefined;
  if (name === undefined) return "";
  try {
    return decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return undefined;
  }
}

/** Returns the schema that a valid reference leads to. */
export function referencedSchema(root: SchemaObject, reference: string): Subschema {
  const name = referencedName(reference) ?? "";
  if (name === "") return root;
  return root.$defs?.[name] ?? true;
}
