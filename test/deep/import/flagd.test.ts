import { FlagdCore } from "@openfeature/flagd-core";
import { FlagdCore as FlagdCore1 } from "flagd-core-1";
import { describe, expect, it } from "vitest";
import { importProject } from "../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import { drawsOf } from "../../support/import/draws.ts";
import { evaluatorOf } from "../../support/import/evaluate.ts";
import { EVALUATORS, randomContext, randomFlag, randomSplit } from "../../support/import/random/flagd.ts";
import { SILENT } from "../../../cli/import/oracles/oracle.ts";

const FLAGS = 150;
const CONTEXTS = 10_000;
/** Each context meets one flag of eight, so each flag meets more than a thousand contexts. */
const SHARE = 8;

const draws = drawsOf(5);

await prepareToCompileAny();

describe("flagd: random flags give what flagd-core gives", () => {
  it.for([
    { version: 1 as const, core: new FlagdCore1(undefined, SILENT), make: () => randomSplit(draws) },
    {
      version: 2 as const,
      core: new FlagdCore(undefined, SILENT),
      make: () => randomFlag(draws, () => draws.below(100)),
    },
  ])("version $version of fractional", ({ version, core, make }) => {
    const flags: Record<string, object> = {};
    for (let i = 0; i < FLAGS; i++) flags[`flag-${i}`] = make();
    const source = { flags, $evaluators: EVALUATORS };
    core.setConfigurations(JSON.stringify(source));
    const project = importProject("flagd", source, { sdk: "javascript", hashVersion: version });
    const evaluate = evaluatorOf(project);
    const keys = project.flags.map(({ key }) => key);
    expect(keys.length).toBeGreaterThan(FLAGS * 0.9);
    const different: string[] = [];
    for (let i = 0; i < CONTEXTS && different.length < 3; i++) {
      const context = randomContext(draws);
      for (let j = i % SHARE; j < keys.length; j += SHARE) {
        const key = keys[j] as string;
        const theirs = textOf(core.resolveStringEvaluation(key, "none", context));
        const resolution = project.fromResolution(evaluate(key, project.toContext(context)), key);
        const ours = textOf({ value: "none", ...(resolution as object) });
        if (ours !== theirs) different.push(JSON.stringify({ flag: flags[key], context, ours, theirs }));
      }
    }
    expect(different).toEqual([]);
  });
});

function textOf({ value, variant, reason, errorCode }: Record<string, unknown>): string {
  return JSON.stringify([value, variant, reason, errorCode]);
}
