import { expect, test } from "vitest";
import { importProject } from "../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import { drawsOf } from "../../support/import/draws.ts";
import { evaluatorOf } from "../../support/import/evaluate.ts";
import { flagsmithOf } from "../../support/import/flagsmith.ts";
import { randomEnvironment, randomIdentity } from "../../support/import/random/flagsmith.ts";
import { readJson } from "../../support/import/suites.ts";

const FEATURES = 40;
const IDENTITIES = 10_000;

await prepareToCompileAny();

test("flagsmith: random features give what flagsmith-nodejs gives", async () => {
  const draws = drawsOf(5);
  const environment = randomEnvironment(draws, FEATURES);
  const client = await flagsmithOf(environment);
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

interface Suite {
  source: object;
  cases: { flag: string; context: { identifier?: string; traits?: object }; expected: object }[];
}

test("flagsmith: our own cases expect what flagsmith-nodejs gives", async () => {
  const { source, cases } = readJson("flagsmith/cases.json") as Suite;
  const client = await flagsmithOf(source);
  for (const { flag, context, expected } of cases) {
    const { identifier, traits = {} } = context;
    const theirs = await (identifier === undefined
      ? client.getEnvironmentFlags()
      : client.getIdentityFlags(identifier, traits as never));
    const { enabled, value } = theirs.getFlag(flag);
    expect({ flag, context, expected: { enabled, value: value ?? null } }).toEqual({ flag, context, expected });
  }
});
