import type { EvaluationContext } from "../../../../src/evaluation/types.ts";
import type { AttributePath, JsonValue } from "../../../../src/flags/document.ts";
import { callerAttribute } from "../../lowering/attribute.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { type Fields, fieldsOf, isFields, listOf, textOf } from "../../lowering/source.ts";

const VERSION_COMPARATORS: readonly unknown[] = [4, 5, 6, 7, 8, 9];
const NUMBER_COMPARATORS: readonly unknown[] = [10, 11, 12, 13, 14, 15];
const LIST_COMPARATORS: readonly unknown[] = [26, 27, 34, 35];

/** The attributes of users that a config compares as lists, as versions, and as anything else. */
export interface Roles {
  lists: Set<string>;
  versions: Set<string>;
  /** Anything else, which includes numbers. */
  others: Set<string>;
  numbers: Set<string>;
  /** Everything but numbers. */
  notNumbers: Set<string>;
}

/** Collects the roles of attributes from all conditions of a config. */
export function rolesOf(config: Fields): Roles {
  const roles: Roles = {
    lists: new Set(),
    versions: new Set(),
    others: new Set(),
    numbers: new Set(),
    notNumbers: new Set(),
  };
  const add = (condition: unknown): void => {
    const { a, c } = fieldsOf(condition);
    const kind = LIST_COMPARATORS.includes(c) ? "lists" : VERSION_COMPARATORS.includes(c) ? "versions" : "others";
    roles[kind].add(String(a));
    roles[NUMBER_COMPARATORS.includes(c) ? "numbers" : "notNumbers"].add(String(a));
  };
  for (const { r, a } of Object.values(fieldsOf(config["f"])).map(fieldsOf)) {
    if (typeof a === "string") {
      roles.others.add(a);
      roles.notNumbers.add(a);
    }
    for (const rule of listOf(r))
      for (const { u } of listOf(fieldsOf(rule)["c"]).map(fieldsOf)) if (isFields(u)) add(u);
  }
  for (const segment of listOf(config["s"])) listOf(fieldsOf(segment)["r"]).forEach(add);
  return roles;
}

/** Returns the attribute of the context in which an OpenFeature user sends an attribute of ConfigCat's user. */
export function attributeOf(name: unknown, place: string): AttributePath {
  if (typeof name !== "string") throw new NotImportable(place, "the attribute has no name");
  if (name === "Identifier") return "targetingKey";
  if (name === "targetingKey") throw new NotImportable(place, 'the attribute "targetingKey" has another meaning here');
  return callerAttribute(name);
}

/**
 * Returns the context that an OpenFeature user sends in place of a user object. Only attributes that the config
 * compares as lists are sent as lists; the others are sent as the text that ConfigCat makes of them.
 */
export function toContextBy({
  lists,
  versions,
  others,
  numbers,
  notNumbers,
}: Roles): (user: unknown) => EvaluationContext {
  return (user) => {
    if (!isFields(user)) return {};
    const context: Record<string, JsonValue> = { targetingKey: textOf(user["identifier"]) ?? "" };
    const add = (name: string, value: unknown): void => {
      // ConfigCat does not read a date as a number, although it is sent as one.
      if (value instanceof Date && numbers.has(name) && !notNumbers.has(name)) return;
      const sent = lists.has(name) ? listIn(value) : valueIn(value);
      if (sent === undefined) return;
      const isVersionOnly = versions.has(name) && !others.has(name);
      context[name] = isVersionOnly && typeof sent === "string" ? sent.trim() : sent;
    };
    for (const [name, value] of Object.entries(fieldsOf(user["custom"])))
      if (!["Identifier", "Email", "Country"].includes(name)) add(name, value);
    add("Email", user["email"]);
    add("Country", user["country"]);
    return context as EvaluationContext;
  };
}

/** Objects and mixed lists are not values of ConfigCat. Their text is that of JavaScript. */
const OTHER_VALUE = "[object Object]";

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** Returns a list, which can also be given as its JSON. */
function listIn(value: unknown): JsonValue | undefined {
  if (isTexts(value)) return value;
  if (typeof value !== "string") return valueIn(value);
  try {
    const parsed: unknown = JSON.parse(value);
    return isTexts(parsed) ? parsed : value;
  } catch {
    return value;
  }
}

function valueIn(value: unknown): JsonValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) return valueIn(value.getTime() / 1000);
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  return isTexts(value) ? JSON.stringify(value) : OTHER_VALUE;
}
