/** The conformance cases through a service binding, compared with OFREP. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseFlagInput } from "../../../src/flags/parse.ts";
import type { AllFlags, BindingDetails } from "../../../src/rpc/interface.ts";
import evaluation from "../../conformance/evaluation.json" with { type: "json" };
import { type BoundWorkers, startBoundWorkers } from "../../support/edge/bound-workers.ts";
import { startTestProject, type TestFlag, type TestProject } from "../../support/project.ts";

let project: TestProject;
let workers: BoundWorkers;

/** Cases whose flag stands alone. A draw differs from call to call. */
const cases = evaluation.cases
  .filter((given) => !("segments" in given || "dependencies" in given || "random" in given))
  .map((given, i) => ({ ...given, key: `case-${i}` }));

beforeAll(async () => {
  project = await startTestProject();
  for (const { key, flag } of cases) await project.save({ ...(parseFlagInput(flag) as TestFlag), key });
  workers = await startBoundWorkers({
    bindings: project.bindings,
    props: { FLAGS: { environment: "production", kind: "server" } },
  });
});
afterAll(async () => {
  await workers?.dispose();
  await project?.close();
});

/** The caller's default, which no flag has as its value. */
const DEFAULT = null;

/** Returns details as OFREP would say them. */
function asOfrep({ value, variant, reason, errorCode, errorMessage, flagMetadata }: BindingDetails<unknown>): object {
  if (errorCode !== undefined) return { errorCode, errorDetails: errorMessage, metadata: flagMetadata };
  return { ...(value !== DEFAULT && { value }), reason, variant: variant ?? "", metadata: flagMetadata };
}

test("a binding and OFREP give the same results for the conformance cases", async () => {
  expect(cases.length).toBeGreaterThan(80);
  for (const { key, name, context } of cases) {
    const response = await workers.fetch(`/ofrep/v1/evaluate/flags/${key}`, {
      method: "POST",
      headers: { authorization: `Bearer ${project.serverKey}` },
      body: JSON.stringify({ context }),
    });
    const { key: _, ...expected } = (await response.json()) as { key: string };
    const details = await workers.call({ method: "details", args: [key, DEFAULT, context] });
    expect(asOfrep(details as BindingDetails<unknown>), name).toEqual(expected);
    const { flags } = (await workers.call({ method: "all", args: [context] })) as AllFlags;
    expect(asOfrep(flags[key]!), `${name}, of all flags`).toEqual(expected);
  }
});
