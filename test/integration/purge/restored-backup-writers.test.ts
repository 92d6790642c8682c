import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import { sweepOutbox } from "../../../src/delivery/publish/sweep.ts";
import { createOutbox, type Outbox } from "../../../src/store/outbox.ts";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { aFlag } from "../../support/project.ts";
import { RestoredWorld } from "../../support/backends/restored-world.ts";
import { seededRandom } from "../../support/seeded-random.ts";

const WRITERS = 20;
const WRITES = 10;

describe("without a restore", () => {
  let world: RestoredWorld;
  beforeAll(async () => {
    world = await RestoredWorld.start();
  });
  afterAll(() => world.close());

  test("writers that overtake every sweep are never taken for a restore", async ({ expect }) => {
    const random = seededRandom(7);
    const { db } = world.project;
    const start = await world.versionOf();
    let writing = WRITERS;
    let published = 0;
    const counts = { sweeps: 0, suspected: 0, raised: 0 };
    const outbox: Outbox = {
      ...createOutbox(db),
      async readUnconfirmed() {
        const read = await createOutbox(db).readUnconfirmed();
        // Some writer commits and publishes before the heads are read.
        for (const before = published; published === before && writing > 0;) await pause(1);
        return read;
      },
      async raiseVersions(seen, step) {
        counts.suspected += 1;
        const raised = await createOutbox(db).raiseVersions(seen, step);
        counts.raised += raised.length;
        return raised;
      },
    };
    const writer = async (number: number): Promise<void> => {
      const { publisher } = world.isolate().services;
      for (let i = 0; i < WRITES; i++) {
        const flag = aFlag({ key: `flag-${number % 5}`, metadata: { number, i } });
        const written = await saveFlag(db, "production", flag, { actor: "test" });
        await publisher.publish("production", written, () => undefined);
        published += 1;
        await pause(10 * random());
      }
      writing -= 1;
    };
    const sweeper = async (): Promise<void> => {
      const { publisher, log } = world.isolate().services;
      while (writing > 0) {
        await sweepOutbox(outbox, publisher, () => undefined, log);
        counts.sweeps += 1;
      }
    };
    await Promise.all([...Array.from({ length: WRITERS }, (_item, i) => writer(i)), sweeper(), sweeper()]);

    console.log(`${WRITERS * WRITES} writes of ${WRITERS} writers: ${JSON.stringify(counts)}`);
    expect(counts.suspected).toBeGreaterThan(0);
    expect(counts.raised).toBe(0);
    expect(await world.versionOf()).toBe(start + WRITERS * WRITES);
  });
});
