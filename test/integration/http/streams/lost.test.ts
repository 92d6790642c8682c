import { afterAll, beforeAll, describe, test } from "vitest";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";

const MINUTE = 60_000;
/** More chunks than a stream writes before it waits. A stream that never waits would write them all. */
const MANY = 200;

/** Streams without changes to send must wait or end, and must never loop without waiting. */
describe("a stream with nothing to say", () => {
  const clock = new FakeClock();
  let project: TestProject;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "banner" });
  });
  afterAll(() => project.close());

  const open = async (isolate: Isolate) => {
    const response = await isolate.fetch(`/ofrep/v1/stream?key=${project.clientKey}`);
    if (response.body === null) throw new Error("a stream has a body");
    return response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  };

  test("ends if it was silent for so long that its place was given away", async ({ expect }) => {
    const isolate = startIsolate(project.bindings, clock);
    const silent = await open(isolate);
    await silent.read();
    await clock.advance(2 * MINUTE);
    const other = await open(isolate);
    const said: string[] = [];
    for (let i = 0; i < MANY; i++) {
      const { done, value } = await silent.read();
      if (done) break;
      said.push(new TextDecoder().decode(value));
    }
    expect(said).toEqual(["retry: 100\n\n"]);
    await other.cancel();
  });

  test("waits if it knows of a change, but has neither the keys nor a backend", async ({ expect }) => {
    const isolate = startIsolate(project.bindings, clock);
    const stream = await open(isolate);
    await stream.read();
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
    const { l1 } = isolate.services.tiers;
    l1.clear("production");
    l1.advance("production", { version: isolate.services.source.knownVersion("production") + 1, changes: [] });
    let said = 0;
    const reading = (async () => {
      while (said < MANY && !(await stream.read()).done) said += 1;
    })();
    for (let seconds = 0; seconds < 5; seconds++) {
      // Turns of the event loop, in which the requests to the endpoints fail.
      for (let turn = 0; turn < 25; turn++) await new Promise((resolve) => setTimeout(resolve, 2));
      await clock.advance(1000);
    }
    expect(said).toBeGreaterThan(0);
    expect(said).toBeLessThanOrEqual(6);
    await stream.cancel();
    await reading;
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
  });
});
