import * as sdk from "@featurevisor/sdk";
import { expect, test } from "vitest";
import { featurevisor } from "../../../cli/import/oracles/featurevisor.ts";
import { importProject } from "../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import { drawsOf } from "../../support/import/draws.ts";
import { evaluatorOf } from "../../support/import/evaluate.ts";
import { randomContext, randomDatafile } from "../../support/import/random/featurevisor.ts";

const FEATURES = 150;
const CONTEXTS = 10_000;
const { picks } = drawsOf(22);

test("featurevisor: random features agree with the SDK in 10,000 contexts", async () => {
  await prepareToCompileAny();
  const datafile = randomDatafile(FEATURES);
  const project = importProject("featurevisor", datafile, { sdk: "2" });
  const refused = project.report.entries.filter(({ outcome }) => !outcome.startsWith("exact"));
  expect(refused.map(({ key, notes }) => [key, notes])).toEqual([]);

  const evaluate = evaluatorOf(project);
  const oracle = await featurevisor.start(sdk, datafile, {});
  const keys = project.flags.map(({ key }) => key);
  const found: unknown[] = [];
  const counts = { on: 0, off: 0, some: 0, none: 0 };
  for (let i = 0; i < CONTEXTS && found.length < 5; i++) {
    const theirContext = randomContext();
    const context = project.toContext(theirContext);
    const picked = picks(keys, 20);
    const results = await oracle.evaluate(theirContext, picked);
    for (const key of picked) {
      const [feature = "", part] = key.split(":");
      const theirs = results.get(key);
      const ours = project.fromResolution(evaluate(key, context), key);
      counts[part === undefined ? (theirs === true ? "on" : "off") : theirs === null ? "none" : "some"]++;
      if (JSON.stringify(ours) !== JSON.stringify(theirs))
        found.push(JSON.stringify({ key, feature: datafile.features[feature], theirContext, ours, theirs }));
    }
  }
  expect(found).toEqual([]);
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(1000);
});
