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

  // The statistics of a real Postgres arrive later.
  test.skipIf(url !== undefined)(
    "a write of 10,000 flags reads the webhooks no more often than one of ten",
    async ({ expect }) => {
      await store.exec("delete from webhooks");
      await store.reset();
      for (let i = 0; i < 20; i++) {
        const fields = { name: "x", url: receiver.url, format: "standard" as const, enabled: true };
        const filters = {
          environments: ["prod"],
          tags: i % 2 === 0 ? ["b", i === 0 ? "c" : "a"] : null,
          entities: null,
        };
        const secret = { salt: "0".repeat(32), hash: "0".repeat(64) };
        await createWebhook(store.db, { ...fields, ...filters, id: `webhook${10_000 + i}`, secret }, { actor: "ada" });
      }
      const reads = async (): Promise<number> => {
        await store.exec("select pg_stat_force_next_flush()");
        const [row] = await store.rows(
          "select (seq_scan + idx_scan)::int as count from pg_stat_user_tables where relname = 'webhooks'",
        );
        return row?.["count"] as number;
      };
      const readsOf = async (flagCount: number): Promise<number> => {
        await store.exec("delete from webhook_events");
        const before = await reads();
        const flags = Array.from({ length: flagCount }, (_, i) => ({ ...aFlag(`f${flagCount}-${i}`), tags: ["a"] }));
        await saveProject(store.db, "prod", { flags, segments: [] }, { actor: "ada" });
        expect(await store.rows("select entity_count from webhook_events")).toEqual(
          // The first webhook selects a tag that no flag has.
          Array.from({ length: 19 }, () => ({ entity_count: flagCount })),
        );
        return (await reads()) - before;
      };
      const few = await readsOf(10);
      expect(few).toBeGreaterThan(0);
      expect(await readsOf(10_000)).toBeLessThanOrEqual(few);
    },
  );
});
