import { afterAll, beforeAll, describe, test } from "vitest";
import { runChaos } from "../../support/webhooks/chaos-world.ts";
import { type Receiver, startReceiver } from "../../support/webhooks/receiver.ts";
import { withNewestFirst, withoutLeases } from "../../support/webhooks/sabotage.ts";
import { BACKENDS, startStore, type TestStore } from "../store/backends.ts";

const RIGHT = { lost: [], outOfOrder: [], deadEarly: [], malformed: [] };
const SEEDS = [1, 2, 3];

describe.each(BACKENDS)("senders of webhooks on %s", (_, url) => {
  let store: TestStore;
  let receiver: Receiver;
  beforeAll(async () => {
    [store, receiver] = await Promise.all([startStore(url), startReceiver()]);
  });
  afterAll(() => Promise.all([store.close(), receiver.close()]));

  test.for(SEEDS)("lose nothing and keep the order in the random schedule %i", async (seed, { expect }) => {
    const verdict = await runChaos(store, receiver, { seed, steps: 80 });
    expect(verdict).toMatchObject(RIGHT);
    expect(verdict.events).toBeGreaterThan(10);
    expect(verdict.requests).toBeGreaterThan(verdict.events);
  });

  test("give up after a day, and go on with the rest", async ({ expect }) => {
    const verdict = await runChaos(store, receiver, {
      seed: 4,
      steps: 150,
      isDown: true,
      behaviours: ["500", "hang", "refused"],
    });
    expect(verdict).toMatchObject(RIGHT);
    expect(verdict.dead).toBeGreaterThan(0);
    expect(verdict.dead).toBeLessThan(verdict.events);
  });

  test("send each event once and in order if nothing fails, however many run at a time", async ({ expect }) => {
    const verdict = await runChaos(store, receiver, { seed: 5, steps: 60, isCalm: true });
    expect(verdict).toMatchObject({ ...RIGHT, repeated: [], requests: verdict.events });
  });

  test("control: without leases, events are sent twice", async ({ expect }) => {
    const verdict = await runChaos(store, receiver, { seed: 5, steps: 20, isCalm: true, sabotage: withoutLeases });
    expect(verdict.repeated).not.toEqual([]);
  });

  test("control: without the place in the queue, events are out of order", async ({ expect }) => {
    const verdict = await runChaos(store, receiver, { seed: 1, steps: 80, sabotage: withNewestFirst });
    expect(verdict.outOfOrder).not.toEqual([]);
  });
});
