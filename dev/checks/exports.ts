/** Reads what files export and import, to find names that are exported twice and exports that nothing uses. */
import { posix } from "node:path";
import { parseSync } from "vite";

export interface Export {
  readonly path: string;
  readonly name: string;
  readonly isType: boolean;
  /** Whether its comment says "Exported for …", which names a user that imports do not show. */
  readonly isExplained: boolean;
}

export interface ModuleNames {
  readonly exports: readonly Export[];
  /** Imported names, by the path of the file that exports them; "*" stands for all of them. */
  readonly imports: ReadonlyMap<string, ReadonlySet<string>>;
}

const ALL = "*";
const EXPLANATION = /\bExported for\b/;

/** Reads the exports and the relative imports of one file. A re-export counts as both. */
export function readModule(path: string, source: string): ModuleNames {
  const { module, comments } = parseSync(path, source);
  const exports = new Map<string, Export>();
  const imports = new Map<string, Set<string>>();
  const use = (specifier: string, name: string): void => {
    if (!specifier.startsWith(".")) return;
    const target = posix.join(posix.dirname(path), specifier);
    imports.set(target, (imports.get(target) ?? new Set()).add(name));
  };
  for (const { moduleRequest, entries } of module.staticImports) {
    for (const { importName } of entries) use(moduleRequest.value, nameOf(importName));
  }
  for (const { start, entries } of module.staticExports) {
    const comment = comments.findLast(({ end }) => end <= start && source.slice(end, start).trim() === "");
    const isExplained = comment !== undefined && EXPLANATION.test(comment.value);
    for (const { exportName, importName, moduleRequest, isType } of entries) {
      const name = exportName.kind === "Default" ? "default" : exportName.name;
      if (name !== null) exports.set(name, { path, name, isType, isExplained });
      if (moduleRequest !== null) use(moduleRequest.value, nameOf(importName));
    }
  }
  // Covers `await import("./file.ts")` and the type `import("./file.ts").Name`.
  for (const [, specifier = ""] of source.matchAll(/\bimport\("([^"]+)"\)/g)) use(specifier, ALL);
  return { exports: [...exports.values()], imports };
}

/** Finds the names that more than one file exports, as "name: path, path". */
export function findDuplicates(modules: readonly ModuleNames[]): string[] {
  const byName = Map.groupBy(
    modules.flatMap((module) => module.exports),
    ({ name }) => name,
  );
  return [...byName]
    .filter(([, found]) => found.length > 1)
    .map(([name, found]) => `${name}: ${found.map(({ path }) => path).join(", ")}`);
}

/**
 * Finds the exported values of `modules` that no module of `users` imports and no comment explains, as "path: name".
 * Types are left out, because an exported signature may need a name that nobody imports.
 */
export function findUnused(modules: readonly ModuleNames[], users: readonly ModuleNames[]): string[] {
  const used = new Map<string, Set<string>>();
  for (const { imports } of users) {
    for (const [path, names] of imports) used.set(path, new Set([...(used.get(path) ?? []), ...names]));
  }
  const isUsed = ({ path, name }: Export): boolean => {
    const names = used.get(path);
    return names !== undefined && (names.has(ALL) || names.has(name));
  };
  return modules
    .flatMap((module) => module.exports)
    .filter((found) => !found.isType && !found.isExplained && !isUsed(found))
    .map(({ path, name }) => `${path}: ${name}`);
}

function nameOf({ kind, name }: { kind: string; name: string | null }): string {
  return kind === "Name" && name !== null ? name : kind === "Default" ? "default" : ALL;
}
