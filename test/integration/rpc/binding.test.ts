/** Calls from another Worker, through a service binding with props, in workerd. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BoundWorkers, startBoundWorkers } from "../../support/edge/bound-workers.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

let project: TestProject;
let workers: BoundWorkers;

beforeAll(async () => {
  project = await startTestProject();
  workers = await startBoundWorkers({
    bindings: { ...project.bindings, CACHE_HEAD_CHECK_MS: "60000" },
    props: { FLAGS: { environment: "production", kind: "server" } },
  });
  await project.save({ key: "checkout", metadata: { owner: "web" } });
  await workers.sweep();
});
afterAll(async () => {
  await workers?.dispose();
  await project?.close();
});

test("a method returns the flag's value", async () => {
  expect(await workers.call({ method: "boolean", args: ["checkout", false] })).toBe(true);
});

test("warm calls make no round trips", async () => {
  await workers.call({ method: "all", args: [] });
  project.resetStats();
  for (let i = 0; i < 20; i++) await workers.call({ method: "boolean", args: ["checkout", false] });
  expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
});
