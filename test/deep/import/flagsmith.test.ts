import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Flagsmith, LocalFileHandler } from "flagsmith-nodejs";
import { expect, test } from "vitest";
import { importProject } from "../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../support/import/evaluate.ts";
import { randomEnvironment, randomIdentity } from "../../support/import/random/flagsmith.ts";
import { drawsOf } from "../../support/import/random/pick.ts";

const FEATURES = 40;
const IDENTITIES = 10_000;

await prepareToCompileAny();

test("flagsmith: random features give what flagsmith-nodejs gives", async () => {
  const draws = drawsOf(5);
  const environment = randomEnvironment(draws, FEATURES);
  const folder = await mkdtemp(join(tmpdir(), "flagsmith-"));
  const path = join(folder, "environment.json");
  await writeFile(path, JSON.stringify(environment));
  const client = new Flagsmith({ offlineMode: true, offlineHandler: new LocalFileHandler(path) });
  await rm(folder, { recursive: true });
  const project = importProject("flagsmith", environment);
  const evaluate = evaluatorOf(project);
  expect(project.flags).toHaveLength(FEATURES);
  const different: string[] = [];
  for (let i = 0; i < IDENTITIES && different.length < 3; i++) {
    const { identifier, traits } = randomIdentity(draws);
    const theirs = await client.getIdentityFlags(identifier, traits as never);
    const context = project.toContext({ identifier, traits });
    for (const { key } of project.flags) {
      const { enabled, value } = theirs.getFlag(key);
      const ours = project.fromResolution(evaluate(key, context), key);
      const isSame = JSON.stringify(ours) === JSON.stringify({ enabled, value: value ?? null });
      if (!isSame) different.push(JSON.stringify({ key, identifier, traits, ours, enabled, value }));
    }
  }
  expect(different).toEqual([]);
});
