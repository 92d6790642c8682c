import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { test } from "vitest";
import { typeMistakes } from "../../support/docs/type-check.ts";

const page = await readFile(resolve(import.meta.dirname, "../../../docs/in-process.md"), "utf8");

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

test("the tables of docs/in-process.md name every option and status", async ({ expect }) => {
  const files = new Map([
    ["options.ts", exhaustive('Exclude<keyof FlagsOptions, "clock" | "random">', namesUnder("Options"))],
    ["statuses.ts", exhaustive("FlagsStatus", namesUnder("Statuses and events"))],
  ]);
  expect(await typeMistakes(files, ["ESNext"])).toEqual([]);
});
