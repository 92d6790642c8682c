import type fc from "fast-check";
import type { FlagConfiguration } from "../../../src/flags/document.ts";
import { configuration } from "../evaluation/arbitraries.ts";

/** Generates valid configurations with segments and other flags. */
export const anyConfiguration: fc.Arbitrary<FlagConfiguration> = configuration({
  segments: ["s1", "s2"],
  flags: ["d1", "d2"],
});

/** The places inside a JSON document that hold a scalar. */
function scalarPlaces(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, part]) => scalarPlaces(part, [...path, name]));
}

/** Returns a copy of a document in which one scalar has another value. */
export function withOneChange<T>(document: T, choice: number): T {
  const copy = structuredClone(document);
  const places = scalarPlaces(copy);
  const path = places[choice % places.length] ?? [];
  let holder = copy as Record<string, unknown>;
  for (const step of path.slice(0, -1)) holder = holder[step] as Record<string, unknown>;
  const last = path.at(-1) ?? "";
  holder[last] = otherThan(holder[last]);
  return copy;
}

function otherThan(value: unknown): unknown {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value === 0 ? 1 : value - value / 3;
  if (value === null) return "on";
  return `${value as string}x`;
}
