/** Follows names of constants to flag keys, also through imports of other files in the repository. */
import { posix } from "node:path";
import type { SyntaxFacts } from "./syntax.ts";

const ENDINGS = [
  "",
  ".ts",
  ".tsx",
  ".mts",
  ".cts",
  ".js",
  ".jsx",
  ".mjs",
  ".cjs",
  "/index.ts",
  "/index.tsx",
  "/index.js",
];

/** Returns a function that gives the text of a constant by its name in a file. */
export function createConstants(
  files: ReadonlyMap<string, SyntaxFacts>,
): (path: string, name: string) => string | undefined {
  return (path, name) => {
    const facts = files.get(path);
    if (facts === undefined) return undefined;
    const own = facts.constants.get(name);
    if (own !== undefined) return own;
    const [first = "", field] = name.split(".", 2);
    const imported = facts.imports.get(first);
    if (imported === undefined) return undefined;
    const target = files.get(targetOf(path, imported.from, files) ?? "");
    if (imported.name === "*") return field === undefined ? undefined : target?.constants.get(field);
    return target?.constants.get(field === undefined ? imported.name : `${imported.name}.${field}`);
  };
}

/** Returns the path of an imported file. Only relative imports lead to files of the repository. */
function targetOf(path: string, from: string, files: ReadonlyMap<string, unknown>): string | undefined {
  if (!from.startsWith(".")) return undefined;
  const base = posix.join(posix.dirname(path), from);
  // TypeScript accepts `./keys.js` for keys.ts.
  const bases = [base, base.replace(/\.([cm]?)js(x?)$/, ".$1ts$2")];
  return bases.flatMap((one) => ENDINGS.map((ending) => one + ending)).find((candidate) => files.has(candidate));
}
