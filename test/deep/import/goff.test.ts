import { expect, test } from "vitest";
import { importProject } from "../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import { drawsOf } from "../../support/import/draws.ts";
import { evaluatorOf } from "../../support/import/evaluate.ts";
import { type GoffFlag, goffResult } from "../../support/import/goff.ts";
import { randomGoffFlag, randomGoffVisit } from "../../support/import/random/goff.ts";

const FLAGS = 300;
const CONTEXTS = 10_000;
/** Each context meets one flag of thirty. */
const SHARE = 30;

await prepareToCompileAny();

test("goff: random flags give what a second implementation gives, in 10,000 contexts", () => {
  const draws = drawsOf(11);
  const flags: Record<string, GoffFlag> = {};
  for (let i = 0; i < FLAGS; i++) flags[`flag-${i}`] = randomGoffFlag(draws);
  const project = importProject("goff", flags);
  const keys = project.flags.map(({ key }) => key);
  expect(keys.length).toBeGreaterThan(FLAGS * 0.8);
  const different: unknown[] = [];
  const reasons = new Set<string>();
  for (let i = 0; i < CONTEXTS && different.length < 3; i++) {
    const { context, visit } = randomGoffVisit(draws);
    const evaluate = evaluatorOf(project, visit.now);
    for (let j = i % SHARE; j < keys.length; j += SHARE) {
      const key = keys[j] ?? "";
      const flag = flags[key] as GoffFlag;
      // The report notes that a disabled flag is disabled for users without a key too.
      if (flag.disable === true && visit.key === "" && flag.scheduledRollout?.length === 0) continue;
      const theirs = goffResult(key, flag, visit);
      const { failed: _, ...ours } = project.fromResolution(evaluate(key, project.toContext(context)), key) as {
        failed: boolean;
      };
      reasons.add(theirs.reason);
      if (JSON.stringify(sorted(ours)) !== JSON.stringify(sorted(theirs)))
        different.push({ flag, context, now: new Date(visit.now).toISOString(), ours, theirs });
    }
  }
  expect(different).toEqual([]);
  expect(reasons.size).toBe(7);
});

function sorted(result: object): unknown {
  return Object.entries(result).sort(([a], [b]) => (a < b ? -1 : 1));
}
