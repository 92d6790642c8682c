import type { JsonValue } from "../document.ts";
import { KEYWORDS } from "./keywords.ts";

type Fields = Record<string, JsonValue>;

const RANKS = new Map(Object.keys(KEYWORDS).map((keyword, i) => [keyword, i]));

/**
 * Returns a schema with its keywords in the order in which people read them. Postgres orders the names of a `jsonb` by
 * their length. It accepts any value, because a later version may have stored the schema.
 */
export function schemaInOrder(schema: JsonValue): JsonValue {
  if (!isObject(schema)) return schema;
  const names = Object.keys(schema).toSorted((a, b) => rankOf(a) - rankOf(b));
  return Object.fromEntries(names.map((name) => [name, valueInOrder(name, schema[name] ?? null)]));
}

function valueInOrder(keyword: string, value: JsonValue): JsonValue {
  const form = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
  if (form === "schema") return schemaInOrder(value);
  if (form === "schemas") return Array.isArray(value) ? value.map(schemaInOrder) : value;
  if ((form !== "map of schemas" && form !== "schemas by pattern") || !isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, schemaInOrder(schema)]));
}

function rankOf(keyword: string): number {
  return RANKS.get(keyword) ?? RANKS.size;
}

function isObject(value: JsonValue): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
