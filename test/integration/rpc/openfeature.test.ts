/** `burgee/binding` in workerd: under OpenFeature's server SDK, and by itself. */
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BoundWorkers, startBoundWorkers } from "../../support/edge/bound-workers.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

let project: TestProject;
let workers: BoundWorkers;
const TELEMETRY = { flagSetId: "production", version: expect.any(String) as string };

beforeAll(async () => {
  project = await startTestProject();
  await project.save({ key: "checkout", metadata: { owner: "web" } });
  await project.save({ key: "headline", type: "string", variants: { on: "Fresh bread", off: "" } });
  await project.save({ key: "page-size", type: "integer", variants: { on: 24, off: 12 } });
  await project.save({ key: "limits", type: "object", variants: { on: { items: 50 }, off: {} } });
  await project.save({ key: "withdrawn", enabled: false, offVariant: null });
  const rule = (attribute: string, operator: "after" | "in", value: string) => ({
    rules: [{ id: "rule", when: { attribute, operator, values: [value] }, serve: { variant: "on" } }],
    default: { variant: "off" },
  });
  await project.save({ key: "recent", ...rule("joined", "after", "2026-01-01T00:00:00Z") });
  await project.save({ key: "dutch", ...rule("request.language", "in", "nl-NL") });
  workers = await startBoundWorkers({
    bindings: project.bindings,
    props: { FLAGS: { environment: "production", kind: "server" } },
    caller: "test/support/edge/openfeature-worker.ts",
    alias: { async_hooks: resolve(import.meta.dirname, "../../support/edge/async-hooks.ts") },
  });
});
afterAll(async () => {
  await workers?.dispose();
  await project?.close();
});

async function run(scenario: string, init: RequestInit = {}): Promise<{ result: unknown; calls: number }> {
  const response = await workers.ask(`/${scenario}`, { headers: { "accept-language": "nl-NL" }, ...init });
  return (await response.json()) as { result: unknown; calls: number };
}

test("evaluations of a request share one call, and have their values, reasons and errors", async () => {
  const { result, calls } = await run("everything");
  expect(result).toEqual({
    details: {
      flagKey: "checkout",
      value: true,
      variant: "on",
      reason: "STATIC",
      flagMetadata: { owner: "web", ...TELEMETRY },
    },
    values: ["Fresh bread", 24, { items: 50 }, true, true],
    unknown: expect.objectContaining({ value: true, errorCode: "FLAG_NOT_FOUND" }),
    mismatch: expect.objectContaining({ value: 7, errorCode: "TYPE_MISMATCH" }),
    withdrawn: expect.objectContaining({ value: true, reason: "DISABLED" }),
  });
  expect(calls).toBe(1);
});

test("each context of a request makes one call", async () => {
  expect(await run("manyContexts")).toEqual({ result: "done", calls: 2 });
});

test("an evaluation without a request makes a call of its own", async () => {
  const { result, calls } = await run("withoutRequest");
  expect(result).toMatchObject({ value: true, variant: "on" });
  expect(calls).toBe(1);
});

test("a call that fails gives the default and says why", async () => {
  const errorMessage = "the call to Burgee failed: too many subrequests";
  const failed = expect.objectContaining({ value: true, reason: "ERROR", errorCode: "GENERAL", errorMessage });
  expect((await run("broken")).result).toEqual([failed, failed]);
});

test("a subject's variant is reported once, with its rule, if the code asked for the flag", async () => {
  const { result } = await run("exposures");
  const common = {
    value: true,
    variant: "on",
    timestamp: 7,
    environment: "production",
    flagVersion: expect.any(String),
  };
  const byRule = { ...common, flagKey: "dutch", reason: "TARGETING_MATCH", ruleId: "rule" };
  expect(result).toEqual([
    { ...common, flagKey: "checkout", reason: "STATIC", targetingKey: "user-1" },
    { ...byRule, targetingKey: "user-1" },
    { ...byRule, targetingKey: "user-2" },
  ]);
});

test("a request's flags without OpenFeature share one call too", async () => {
  const { result, calls } = await run("withoutOpenFeature");
  expect(result).toEqual([
    true,
    "Fresh bread",
    24,
    { items: 50 },
    { value: true, variant: "on", reason: "TARGETING_MATCH", ruleId: "rule", flagMetadata: TELEMETRY },
    expect.objectContaining({ value: false, errorCode: "INVALID_CONTEXT" }),
  ]);
  expect(calls).toBe(1);
});

test("the facts about a request leave its body alone", async () => {
  const { result } = await run("body", { method: "POST", body: '{"item":1}' });
  expect(result).toEqual({ item: 1 });
});
