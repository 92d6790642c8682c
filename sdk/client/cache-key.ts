/**
 * Returns the cache key of a call: the prefix and the arguments, as text. Equal arguments have equal keys, whatever the
 * order of their fields, and different ones have different keys.
 * @throws TypeError an argument cannot be told apart from others; names it
 */
export function getCacheKey(prefix: string, ...args: readonly unknown[]): string {
  return [prefix, ...args.map((arg, i) => textOf(arg, `argument ${i + 1} of ${prefix}`, []))].join(":");
}

function textOf(value: unknown, place: string, parents: readonly object[]): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (value === null || ["undefined", "boolean", "number"].includes(typeof value)) return String(value);
  if (typeof value === "object") {
    if (parents.includes(value)) throw new TypeError(`${place} contains itself`);
    const within = [...parents, value];
    if (value instanceof Date) return `Date(${value.getTime()})`;
    if (Array.isArray(value)) return `[${value.map((item, i) => textOf(item, `${place}[${i}]`, within)).join(",")}]`;
    const prototype: unknown = Object.getPrototypeOf(value);
    // Objects of other realms have an Object.prototype of their own.
    if (prototype === null || Object.getPrototypeOf(prototype) === null) {
      const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
      return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${textOf(field, `${place}.${name}`, within)}`).join(",")}}`;
    }
  }
  const kind = typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value;
  throw new TypeError(
    `${place} is a ${kind}; a cached function takes text, numbers, booleans, null, dates, lists and plain objects`,
  );
}
