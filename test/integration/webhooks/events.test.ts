import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { mintWebhookSecret } from "../../../src/ops/webhook-secret.ts";
import { createWebhookQueues } from "../../../src/store/webhooks/queues.ts";
import { createWebhook, deleteWebhook, type WebhookFields } from "../../../src/store/webhooks/webhooks.ts";
import { createEnvironment, deleteEnvironment, updateEnvironment } from "../../../src/store/writes/environments.ts";
import {
  deleteFlag,
  deleteFlagDefinition,
  saveDefinition,
  saveFlag,
  saveProject,
} from "../../../src/store/writes/flags.ts";
import { createSdkKey } from "../../../src/store/writes/keys.ts";
import { saveSegment } from "../../../src/store/writes/segments.ts";
import { createAdminKey } from "../../../src/store/writes/tokens.ts";
import { aFlag, aSegment, BACKENDS, startStore, type TestStore } from "../store/backends.ts";

const options = { actor: "ada" };
const KEY_SECRET = "a key secret that only this test uses";

interface EventRow {
  webhook_id: string;
  environment: string;
  write_id: string;
  version: string | null;
  audit_ids: string[];
  entity_count: number;
}

describe.each(BACKENDS)("events of webhooks on %s", (_, url) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore(url);
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    await store.exec("delete from webhooks");
    await store.reset();
  });

  let made = 0;
  const aWebhook = async (fields: Partial<WebhookFields> = {}): Promise<string> => {
    const id = `webhook${String(++made).padStart(5, "0")}`;
    const { salt, hash } = await mintWebhookSecret(KEY_SECRET, id);
    const all = { name: id, url: "https://hooks.example.com/x", format: "standard" as const, enabled: true };
    const none = { environments: null, tags: null, entities: null };
    await createWebhook(store.db, { ...all, ...none, ...fields, id, secret: { salt, hash } }, options);
    return id;
  };
  const events = () => store.rows<EventRow>("select * from webhook_events order by id");
  const placesOf = async (webhook: string) =>
    (await events()).filter((event) => event.webhook_id === webhook).map(({ environment }) => environment);

  test("each write makes one event for each environment that it touches", async ({ expect }) => {
    const webhook = await aWebhook();
    await saveFlag(store.db, "prod", aFlag("a"), options);
    expect(await placesOf(webhook)).toEqual(["prod"]);
    await saveFlag(store.db, "dev", aFlag("a"), options);
    expect(await placesOf(webhook)).toEqual(["prod", "dev"]);
    // The definition is shared.
    await saveDefinition(store.db, { definition: aFlag("a").definition, description: "new" }, options);
    expect(await placesOf(webhook)).toEqual(["prod", "dev", "dev", "prod"]);
    const [first] = await events();
    expect(first).toMatchObject({ entity_count: 1 });
    expect(first?.audit_ids).toHaveLength(2);
    const [{ version } = { version: "" }] = await store.rows<{ version: string }>(
      "select version::text from environments where key = 'prod'",
    );
    expect(String((await events()).at(-1)?.version)).toBe(version);
    await saveDefinition(store.db, { definition: aFlag("a").definition, description: "new" }, options);
    expect(await placesOf(webhook)).toHaveLength(4);
  });

  test("deleting a flag everywhere makes an event in each environment that had it", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), options);
    await saveFlag(store.db, "dev", aFlag("a"), options);
    const webhook = await aWebhook();
    await deleteFlagDefinition(store.db, "a", options);
    expect(await placesOf(webhook)).toEqual(["dev", "prod"]);
    expect((await events())[0]?.audit_ids).toHaveLength(2);
  });

  test("changes that concern no environment have a queue of their own", async ({ expect }) => {
    const webhook = await aWebhook();
    const narrow = await aWebhook({ environments: ["prod"] });
    await createAdminKey(
      store.db,
      { id: "AAAAAAAAAAAA", role: "read", name: "x", secretHash: "ab".repeat(32) },
      options,
    );
    await saveDefinition(store.db, { definition: aFlag("nowhere").definition }, options);
    expect(await placesOf(webhook)).toEqual(["", ""]);
    expect(await placesOf(narrow)).toEqual([]);
    expect((await events())[0]?.version).toBeNull();
  });

  test("changes of webhooks themselves make none", async ({ expect }) => {
    await aWebhook();
    await aWebhook();
    expect(await events()).toEqual([]);
  });

  test("environments, segments and keys make events, from an environment's creation to its end", async ({ expect }) => {
    const webhook = await aWebhook();
    await createEnvironment(store.db, { key: "qa", name: "QA" }, options);
    await updateEnvironment(store.db, "qa", { name: "Quality" }, options);
    await saveSegment(store.db, "qa", aSegment("s"), options);
    const key = { id: "BBBBBBBBBBBB", kind: "server" as const, name: "api", secretHash: "ab".repeat(32), origins: [] };
    await createSdkKey(store.db, "qa", key, options);
    await deleteEnvironment(store.db, "qa", options);
    const made = await events();
    expect(await placesOf(webhook)).toEqual(["qa", "qa", "qa", "qa", "qa"]);
    expect(made.at(-1)?.entity_count).toBe(3);
    const versions = made.map(({ version }) => Number(version));
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  });

  test("edits in SQL make events, one for each transaction", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), options);
    await saveFlag(store.db, "prod", aFlag("b"), options);
    const webhook = await aWebhook();
    await store.exec("update flag_configurations set enabled = false where flag_key = 'a'");
    await store.exec(`begin; update flag_configurations set enabled = true where flag_key = 'a';
      update flag_configurations set enabled = false where flag_key = 'b'; commit`);
    expect(await placesOf(webhook)).toEqual(["prod", "prod"]);
    expect((await events()).map(({ entity_count }) => entity_count)).toEqual([1, 2]);
  });

  test("statements after the checks of a transaction add to its event", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), options);
    await saveFlag(store.db, "prod", aFlag("b"), options);
    const webhook = await aWebhook();
    await store.exec(`begin; update flag_configurations set enabled = false where flag_key = 'a';
      set constraints all immediate; update flag_configurations set enabled = false where flag_key = 'b'; commit`);
    expect(await placesOf(webhook)).toEqual(["prod"]);
    expect((await events())[0]).toMatchObject({ entity_count: 2, audit_ids: [expect.anything(), expect.anything()] });
  });

  test("a write that is rolled back makes none", async ({ expect }) => {
    await aWebhook();
    await saveFlag(store.db, "prod", aFlag("a"), options);
    const before = await events();
    await store.exec("begin; delete from flag_configurations; rollback");
    await expect(saveFlag(store.db, "prod", aFlag("a"), { ...options, mustNotExist: true })).rejects.toThrow("exists");
    expect(await events()).toEqual(before);
  });

  test("filters select environments, kinds of entities and tags", async ({ expect }) => {
    const tagged = (tags: string[], description = "") => ({ ...aFlag("a"), tags, description });
    const webhooks = {
      prod: await aWebhook({ environments: ["prod", "qa"] }),
      segments: await aWebhook({ entities: ["segment", "token"] }),
      billing: await aWebhook({ tags: ["billing", "x"] }),
      off: await aWebhook({ enabled: false }),
    };
    const counts = async () => {
      const made = await events();
      const countOf = (id: string) => made.filter((event) => event.webhook_id === id).length;
      return Object.fromEntries(Object.entries(webhooks).map(([name, id]) => [name, countOf(id)]));
    };
    await saveFlag(store.db, "prod", tagged([]), options);
    expect(await counts()).toEqual({ prod: 1, segments: 0, billing: 0, off: 0 });
    await saveSegment(store.db, "dev", aSegment("s"), options);
    expect(await counts()).toEqual({ prod: 1, segments: 1, billing: 0, off: 0 });
    await saveFlag(store.db, "prod", tagged(["billing"]), options);
    expect(await counts()).toEqual({ prod: 2, segments: 1, billing: 1, off: 0 });
    await saveFlag(store.db, "prod", { ...tagged(["billing"]), ...aFlag("a", { enabled: false }) }, options);
    expect(await counts()).toEqual({ prod: 3, segments: 1, billing: 2, off: 0 });
    // The write that takes the tag away is the last that counts.
    await saveFlag(store.db, "prod", tagged([]), options);
    expect(await counts()).toEqual({ prod: 4, segments: 1, billing: 3, off: 0 });
    await saveFlag(store.db, "prod", tagged([], "later"), options);
    expect(await counts()).toEqual({ prod: 5, segments: 1, billing: 3, off: 0 });
    await saveFlag(store.db, "prod", tagged(["x"]), options);
    await deleteFlag(store.db, "prod", "a", options);
    expect(await counts()).toMatchObject({ billing: 5 });
  });

  test("an event has the first fifty rows of a large write, and the number of all", async ({ expect }) => {
    const webhook = await aWebhook({ tags: ["t"] });
    const all = await aWebhook();
    const flags = Array.from({ length: 200 }, (_, i) => ({ ...aFlag(`f${i}`), tags: i % 2 === 0 ? ["t"] : [] }));
    await saveProject(store.db, "prod", { flags, segments: [aSegment("s")] }, options);
    const made = await events();
    expect(made.map(({ webhook_id: id, entity_count: count }) => [id, count])).toEqual([
      [webhook, 100],
      [all, 201],
    ]);
    for (const { audit_ids: ids } of made) expect(ids).toHaveLength(50);
  });

  test("the ids of events follow the versions of the environment, whoever writes at the same time", async ({
    expect,
  }) => {
    await aWebhook();
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => saveFlag(store.db, i % 2 === 0 ? "prod" : "dev", aFlag(`f${i}`), options)),
    );
    for (const environment of ["prod", "dev"]) {
      const ofOne = (await events()).filter((event) => event.environment === environment);
      const versions = ofOne.map(({ version }) => Number(version));
      expect(versions).toHaveLength(10);
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    }
  });

  test("the write itself learns that it has queued events", async ({ expect }) => {
    let told = 0;
    const db = Object.assign(Object.create(store.db) as typeof store.db, { onWebhookEvents: () => void told++ });
    await saveFlag(db, "prod", aFlag("a"), options);
    expect(told).toBe(0);
    const webhook = await aWebhook();
    await saveFlag(db, "prod", aFlag("b"), options);
    await saveFlag(db, "prod", aFlag("b"), options);
    expect(told).toBe(1);
    await deleteWebhook(db, webhook, options);
    await saveFlag(db, "prod", aFlag("c"), options);
    expect(told).toBe(1);
    expect(await createWebhookQueues(db).lease(Date.now(), 1000, 5)).toEqual([]);
  });

  test("a project holds at most twenty webhooks", async ({ expect }) => {
    for (let i = 0; i < 20; i++) await aWebhook();
    await expect(aWebhook()).rejects.toThrow("the project has 20 webhooks, which is the limit");
  });

  test("the audit of a webhook has neither its secret nor the path of its URL", async ({ expect }) => {
    const webhook = await aWebhook({ url: "https://hooks.slack.com/services/T0/B0/secret?x=1" });
    const [row] = await store.rows<{ after: object }>("select after from audit where entity = 'webhook' and key = $1", [
      webhook,
    ]);
    expect(row?.after).toMatchObject({
      url: "https://hooks.slack.com",
      url_fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
    const [stored] = await store.rows<{ secret_hash: string }>("select secret_hash from webhooks");
    expect(JSON.stringify(row)).not.toContain(stored?.secret_hash);
    await deleteWebhook(store.db, webhook, options);
    expect(
      await store.rows("select 1 from audit where entity = 'webhook' and action = 'delete' and key = $1", [webhook]),
    ).toHaveLength(1);
  });
});
