/**
 * Tests of an attribute's type, in JSONLogic. They never fail, whatever the attribute is, so that other operators can
 * follow them: those convert types, or fail. The export writes these tests, and the import recognizes them.
 */

/** An expression of JSONLogic. */
export type Logic = string | number | boolean | null | { [operator: string]: Logic[] | string } | Logic[];

/**
 * Every text starts with the empty one. For everything else, `starts_with` is `null`, which flagd's `and` takes for
 * true in Go.
 */
export function isText(attribute: Logic): Logic {
  return { "!!": [{ starts_with: [attribute, ""] }] };
}

/** `merge` opens a list, and a list is not one of its own elements. */
export function isList(attribute: Logic): Logic {
  return { "!": [isSingle(attribute)] };
}

/** The last part is the test. Without those before it, it fails for text and for structures. */
export function isNumber(attribute: Logic): Logic {
  return {
    and: [
      { "!": [isText(attribute)] },
      { "!==": [attribute, null] },
      { "!==": [attribute, true] },
      { "!==": [attribute, false] },
      isSingle(attribute),
      { "!==": [{ cat: [attribute] }, "[object Object]"] },
      { "===": [attribute, { "+": [attribute] }] },
    ],
  };
}

export function isBoolean(attribute: Logic): Logic {
  return { or: [{ "===": [attribute, true] }, { "===": [attribute, false] }] };
}

const DIGITS = "0123456789";
/** The lowest version of all. */
const LOWEST_VERSION = "0.0.0-0";

/**
 * A version with three numbers and at most a `v` before them. `sem_ver` alone also accepts one or two numbers, which
 * cannot have the prerelease that is added here, other prefixes, and white space.
 */
export function isVersion(attribute: Logic): Logic {
  const isDigit = (at: number): Logic => ({ in: [{ substr: [attribute, at, 1] }, DIGITS] });
  return {
    and: [
      isText(attribute),
      { or: [isDigit(0), { and: [{ starts_with: [attribute, "v"] }, isDigit(1)] }] },
      { "!!": [{ sem_ver: [attribute, ">=", LOWEST_VERSION] }] },
      { "!!": [{ sem_ver: [{ cat: [attribute, "-0"] }, ">=", LOWEST_VERSION] }] },
    ],
  };
}

function isSingle(attribute: Logic): Logic {
  return { in: [attribute, { merge: [attribute] }] };
}

const GUARDS = { text: isText, number: isNumber, list: isList, single: isSingle, version: isVersion };
export type Guard = keyof typeof GUARDS;

/** Recognizes a test of a type that other operators would not let an import understand. */
export function guardOf(expression: unknown): { guard: Guard; attribute: Logic } | undefined {
  const attribute = firstAttribute(expression);
  if (attribute === undefined) return undefined;
  const text = JSON.stringify(expression);
  const found = Object.entries(GUARDS).find(([, make]) => JSON.stringify(make(attribute)) === text);
  return found && { guard: found[0] as Guard, attribute };
}

/** Returns the attribute that an expression reads first. */
function firstAttribute(expression: unknown): Logic | undefined {
  if (typeof expression !== "object" || expression === null) return undefined;
  if ("var" in expression) return expression as Logic;
  const [first] = Object.values(expression);
  return firstAttribute(first);
}
