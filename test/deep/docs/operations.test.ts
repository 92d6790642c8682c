import { readdir, readFile } from "node:fs/promises";
import { describe, test } from "vitest";
import { missingLine, type Step, stepsOf } from "./operations-page.ts";
import { type OperationsWorld, startOperationsWorld } from "./operations-world.ts";

const FOLDER = new URL("../../../docs/operations/", import.meta.url);

/** The number of blocks of each page that need an account at Cloudflare or Neon, or a real dump. */
const NOT_RUN: Record<string, number> = {
  "README.md": 1,
  "on-call.md": 1,
  "replace-key-secret.md": 2,
  "restore-backup.md": 3,
  "upgrade.md": 4,
};

const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".md")).toSorted();
const pages = new Map<string, string>();
for (const name of names) pages.set(name, await readFile(new URL(name, FOLDER), "utf8"));

describe("docs/operations", () => {
  test.each(names.filter((name) => stepsOf(pages.get(name) ?? "").some(({ kind }) => kind === "run")))(
    "%s: each command does what the page says, in order",
    async (name) => {
      const world = await startOperationsWorld();
      try {
        for (const step of stepsOf(pages.get(name) ?? "")) await take(step, world);
      } finally {
        await world.close();
      }
    },
  );

  test("the blocks that are not run are the ones that cannot be run here", ({ expect }) => {
    const counts = [...pages].map(([name, page]) => [name, shownIn(page)] as const).filter(([, count]) => count > 0);
    expect(Object.fromEntries(counts)).toEqual(NOT_RUN);
  });

  test("the index lists every page", ({ expect }) => {
    const linked = [...(pages.get("README.md") ?? "").matchAll(/\]\(([a-z-]+\.md)\)/g)].map(([, name]) => name);
    expect(new Set(linked)).toEqual(new Set(names.filter((name) => name !== "README.md")));
  });
});

function shownIn(page: string): number {
  return stepsOf(page).filter(({ kind }) => kind === "shown").length;
}

/** Takes one step. @throws Error if a command fails unexpectedly or does not print the promised output */
async function take(step: Step, world: OperationsWorld): Promise<void> {
  if (step.kind === "shown") return;
  if (step.kind === "happens") return await world.happens(step.what);
  let output = "";
  for (const command of step.commands) {
    const { code, text } = await world.run(command);
    output += text.endsWith("\n") || text === "" ? text : `${text}\n`;
    const isTold = step.printed?.includes(`exit code ${code}`) === true;
    if (code !== 0 && !isTold) throw new Error(`${command}\nends with ${code}:\n${text}`);
  }
  const missing = missingLine(step.printed ?? [], output);
  if (missing === undefined) return;
  throw new Error(`${step.commands.join("\n")}\nis said to print\n  ${missing}\nand prints\n${output}`);
}
