import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/** Matches the folder of a package, also of one inside another package's folder. */
const PACKAGE = /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/;
const LICENCE = /^licen[cs]e/i;
/** A package of these licences may be bundled without a file of its own. */
const KNOWN = ["Apache-2.0", "MIT"];

/**
 * Returns the licences of the packages that a bundle contains, because these ask that copies come with them.
 *
 * @param inputs paths of the bundled files, relative to `root`
 * @throws Error if a package has no file with its licence, and names no licence that is known here
 */
export async function licencesOf(inputs: readonly string[], root: string): Promise<string> {
  const folders = new Set(inputs.flatMap((path) => PACKAGE.exec(path)?.[0] ?? []));
  const texts = [...folders].map(async (path) => {
    const folder = resolve(root, path);
    const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
      name: string;
      version: string;
      license?: string;
    };
    const file = (await readdir(folder)).toSorted().find((entry) => LICENCE.test(entry));
    if (file === undefined && KNOWN.includes(license ?? ""))
      return `${name} ${version}\n\nThe package names the licence ${license}, and contains no copy of it.\n`;
    if (file === undefined) throw new Error(`${name} ${version} has no file with its licence, so it cannot be bundled`);
    return `${name} ${version}\n\n${(await readFile(join(folder, file), "utf8")).trim()}\n`;
  });
  return (await Promise.all(texts)).toSorted().join(`\n${"-".repeat(80)}\n\n`);
}
