import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { EventStreamReader } from "../../support/event-stream.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

const STREAMS = 1000;

/** Change streams in workerd, where streams and timers belong to a request, and no event announces its cancellation. */
describe("change streams in workerd", () => {
  let project: TestProject;
  let colo: Colo;
  let other: Colo;
  let open: EventStreamReader[] = [];
  let isEnabled = true;

  beforeAll(async () => {
    project = await startTestProject();
    await project.save({ key: "banner" });
    colo = await startColo({ bindings: { ...project.bindings, STREAMS_MAX: String(STREAMS) } });
    other = await startColo({ bindings: project.bindings });
  });
  afterAll(async () => {
    await colo?.dispose();
    await other?.dispose();
    await project?.close();
  });
  afterEach(async () => {
    await Promise.all(open.map((reader) => reader.leave()));
    open = [];
  });

  const stream = async (at: Colo, lastEventId?: string): Promise<EventStreamReader> => {
    const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
    const reader = new EventStreamReader(await at.fetch(`/ofrep/v1/stream?key=${project.clientKey}`, { headers }));
    open.push(reader);
    await until(() => reader.frames.length > 0);
    return reader;
  };

  const change = async (at: Colo): Promise<number> => {
    isEnabled = !isEnabled;
    const response = await at.fetch("/api/v1/environments/production/flags/banner", {
      method: "PATCH",
      headers: { authorization: `Bearer ${project.adminToken}`, "content-type": "application/merge-patch+json" },
      body: JSON.stringify({ enabled: isEnabled }),
    });
    return ((await response.json()) as { version: number }).version;
  };

  test("a change reaches a thousand streams of one isolate, which share one check a second", async ({ expect }) => {
    for (let i = 0; i < STREAMS; i += 50) await Promise.all(Array.from({ length: 50 }, () => stream(colo)));
    expect(open).toHaveLength(STREAMS);
    project.resetStats();
    const startedAt = Date.now();
    await pause(3000);
    const seconds = (Date.now() - startedAt) / 1000;
    expect(project.roundTrips().l2).toBeGreaterThan(0);
    expect(project.roundTrips().l2).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
    const elsewhere = await change(other);
    await until(() => open.every(({ versions }) => versions.at(-1) === elsewhere));
    const here = await change(colo);
    await until(() => open.every(({ versions }) => versions.at(-1) === here));
    expect(open.filter(({ isEnded }) => isEnded)).toEqual([]);
  });

  test("a disconnected client frees its place, and the other streams still get changes", async ({ expect }) => {
    const full = await startColo({ bindings: { ...project.bindings, STREAMS_MAX: "2" } });
    try {
      const first = await stream(full);
      const second = await stream(full);
      const third = await stream(full);
      await until(() => third.isEnded);
      expect(third.retryMs).toBeGreaterThanOrEqual(20_000);
      await first.leave();
      // The runtime notices at the next write, and the change causes one.
      const version = await change(other);
      await until(() => second.versions.at(-1) === version);
      const fourth = await stream(full, String(version));
      expect(fourth.isEnded).toBe(false);
      await second.leave();
      const next = await change(other);
      await until(() => fourth.versions.at(-1) === next);
    } finally {
      await full.dispose();
    }
  });

  test("a client whose isolate ends learns from the next one what it missed", async ({ expect }) => {
    const dying = await startColo({ bindings: project.bindings });
    const reader = await stream(dying);
    const known = reader.lastEventId ?? "";
    await dying.dispose();
    await until(() => reader.isEnded);
    const version = await change(other);
    const successor = await startColo({ bindings: project.bindings });
    try {
      const resumed = await stream(successor, known);
      await until(() => resumed.versions.length > 0);
      expect(resumed.versions).toEqual([version]);
      const again = await stream(successor, String(version));
      expect(again.versions).toEqual([]);
    } finally {
      await successor.dispose();
    }
  });
});

/** Waits until `isDone`. The test's timeout limits the time. */
async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await pause(20);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
