import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { importProject } from "../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import { drawsOf } from "../../support/import/draws.ts";
import { evaluatorOf } from "../../support/import/evaluate.ts";
import type { TargetingContext } from "../../../cli/import/oracles/msfm.ts";
import { featureManagerOf } from "../../support/import/microsoft.ts";
import { randomFeature, randomVisit } from "../../support/import/random/microsoft.ts";
import { readJson } from "../../support/import/suites.ts";

const FLAGS = 300;
const CONTEXTS = 10_000;
/** Each context meets one flag of thirty. */
const SHARE = 30;

await prepareToCompileAny();

beforeEach(() => {
  // The library warns in the console about a variant that a flag lacks, and counts days by the local clock.
  vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.stubEnv("TZ", "UTC");
  vi.useFakeTimers({ toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("microsoft: random flags give what the library gives, in 10,000 contexts", async () => {
  const draws = drawsOf(7);
  const flags = Array.from({ length: FLAGS }, (_, i) => randomFeature(draws, `flag-${i}`));
  const library = featureManagerOf(flags);
  const source = { feature_management: { feature_flags: flags } };
  const project = importProject("msfm", source, { sdk: "javascript" });
  const keys = project.flags.map(({ key }) => key);
  // The rest has windows that overlap, or that two filters require at once.
  expect(keys.length).toBeGreaterThan(FLAGS * 0.8);
  const different: unknown[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < CONTEXTS && different.length < 3; i++) {
    const { context, now } = randomVisit(draws);
    vi.setSystemTime(now);
    const evaluate = evaluatorOf(project, now);
    for (let j = i % SHARE; j < keys.length; j += SHARE) {
      const key = keys[j] ?? "";
      const theirs = await library(key, context);
      const ours = project.fromResolution(evaluate(key, project.toContext(context)), key);
      seen.add(JSON.stringify(theirs));
      if (JSON.stringify(ours) !== JSON.stringify(theirs))
        different.push({
          flag: flags.find(({ id }) => id === key),
          context,
          now: new Date(now).toISOString(),
          ours,
          theirs,
        });
    }
  }
  expect(different).toEqual([]);
  expect(seen.size).toBeGreaterThan(10);
});

interface Suite {
  source: { feature_management: { feature_flags: object[] } };
  cases: { title: string; flag: string; context: TargetingContext; now: string; expected: unknown }[];
}

test("microsoft: our own cases expect what the library gives", async () => {
  const { source, cases } = readJson("msfm/cases.json") as Suite;
  const library = featureManagerOf(source.feature_management.feature_flags);
  for (const { title, flag, context, now, expected } of cases) {
    vi.setSystemTime(new Date(now));
    expect({ title, result: await library(flag, context) }).toEqual({ title, result: expected });
  }
});
