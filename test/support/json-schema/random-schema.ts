/** Random schemas of the supported subset, and values that often fit them. */
import type { JsonValue } from "../../../src/flags/document.ts";
import { referencedSchema, type SchemaObject, type Subschema } from "../../../src/flags/json-schema/keywords.ts";
import { seededRandom } from "../seeded-random.ts";

const NAMES = ["a", "b", "c", "x-y", "constructor", "1"];
const TEXTS = ["", "a", "ab", "#ff0000", "grün", "😀", "a b"];
// The largest number is a multiple of all factors, and below 1e21, from where Ajv misreads quotients.
const NUMBERS = [-3, 0, 1, 2, 3, 6, 2.5, 3e20];
const PATTERNS = ["^a", "b$", "^[a-z]*$", "^x-"];
const DEFINITIONS = ["tree", "leaf"];
const VALUES: JsonValue[] = [null, true, false, ...TEXTS, ...NUMBERS, {}, [], { a: 1 }, [1, "a"], { b: { c: null } }];
const TYPES = ["object", "array", "string", "number", "integer", "boolean", "null"] as const;

export class RandomSchemas {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    for (let i = 0; i < 8; i++) this.#random();
  }

  /** Returns a schema, which may refer to itself without a step into the value. */
  schema(): SchemaObject {
    const root = this.#object(3, true);
    return { ...root, $defs: Object.fromEntries(DEFINITIONS.map((name) => [name, this.#object(2, true)])) };
  }

  /** Returns a value that a schema accepts with some luck. */
  value(root: SchemaObject, schema: Subschema = root, depth = 4): JsonValue {
    if (typeof schema === "boolean" || depth === 0 || this.#chance(0.05)) return this.#pick(VALUES);
    if ("const" in schema) return schema.const as JsonValue;
    if (schema.enum !== undefined) return this.#pick(schema.enum as JsonValue[]);
    const branch = schema.anyOf ?? schema.oneOf;
    if (schema.type === undefined) {
      if (schema.$ref !== undefined) return this.value(root, referencedSchema(root, schema.$ref), depth - 1);
      if (branch !== undefined) return this.value(root, this.#pick(branch), depth - 1);
      if (schema.allOf !== undefined) return this.value(root, this.#pick(schema.allOf), depth - 1);
    }
    const types = schema.type === undefined ? TYPES : Array.isArray(schema.type) ? schema.type : [schema.type];
    switch (this.#pick(types)) {
      case "object":
        return this.#objectValue(root, schema, depth);
      case "array":
        return this.#listValue(root, schema, depth);
      case "string":
        return this.#pick(TEXTS);
      case "number":
        return this.#pick(NUMBERS);
      case "integer":
        return this.#pick([0, 1, 2, 3, 6]);
      case "boolean":
        return this.#chance(0.5);
      case "null":
        return null;
    }
  }

  #objectValue(root: SchemaObject, schema: SchemaObject, depth: number): JsonValue {
    const { properties = {}, required = [], patternProperties = {}, additionalProperties = true } = schema;
    const names = new Set([...required, ...Object.keys(properties).filter(() => this.#chance(0.6))]);
    if (additionalProperties !== false && this.#chance(0.3)) names.add(this.#pick(NAMES));
    return Object.fromEntries(
      [...names].map((name) => {
        const byPattern = Object.entries(patternProperties).find(([pattern]) => new RegExp(pattern, "u").test(name));
        const own = Object.hasOwn(properties, name) ? properties[name] : (byPattern?.[1] ?? additionalProperties);
        return [name, this.value(root, own ?? true, depth - 1)];
      }),
    );
  }

  #listValue(root: SchemaObject, { prefixItems = [], items, minItems = 0 }: SchemaObject, depth: number): JsonValue {
    const length = items === false ? prefixItems.length : Math.max(minItems, this.#below(4));
    return Array.from({ length }, (_, i) => this.value(root, prefixItems[i] ?? items ?? true, depth - 1));
  }

  #subschema(depth: number): Subschema {
    return this.#chance(0.1) ? this.#chance(0.7) : this.#object(depth);
  }

  #object(depth: number, isTop = false): SchemaObject {
    const schema: SchemaObject = {};
    const maybe = (chance: number, add: () => void) => {
      if (this.#chance(chance)) add();
    };
    maybe(isTop ? 0.9 : 0.7, () => (schema.type = this.#type(isTop, depth)));
    maybe(0.08, () => (schema.enum = this.#many(VALUES)));
    maybe(0.06, () => (schema.const = this.#pick(VALUES)));
    maybe(0.1, () => (schema.minLength = this.#below(3)));
    maybe(0.1, () => (schema.maxLength = this.#below(8)));
    maybe(0.1, () => (schema.pattern = this.#pick(PATTERNS)));
    maybe(0.1, () => (schema.minimum = this.#below(3)));
    maybe(0.1, () => (schema.maximum = 1 + this.#below(5)));
    maybe(0.05, () => (schema.exclusiveMinimum = -this.#below(3)));
    maybe(0.05, () => (schema.exclusiveMaximum = 4));
    maybe(0.1, () => (schema.multipleOf = 1 + this.#below(3)));
    maybe(0.1, () => (schema.minItems = this.#below(3)));
    maybe(0.1, () => (schema.maxItems = this.#below(4)));
    maybe(0.1, () => (schema.uniqueItems = this.#chance(0.5)));
    maybe(0.1, () => (schema.minProperties = this.#below(2)));
    maybe(0.1, () => (schema.maxProperties = 1 + this.#below(4)));
    maybe(0.3, () => (schema.required = this.#many(NAMES)));
    maybe(0.1, () => (schema.description = "Ends */ here\nand here"));
    if (depth > 0) this.#addSubschemas(schema, depth - 1, maybe);
    return schema;
  }

  #addSubschemas(schema: SchemaObject, depth: number, maybe: (chance: number, add: () => void) => void): void {
    const map = (names: readonly string[]) =>
      Object.fromEntries(this.#many(names).map((name) => [name, this.#subschema(depth)]));
    const list = () => Array.from({ length: 1 + this.#below(3) }, () => this.#subschema(depth));
    maybe(0.6, () => (schema.properties = map(NAMES)));
    maybe(0.15, () => (schema.patternProperties = map(PATTERNS)));
    maybe(0.4, () => (schema.additionalProperties = this.#chance(0.6) ? false : this.#subschema(depth)));
    maybe(0.1, () => (schema.propertyNames = { pattern: this.#pick(PATTERNS) }));
    maybe(0.2, () => (schema.prefixItems = list()));
    maybe(0.5, () => (schema.items = this.#subschema(depth)));
    maybe(0.1, () => (schema.allOf = list()));
    maybe(0.15, () => (schema.anyOf = list()));
    maybe(0.1, () => (schema.oneOf = list()));
    maybe(0.05, () => (schema.not = this.#subschema(depth)));
    maybe(0.06, () => {
      schema.if = this.#subschema(depth);
      // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema, which nobody calls
      if (this.#chance(0.7)) schema.then = this.#subschema(depth);
      if (this.#chance(0.7)) schema.else = this.#subschema(depth);
    });
    maybe(0.2, () => (schema.$ref = this.#pick(["#", "#/$defs/tree", "#/$defs/leaf"])));
  }

  #type(isTop: boolean, depth: number): NonNullable<SchemaObject["type"]> {
    if (isTop && this.#chance(0.7)) return "object";
    if (this.#chance(0.15)) return this.#many(TYPES);
    return this.#pick(depth === 0 ? TYPES.slice(2) : TYPES);
  }

  #many<T>(items: readonly T[]): T[] {
    const some = items.filter(() => this.#chance(0.4));
    return some.length === 0 ? [this.#pick(items)] : some;
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)]!;
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }
}
