import { FliptClient } from "@flipt-io/flipt-client-js";
import { expect, test } from "vitest";
import { startFlipt } from "../../../cli/import/oracles/flipt.ts";
import { importProject } from "../../../sdk/import/index.ts";
import { readSource } from "../../../sdk/import/systems/flipt/source.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import { drawsOf } from "../../support/import/draws.ts";
import { evaluatorOf } from "../../support/import/evaluate.ts";
import { randomFliptDocument, randomRequest } from "../../support/import/random/flipt.ts";

const FLAGS = 200;
const CONTEXTS = 10_000;
const { picks } = drawsOf(32);

test("flipt: random flags agree with the client in 10,000 contexts", async () => {
  await prepareToCompileAny();
  const document = randomFliptDocument(FLAGS);
  const project = importProject("flipt", document, { sdk: "client", hashVersion: 2 });
  const refused = project.report.entries.filter(({ outcome }) => !outcome.startsWith("exact"));
  expect(refused.map(({ key, notes }) => [key, notes])).toEqual([]);

  const evaluate = evaluatorOf(project);
  const client = await startFlipt({ FliptClient }, readSource(document, undefined));
  const found: unknown[] = [];
  const reasons = new Map<unknown, number>();
  for (let i = 0; i < CONTEXTS && found.length < 5; i++) {
    const request = randomRequest();
    const context = project.toContext(request);
    for (const flag of picks(document.flags, 10)) {
      const flagKey = flag.key;
      const isBoolean = flag.type === "BOOLEAN_FLAG_TYPE";
      const response = client.evaluate(flagKey, request) as Record<string, unknown>;
      const { segmentKeys: _, timestamp: __, requestDurationMillis: ___, ...theirs } = response;
      const ours = project.fromResolution(evaluate(flagKey, context), flagKey) as Record<string, unknown>;
      reasons.set(theirs["reason"], (reasons.get(theirs["reason"]) ?? 0) + 1);
      // The client leaves an empty attachment out if nothing matches.
      const expected: Record<string, unknown> = isBoolean ? theirs : { variantAttachment: "", ...theirs };
      const isSame = Object.keys({ ...expected, ...ours }).every((name) => ours[name] === expected[name]);
      if (!isSame) found.push(JSON.stringify({ flag, request, ours, theirs, segments: document.segments }));
    }
  }
  expect(found).toEqual([]);
  for (const name of ["MATCH", "DEFAULT", "UNKNOWN", "FLAG_DISABLED"])
    expect(reasons.get(`${name}_EVALUATION_REASON`), name).toBeGreaterThan(1000);
});
