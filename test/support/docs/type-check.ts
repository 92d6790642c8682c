import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../../..");

const OPTIONS = {
  strict: true,
  // The modules of the package are sources here, and need it.
  noUncheckedIndexedAccess: true,
  target: "ESNext",
  module: "ESNext",
  moduleResolution: "Bundler",
  moduleDetection: "force",
  jsx: "react-jsx",
  types: ["node"],
  // As in the projects that Vite and `tsc --init` make.
  noUnusedLocals: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
  allowJs: true,
  checkJs: true,
  paths: Object.fromEntries(
    ["binding", "client", "import", "provider", "testing", "testing/web"].map((name) => [
      `burgee/${name}`,
      [join(ROOT, "sdk", `${name === "testing/web" ? name : `${name}/index`}.ts`)],
    ]),
  ),
};

/**
 * Checks files as one strict program with these libraries, in a project that has the packages of the clone.
 *
 * @param files the texts by path
 * @returns one line for each mistake
 */
export async function typeMistakes(files: ReadonlyMap<string, string>, lib: readonly string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "burgee-snippets-"));
  try {
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    const config = { compilerOptions: { ...OPTIONS, lib }, files: [...files.keys()] };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    for (const [path, text] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", folder, "--pretty", "false"]).catch(
      (error: unknown) => error as { stdout: string },
    );
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split(`${basename(folder)}/`).at(-1) ?? line);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
