/** Checks what a flag and the other flags of its environment need of each other. */
import type { Flag } from "../../../../sdk/client/contract.ts";
import { type Reference, referencesOf } from "../../../../src/flags/references.ts";
import type { Problem } from "../../ui/fields/problem.ts";

/** Returns the cycles that the flag would make, and the variants that other flags need of it and that it lacks. */
export function referenceProblems(flag: Flag, others: readonly Flag[]): Problem[] {
  const known = new Map(others.map((other) => [other.key, other]));
  known.set(flag.key, flag);
  const cycles = flagReferences(flag).flatMap(({ name, pointer }) => {
    // The check of the flag alone says that it needs itself.
    const path = name === flag.key ? undefined : pathBetween(name, flag.key, known);
    return path === undefined ? [] : [{ pointer, detail: `makes a cycle: ${[flag.key, ...path].join(" → ")}` }];
  });
  return [...cycles, ...neededVariants(flag, others)];
}

function neededVariants(flag: Flag, others: readonly Flag[]): Problem[] {
  return others
    .filter(({ key }) => key !== flag.key)
    .flatMap((other) => {
      const needed = flagReferences(other).filter(({ name }) => name === flag.key);
      const lacking = new Set(
        needed.flatMap(({ variants = [] }) => variants).filter((name) => !hasVariant(flag, name)),
      );
      return [...lacking].map((variant) => ({
        pointer: "/variants",
        detail: `flag "${flag.key}" has no variant "${variant}", but flag "${other.key}" refers to it`,
      }));
    });
}

function hasVariant({ variants }: Flag, name: string): boolean {
  return Object.hasOwn(variants, name);
}

/** Returns the flags from one to the other, each of which needs the next, or `undefined` if there is no way. */
function pathBetween(from: string, to: string, known: ReadonlyMap<string, Flag>): string[] | undefined {
  const before = new Map<string, string | undefined>([[from, undefined]]);
  const pending = [from];
  for (let key = pending.shift(); key !== undefined; key = pending.shift()) {
    if (key === to) return backwards(to, before);
    const flag = known.get(key);
    for (const { name } of flag === undefined ? [] : flagReferences(flag)) {
      if (before.has(name)) continue;
      before.set(name, key);
      pending.push(name);
    }
  }
  return undefined;
}

function backwards(to: string, before: ReadonlyMap<string, string | undefined>): string[] {
  const path: string[] = [];
  for (let key: string | undefined = to; key !== undefined; key = before.get(key)) path.unshift(key);
  return path;
}

function flagReferences({ rules = [], prerequisites = [] }: Flag): Reference[] {
  const configuration = { rules, prerequisites } as Parameters<typeof referencesOf>[0];
  return referencesOf(configuration).filter(({ kind }) => kind === "flag");
}

/** Returns the keys of the flags that need a flag, in their rules or as a prerequisite. */
export function flagsThatNeed(key: string, others: readonly Flag[]): string[] {
  return others
    .filter((other) => other.key !== key && flagReferences(other).some(({ name }) => name === key))
    .map((other) => other.key);
}
