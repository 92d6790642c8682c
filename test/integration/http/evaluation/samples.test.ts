import { afterAll, beforeAll, describe, test } from "vitest";
import type { Condition, Serve } from "../../../../src/flags/document.ts";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { seededRandom } from "../../../support/seeded-random.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";

const half: Serve = {
  draw: {
    weights: [
      ["on", 50_000],
      ["off", 50_000],
    ],
  },
};
const isOn = { flag: "s", variants: ["on"] };
const when = (condition: Condition) => ({
  default: { variant: "off" },
  rules: [{ id: "r", when: condition, serve: { variant: "on" } }],
});

describe("one request draws a sample once", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;
  let calls = 0;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "s", kind: "sample", default: half });
    // Sorted before and after the sample, so that some are evaluated before it and some after it.
    await project.save({ key: "a-child", prerequisites: [isOn] });
    await project.save({ key: "a-rule", ...when({ all: [isOn, { not: { not: isOn } }] }) });
    await project.save({ key: "z-child", prerequisites: [isOn], ...when(isOn) });
    await project.save({ key: "z-grandchild", prerequisites: [{ flag: "z-child", variants: ["on"] }] });
    const seeded = seededRandom(7);
    const random = (): number => {
      calls++;
      return seeded();
    };
    isolate = startIsolate(project.bindings, clock, { random });
  });
  afterAll(() => project.close());

  async function values(path: string, method = "POST"): Promise<Record<string, unknown>> {
    const response = await isolate.fetch(path, {
      method,
      headers: { authorization: `Bearer ${project.clientKey}`, "content-type": "application/json" },
      ...(method === "POST" ? { body: '{"context":{}}' } : {}),
    });
    const body = (await response.json()) as { flags?: { key: string; value: unknown }[]; key: string; value: unknown };
    return Object.fromEntries((body.flags ?? [body]).map(({ key, value }) => [key, value]));
  }

  test.for([
    ["POST", "/ofrep/v1/evaluate/flags"],
    ["GET", "/flags"],
  ] as const)("every flag of a bulk response sees the same draw: %s %s", async ([method, path], { expect }) => {
    const seen = new Set<unknown>();
    for (let i = 0; i < 40; i++) {
      const { s, ...others } = await values(path, method);
      seen.add(s);
      expect(others).toEqual({ "a-child": s, "a-rule": s, "z-child": s, "z-grandchild": s });
    }
    expect(seen).toEqual(new Set([true, false]));
  });

  test("a single evaluation draws once, and the next one draws again", async ({ expect }) => {
    await values("/ofrep/v1/evaluate/flags/z-grandchild");
    calls = 0;
    const seen = new Set<unknown>();
    for (let i = 0; i < 40; i++) seen.add((await values("/ofrep/v1/evaluate/flags/z-grandchild"))["z-grandchild"]);
    expect(seen).toEqual(new Set([true, false]));
    expect(calls).toBe(40);
  });

  test("an explanation shows the draw that it used", async ({ expect }) => {
    for (let i = 0; i < 20; i++) {
      const response = await isolate.fetch("/api/v1/environments/production/flags/z-child/explain", {
        method: "POST",
        headers: { authorization: `Bearer ${project.adminToken}`, "content-type": "application/json" },
        body: "{}",
      });
      const { resolution, prerequisites } = (await response.json()) as {
        resolution: { variant: string };
        prerequisites: { served: string; isMet: boolean }[];
      };
      expect(prerequisites[0]?.isMet).toBe(prerequisites[0]?.served === "on");
      expect(resolution.variant).toBe(prerequisites[0]?.served);
    }
  });
});
