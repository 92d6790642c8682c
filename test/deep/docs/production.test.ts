import { readFile } from "node:fs/promises";
import { describe, test } from "vitest";
import { stepsOf } from "./operations-page.ts";
import { startOperationsWorld } from "./operations-world.ts";
import { takeStep } from "./take-step.ts";

const page = await readFile(new URL("../../../docs/production.md", import.meta.url), "utf8");
const [deploying = ""] = /^## Deploying$[\s\S]*?(?=^### )/m.exec(page) ?? [];

describe("docs/production.md", () => {
  test("the steps of a first deployment that need no account work in order", async () => {
    const world = await startOperationsWorld();
    try {
      await world.run("burgee env delete production --confirm production");
      for (const step of stepsOf(deploying)) await takeStep(step, world);
    } finally {
      await world.close();
    }
  });

  test("the steps that are not run are the ones that need an account", ({ expect }) => {
    const marked = deploying.split(/^(?=\d+\. )/m).filter((step) => step.includes("```sh no-run"));
    expect(marked.map((step) => /^\d+\. (†)?/.exec(step)?.[0])).toEqual(["1. ", "2. †", "5. ", "7. †", "8. †"]);
  });
});
