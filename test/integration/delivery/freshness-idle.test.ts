import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlag, startTestProject, type TestProject } from "../../support/project.ts";

/** The latency of Redis (ms): more than a busy isolate waits for, and less than an idle one does. */
const FAR_MS = 120;

describe("an isolate far from Redis, after a kill switch was used", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let reader: Isolate;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
  });
  afterAll(() => project.close());

  beforeEach(async () => {
    project.backends.upstash.setFaults({});
    await project.save({ key: "payments", enabled: true });
    await project.backends.upstash.command("FLUSHALL");
    reader = startIsolate(project.bindings, clock);
    await isOn();
    await reader.settled();
    project.backends.upstash.setFaults({ latencyMs: FAR_MS });
  });

  const isOn = async (): Promise<unknown> => {
    const headers = { authorization: `Bearer ${project.serverKey}` };
    const response = await reader.fetch("/ofrep/v1/evaluate/flags/payments", { method: "POST", headers, body: "{}" });
    return ((await response.json()) as { value: unknown }).value;
  };

  const kill = async (): Promise<void> => {
    const writer = startIsolate(project.bindings, clock);
    const written = await saveFlag(project.db, "production", aFlag({ key: "payments", enabled: false }), {
      actor: "test",
    });
    await writer.services.publisher.publish("production", written, () => undefined);
  };

  test.for([1300, 2500, 30_000, 59_000, 600_000])(
    "responds at once with the current value, %i ms after its last request",
    async (ms, { expect }) => {
      await kill();
      await clock.advance(ms);
      expect(await isOn()).toBe(false);
    },
  );

  test("a busy isolate does not delay requests: the one after the head check has the change", async ({ expect }) => {
    await kill();
    await clock.advance(1100);
    const asked = isOn();
    await clock.waitedOn(30);
    await clock.advance(30);
    expect(await asked).toBe(true);
    await reader.settled();
    expect(await isOn()).toBe(false);
  });
});
