import { readdir, readFile } from "node:fs/promises";
import { describe, test } from "vitest";
import { stepsOf } from "./operations-page.ts";
import { startOperationsWorld } from "./operations-world.ts";
import { takeStep } from "./take-step.ts";

const FOLDER = new URL("../../../docs/operations/", import.meta.url);

/** The number of blocks of each page that need an account at Cloudflare or Neon, or a real dump. */
const NOT_RUN: Record<string, number> = {
  "README.md": 1,
  "on-call.md": 1,
  "replace-key-secret.md": 3,
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
        for (const step of stepsOf(pages.get(name) ?? "")) await takeStep(step, world);
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
