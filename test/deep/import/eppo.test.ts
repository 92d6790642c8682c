import * as datadogSdk from "@datadog/flagging-core";
import * as eppoSdk from "@eppo/js-client-sdk-common";
import { describe, expect, it } from "vitest";
import { datadog, eppo } from "../../../cli/import/oracles/eppo.ts";
import { importProject } from "../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import { drawsOf } from "../../support/import/draws.ts";
import { evaluatorOf } from "../../support/import/evaluate.ts";
import { randomSubject, randomUfcFlag } from "../../support/import/random/eppo.ts";

const FLAGS = 150;
const CONTEXTS = 10_000;
/** The SDKs read the clock. The flags' instants are far before and after it. */
const NOW = Date.parse("2100-01-01T00:00:00Z");

await prepareToCompileAny();

describe("Eppo and Datadog: random flags give what the SDK gives", () => {
  it.for([
    { system: "eppo" as const, start: () => eppo.start(eppoSdk, source("eppo"), {}) },
    { system: "datadog" as const, start: () => datadog.start(datadogSdk, source("datadog"), {}) },
  ])("$system: 10,000 contexts", async ({ system, start }) => {
    const project = importProject(system, source(system));
    expect(project.report.entries.filter(({ outcome }) => !outcome.startsWith("exact"))).toEqual([]);
    const evaluate = evaluatorOf(project, NOW);
    const oracle = await start();
    const keys = project.flags.map(({ key }) => key);
    const draws = drawsOf(31);
    const different: unknown[] = [];
    const counts = { value: 0, none: 0 };
    for (let i = 0; i < CONTEXTS && different.length < 3; i++) {
      const subject = randomSubject(draws);
      const picked = draws.picks(keys, 20);
      const results = await oracle.evaluate({ ...subject }, picked);
      for (const key of picked) {
        const theirs = results.get(key) ?? null;
        const ours = project.fromResolution(evaluate(key, project.toContext(subject)), key) ?? null;
        counts[theirs === null ? "none" : "value"]++;
        if (JSON.stringify(ours) !== JSON.stringify(theirs))
          different.push(JSON.stringify({ flag: source(system).flags[key], subject, ours, theirs }));
      }
    }
    expect(different).toEqual([]);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(10_000);
  });
});

/** Returns the same flags at each call. */
function source(system: "eppo" | "datadog"): { flags: Record<string, object> } {
  const draws = drawsOf(30);
  const keys = Array.from({ length: FLAGS }, (_, i) => `flag-${i}`);
  return { flags: Object.fromEntries(keys.map((key) => [key, randomUfcFlag(draws, key, system)])) };
}
