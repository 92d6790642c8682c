import { afterAll, beforeAll, describe, test } from "vitest";
import { runChaos } from "../../support/webhooks/chaos-world.ts";
import { BEHAVIOURS, type Receiver, startReceiver } from "../../support/webhooks/receiver.ts";
import { aFlag, BACKENDS, startStore, type TestStore } from "../../integration/store/backends.ts";
import { createWebhook } from "../../../src/store/webhooks/webhooks.ts";
import { saveProject } from "../../../src/store/writes/flags.ts";

const RIGHT = { lost: [], outOfOrder: [], deadEarly: [], malformed: [] };

describe.each(BACKENDS)("senders of webhooks on %s", (_, url) => {
  let store: TestStore;
  let receiver: Receiver;
  beforeAll(async () => {
    [store, receiver] = await Promise.all([startStore(url), startReceiver()]);
  });
  afterAll(() => Promise.all([store.close(), receiver.close()]));

  test.for(Array.from({ length: 8 }, (_, i) => 100 + i))(
    "lose nothing and keep the order in the long random schedule %i",
    async (seed, { expect }) => {
      const verdict = await runChaos(store, receiver, { seed, steps: 250 });
      expect(verdict).toMatchObject(RIGHT);
    },
  );

  test.for(BEHAVIOURS.filter((behaviour) => behaviour !== "ok"))(
    "lose nothing if the receiver only ever fails with: %s",
    async (behaviour, { expect }) => {
      const verdict = await runChaos(store, receiver, { seed: 200, steps: 150, isDown: true, behaviours: [behaviour] });
      expect(verdict).toMatchObject(RIGHT);
    },
  );

  test("a write of 10,000 flags takes less than three times as long with twenty webhooks", async ({ expect }) => {
    await store.exec("delete from webhooks");
    await store.reset();
    const flags = (description: string) =>
      Array.from({ length: 10_000 }, (_, i) => ({ ...aFlag(`f${i}`), tags: ["a"], description }));
    const measure = async (description: string): Promise<number> => {
      const startedAt = performance.now();
      await saveProject(store.db, "prod", { flags: flags(description), segments: [] }, { actor: "ada" });
      return performance.now() - startedAt;
    };
    await measure("first");
    const without = await measure("second");
    for (let i = 0; i < 20; i++) {
      const fields = { name: "x", url: receiver.url, format: "standard" as const, enabled: true };
      const filters = { environments: ["prod"], tags: i % 2 === 0 ? ["b", i === 0 ? "c" : "a"] : null, entities: null };
      const secret = { salt: "0".repeat(32), hash: "0".repeat(64) };
      await createWebhook(store.db, { ...fields, ...filters, id: `webhook${10_000 + i}`, secret }, { actor: "ada" });
    }
    const withWebhooks = await measure("third");
    console.log(`10,000 flags: ${Math.round(without)} ms without webhooks, ${Math.round(withWebhooks)} ms with twenty`);
    expect(withWebhooks).toBeLessThan(3 * without);
    expect(await store.rows("select entity_count from webhook_events")).toEqual(
      // The first webhook selects a tag that no flag has.
      Array.from({ length: 19 }, () => ({ entity_count: 10_000 })),
    );
  });
});
