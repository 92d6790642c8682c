/** The schemas of objects in the manifest, which know five keywords. The generators of OpenFeature read them. */
import type { JsonValue } from "../../src/flags/document.ts";
import { ValueChecker } from "../../src/flags/json-schema/check-value.ts";
import { referencedSchema, type SchemaObject, type Subschema } from "../../src/flags/json-schema/keywords.ts";
import { LIMITS } from "../../src/flags/limits.ts";
import { schemaProblems } from "../../src/flags/json-schema/schema-problems.ts";

export interface PropertySchema {
  type: string;
  properties?: Record<string, PropertySchema>;
  required?: string[];
  items?: PropertySchema;
  additionalProperties?: false;
}

/**
 * Returns the manifest's form of a flag's schema. It accepts everything that the schema accepts: parts that it cannot
 * say are left out. `undefined` if the values are not objects, or the default does not fit, which the command refuses.
 */
export function manifestSchema(jsonSchema: JsonValue | undefined, defaultValue: JsonValue): PropertySchema | undefined {
  if (jsonSchema === undefined || jsonSchema === null || schemaProblems(jsonSchema).length > 0) return undefined;
  const root = jsonSchema as SchemaObject;
  const schema = new Expansion(root).schemaOf(root, ["#"]);
  if (schema?.type !== "object") return undefined;
  return new ValueChecker(schema as SchemaObject, "").check(defaultValue, "").length === 0 ? schema : undefined;
}

/** Writes schemas in $defs where they are used, because the manifest has no references. */
class Expansion {
  readonly #root: SchemaObject;
  #left: number = LIMITS.subschemas;

  constructor(root: SchemaObject) {
    this.#root = root;
  }

  /** @param outer the references that led here, because the manifest has no recursion */
  schemaOf(schema: Subschema, outer: readonly string[]): PropertySchema | undefined {
    this.#left--;
    if (typeof schema === "boolean" || this.#left < 0) return undefined;
    const type = typeOf(schema);
    if (type === undefined) {
      const { $ref } = schema;
      if ($ref === undefined || outer.includes($ref)) return undefined;
      return this.schemaOf(referencedSchema(this.#root, $ref), [...outer, $ref]);
    }
    if (type === "array") {
      const items = schema.prefixItems === undefined ? this.schemaOf(schema.items ?? true, outer) : undefined;
      return items === undefined ? { type } : { type, items };
    }
    if (type !== "object") return { type };
    const { properties = {}, patternProperties, required = [], additionalProperties } = schema;
    const known = Object.entries(properties)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, own]) => [name, this.schemaOf(own, outer)] as const);
    const expressible = known.flatMap(([name, own]) => (own === undefined ? [] : [[name, own] as const]));
    const names = new Set(expressible.map(([name]) => name));
    const isClosed =
      additionalProperties === false && patternProperties === undefined && expressible.length === known.length;
    const needed = required.filter((name) => names.has(name));
    return {
      type,
      ...(names.size === 0 ? {} : { properties: Object.fromEntries(expressible) }),
      ...(needed.length === 0 ? {} : { required: needed }),
      ...(isClosed ? { additionalProperties: false } : {}),
    };
  }
}

/** Returns the only type of the values, which their literals can tell too. The manifest has no `null`. */
function typeOf(schema: SchemaObject): string | undefined {
  const literals = "const" in schema ? [schema.const] : (schema.enum ?? []);
  const types = schema.type === undefined ? literalTypes(literals) : [schema.type].flat();
  const [only] = types;
  return types.length === 1 && only !== "null" ? only : undefined;
}

function literalTypes(values: readonly unknown[]): string[] {
  const types = values.map((value) => {
    if (value === null) return "null";
    return Array.isArray(value) ? "array" : typeof value;
  });
  return [...new Set(types)];
}
