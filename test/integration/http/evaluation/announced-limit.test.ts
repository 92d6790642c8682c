import { afterAll, beforeAll, describe, test } from "vitest";
import { saveFlag } from "../../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { aFlag, startTestProject, type TestProject } from "../../../support/project.ts";

const BULK = "/ofrep/v1/evaluate/flags";
const STREAM = "/ofrep/v1/stream";
const MADE_UP = "999999999";

/** A client key is public, so its holder can claim that any version was announced. */
describe("versions that do not exist", () => {
  const clock = new FakeClock();
  let project: TestProject;
  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "banner" });
  });
  afterAll(() => project.close());

  const start = async (): Promise<Isolate> => {
    const isolate = startIsolate({ ...project.bindings, AHEAD_PER_SECOND: "3" }, clock);
    await ask(isolate, BULK, "POST");
    project.resetStats();
    return isolate;
  };
  const ask = async (isolate: Isolate, path: string, method: string, headers: Record<string, string> = {}) => {
    const authorization = `Bearer ${project.clientKey}`;
    const init = { method, headers: { authorization, ...headers }, ...(method === "POST" && { body: "{}" }) };
    const response = await isolate.fetch(path, init);
    await response.body?.cancel();
    await isolate.settled();
    return response.status;
  };

  test("cost one head check each and few a second, and the flags are served all the same", async ({ expect }) => {
    const isolate = await start();
    expect(await ask(isolate, `${BULK}?flagConfigEtag=${MADE_UP}`, "POST")).toBe(200);
    expect(project.roundTrips().l3).toBe(1);
    for (let i = 0; i < 20; i++) expect(await ask(isolate, `${BULK}?flagConfigEtag=${MADE_UP}`, "POST")).toBe(200);
    expect(project.roundTrips().l3).toBe(3);
    await clock.advance(1000);
    await ask(isolate, `${BULK}?flagConfigEtag=${MADE_UP}`, "POST");
    expect(project.roundTrips().l3).toBe(4);
  });

  test("do not keep a client from a version that was really announced", async ({ expect }) => {
    const [isolate, writer] = [await start(), await start()];
    for (let i = 0; i < 5; i++) await ask(isolate, `${BULK}?flagConfigEtag=${MADE_UP}`, "POST");
    const written = await saveFlag(project.db, "production", aFlag({ key: "banner", enabled: false }), { actor: "" });
    await writer.services.publisher.publish("production", written, () => undefined);
    await ask(isolate, `${BULK}?flagConfigEtag=${written.version}`, "POST");
    expect(isolate.services.source.knownVersion("production")).toBe(written.version);
  });

  test("cost no more on a stream", async ({ expect }) => {
    const isolate = await start();
    for (let i = 0; i < 20; i++) expect(await ask(isolate, STREAM, "GET", { "last-event-id": MADE_UP })).toBe(200);
    expect(project.roundTrips().l3).toBe(3);
  });
});
