import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { listAudit } from "../../../src/store/audit/audit.ts";
import { createOutbox } from "../../../src/store/outbox.ts";
import { createFlagReader } from "../../../src/store/readings/flag-reader.ts";
import { createEnvironment, deleteEnvironment } from "../../../src/store/writes/environments.ts";
import { deleteFlag, saveFlag } from "../../../src/store/writes/flags.ts";
import { createSdkKey, revokeKey } from "../../../src/store/writes/keys.ts";
import { findAdminKey } from "../../../src/store/writes/tokens.ts";
import { createWebhookQueues } from "../../../src/store/webhooks/queues.ts";
import { createWebhook, deleteWebhook } from "../../../src/store/webhooks/webhooks.ts";
import { deleteSegment, saveSegment } from "../../../src/store/writes/segments.ts";
import { aFlag, aSegment, startStore, type TestStore } from "./backends.ts";

const options = { actor: "ada" };

describe("the worker's role of docs/production.md", () => {
  let store: TestStore;
  beforeAll(async () => {
    const page = await readFile(new URL("../../../docs/production.md", import.meta.url), "utf8");
    const [, sql = ""] = /## Database role[\s\S]*?```sql\n([\s\S]*?)```/.exec(page) ?? [];
    store = await startStore(undefined);
    await store.reset();
    await store.exec(sql);
    await store.exec("set role burgee_worker");
  });
  afterAll(async () => {
    await store.exec("reset role; drop owned by burgee_worker; drop role burgee_worker;");
    await store.close();
  });

  it("may make every write and reading of the worker", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), options);
    await saveSegment(store.db, "prod", aSegment("s"), options);
    await deleteSegment(store.db, "prod", "s", options);
    await deleteFlag(store.db, "prod", "a", options);
    const key = { id: "AAAAAAAAAAAA", kind: "server" as const, name: "api", secretHash: "ab".repeat(32), origins: [] };
    await createSdkKey(store.db, "prod", key, options);
    await revokeKey(store.db, "prod", key.id, options);
    expect(await findAdminKey(store.db, key.id)).toBeUndefined();
    await createEnvironment(store.db, { key: "copy", name: "Copy", copyFrom: "prod" }, options);
    await deleteEnvironment(store.db, "copy", options);
    expect(await createFlagReader(store.db).readEnvironment("prod")).toBeDefined();
    const outbox = createOutbox(store.db);
    expect((await outbox.readUnconfirmed()).pending.size).toBeGreaterThan(0);
    await outbox.pruneOutbox();
    expect((await listAudit(store.db, { limit: 100 })).items).not.toEqual([]);
    const none = { environments: null, tags: null, entities: null };
    const secret = { salt: "0".repeat(32), hash: "0".repeat(64) };
    const webhook = { name: "x", url: "https://hooks.example.com/", format: "standard" as const, enabled: true };
    await createWebhook(store.db, { ...webhook, ...none, id: "CCCCCCCCCCCC", secret }, options);
    await saveFlag(store.db, "prod", aFlag("b"), options);
    const queues = createWebhookQueues(store.db);
    const [lease] = await queues.lease(0, 1000, 1);
    if (lease === undefined) throw new Error("no event was queued");
    await queues.record(lease, lease.event, { state: "delivered", log: [], seenAt: 0, leasedUntil: 0 }, 0);
    await queues.prune(Date.now());
    expect(await store.rows("select 1 from webhook_events")).toEqual([]);
    await deleteWebhook(store.db, "CCCCCCCCCCCC", options);
  });

  it.for(["update audit set actor = 'nobody'", "delete from audit", "drop table flags"])(
    "may not %s",
    async (statement, { expect }) => {
      await expect(store.exec(statement)).rejects.toThrow(/permission denied|must be owner/);
    },
  );
});
