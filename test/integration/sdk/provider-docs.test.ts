/** docs/in-process.md: its TypeScript compiles, and its tables name every option and status. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const OPTIONS = {
  noUnusedLocals: false,
  types: ["node"],
  paths: { "burgee/provider": [join(ROOT, "sdk/provider/index.ts")] },
};

let folder: string;
let page: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "burgee-docs-"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: join(ROOT, "tsconfig.json"), compilerOptions: OPTIONS, include: ["*.ts"] }),
  );
  page = await readFile(join(ROOT, "docs/in-process.md"), "utf8");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Returns the first cells of the table under a heading, without their backticks. */
function namesUnder(heading: string): string[] {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const [body = ""] = section.split("\n## ");
  return Array.from(body.matchAll(/^\| `(\w+)` \|/gm), ([, name = ""]) => name);
}

/** Returns a module that compiles only if the names are exactly those of a type. */
function exhaustive(type: string, names: string[]): string {
  const members = names.map((name) => `${JSON.stringify(name)}: true`).join(", ");
  return `import type { FlagsOptions, FlagsStatus } from "burgee/provider";
export const names: Record<${type}, true> = { ${members} };
export type Used = FlagsOptions | FlagsStatus;\n`;
}

test("its TypeScript compiles, and its tables name every option and status", { timeout: 60_000 }, async () => {
  const snippets = Array.from(page.matchAll(/^```ts\n(.*?)^```$/gms), ([, code = ""]) => code);
  expect(snippets.length).toBeGreaterThan(3);
  for (const [i, code] of snippets.entries()) await writeFile(join(folder, `snippet-${i}.ts`), code);
  const ofOptions = 'Exclude<keyof FlagsOptions, "clock" | "random">';
  await writeFile(join(folder, "options.ts"), exhaustive(ofOptions, namesUnder("Options")));
  await writeFile(join(folder, "statuses.ts"), exhaustive("FlagsStatus", namesUnder("Statuses and events")));
  const { stdout } = await promisify(execFile)(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder]).catch(
    (error: unknown) => error as { stdout: string },
  );
  expect(stdout).toBe("");
});
