/** A Worker whose code tries to reach another environment through its binding. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AllFlags } from "../../../src/rpc/interface.ts";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { type BoundWorkers, startBoundWorkers } from "../../support/edge/bound-workers.ts";
import { aFlag, startTestProject, type TestProject } from "../../support/project.ts";

const SECRET = "only staging knows this";

let project: TestProject;
let workers: BoundWorkers;

beforeAll(async () => {
  project = await startTestProject();
  await project.backends.neon.query("insert into environments (key, name) values ('staging', 'staging')");
  await project.save({ key: "mine" });
  const secret = aFlag({ key: "secret", type: "string", variants: { on: SECRET, off: "" } });
  await saveFlag(project.db, "staging", secret, { actor: "test" });
  workers = await startBoundWorkers({
    bindings: project.bindings,
    props: {
      FLAGS: { environment: "production", kind: "server" },
      STAGING: { environment: "staging", kind: "server" },
    },
    caller: "test/support/edge/attacking-worker.ts",
  });
});
afterAll(async () => {
  await workers?.dispose();
  await project?.close();
});

test("a Worker's code reaches no other environment than the one in the props of its binding", async () => {
  const names = (await (await workers.ask("/")).json()) as string[];
  const outcomes: Record<string, string> = {};
  for (const name of names) {
    const text = await (await workers.ask(`/${encodeURIComponent(name)}`)).text();
    expect(text, name).not.toContain(SECRET);
    const { got, thrown } = JSON.parse(text) as { got?: Partial<AllFlags>; thrown?: string };
    outcomes[name] = thrown ?? got?.errorCode ?? Object.keys(got?.flags ?? {}).join();
  }
  const refused = expect.stringMatching(/^TypeError: /);
  expect(outcomes).toMatchObject({
    "props among the arguments": "mine",
    "the context": "mine",
    "a prototype in the context": "INVALID_CONTEXT",
    "facts about the request": "mine",
    "a request with a key in it": "mine",
    "the Worker's own props": "mine",
    "new props on the binding": "mine",
    "a binding with other props": refused,
    "a forged stub": "GENERAL",
    "a method on a forged object": refused,
    "the property ctx": refused,
    "the property env": refused,
    "the property services": refused,
    "the property #caller": refused,
  });
});

test("a binding with the props of the other environment sees its flags", async () => {
  expect(await (await workers.ask("/allowed")).text()).toContain(SECRET);
});
