import type { Draws } from "./draws.ts";

/** The values that take the place of a part of a source. */
const STRANGE: readonly unknown[] = [null, true, -1, 1.5, 1e300, "", "x", "__proto__", [], [null], [[]], {}, { a: 1 }];

type Path = (string | number)[];

/** Returns a copy of a source without some of its parts, or with one of `values` in the place of each. */
export function mutated(source: unknown, draws: Draws, values = STRANGE): unknown {
  let copy = structuredClone(source);
  for (let count = 1 + draws.below(3); count > 0; count--) {
    const paths = pathsIn(copy);
    // Half of the mutations are near the top, which the many leaves would hide.
    const near = paths.filter((path) => path.length <= 4);
    copy = withChange(copy, draws.pick(draws.happens(0.5) && near.length > 0 ? near : paths), draws, values);
  }
  return copy;
}

function pathsIn(value: unknown, path: Path = [], found: Path[] = []): Path[] {
  found.push(path);
  if (Array.isArray(value)) value.forEach((one, i) => pathsIn(one, [...path, i], found));
  else if (typeof value === "object" && value !== null)
    for (const [name, one] of Object.entries(value)) pathsIn(one, [...path, name], found);
  return found;
}

function withChange(source: unknown, path: Path, draws: Draws, values: readonly unknown[]): unknown {
  const last = path.at(-1);
  const strange = structuredClone(draws.pick(values));
  if (last === undefined) return strange;
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((part, step) => (part as Record<string | number, unknown>)[step], source);
  if (draws.happens(0.6)) (parent as Record<string | number, unknown>)[last] = strange;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent as object, last);
  return source;
}
