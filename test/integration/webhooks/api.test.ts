import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { signWebhook } from "../../../src/ops/webhook-secret.ts";
import { startIsolate } from "../../support/app.ts";
import { KEY_SECRET } from "../../support/project.ts";
import { type Received, type Receiver, startReceiver } from "../../support/webhooks/receiver.ts";
import { aFlagBody, FLAGS, type ManagementTest, send, startManagementTest } from "../management/client.ts";

const WEBHOOKS = "/api/v1/webhooks";
const DAY_MS = 86_400_000;

let t: ManagementTest;
let receiver: Receiver;
beforeAll(async () => {
  [t, receiver] = await Promise.all([
    startManagementTest({ WEBHOOKS_TO_LOCALHOST: "true", CACHE_ENABLED: "false" }),
    startReceiver(),
  ]);
});
afterAll(() => Promise.all([t.close(), receiver.close()]));
afterEach(async () => {
  await t.project.backends.neon.query("delete from webhooks");
  receiver.received.length = 0;
});

let names = 0;
const create = async (fields: object = {}) => {
  const { status, body } = await t.call("POST", WEBHOOKS, { name: `w${++names}`, url: receiver.url, ...fields });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return { id: body.webhook.id as string, secret: body.secret as string, webhook: body.webhook };
};
const writeFlag = (n = ++names, changes: object = {}) =>
  t.call("PUT", `${FLAGS}/noted`, aFlagBody("noted", { metadata: { n }, ...changes }));
const signaturesOf = async ({ id, headers, body }: Received, secrets: string[]) =>
  await signWebhook(secrets, { id, timestamp: Number(headers["webhook-timestamp"]), body });
const sweep = () => t.isolate.services.sweep(() => undefined);

describe("a webhook", () => {
  test("gets each change right after the response, signed", async ({ expect }) => {
    const { secret } = await create();
    await writeFlag(1);
    await writeFlag(2);
    expect(receiver.received).toHaveLength(2);
    const [, second] = receiver.received as [Received, Received];
    expect(second.headers["webhook-signature"]).toBe(await signaturesOf(second, [secret]));
    expect(second.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(second.body)).toMatchObject({
      type: "flag.updated",
      data: {
        environment: "production",
        actorName: "test admin",
        key: "noted",
        changes: [{ pointer: "/metadata/n", before: 1, after: 2 }],
      },
    });
  });

  test("costs a write two statements after its response, and without webhooks none", async ({ expect }) => {
    await writeFlag();
    const costOf = async () => {
      t.project.resetStats();
      await writeFlag();
      return t.project.roundTrips().l3;
    };
    const without = await costOf();
    await create();
    expect(await costOf()).toBe(without + 3);
    expect(receiver.received).toHaveLength(1);
  });

  test("shows its secret once, and never the path of its URL", async ({ expect }) => {
    const { id, secret, webhook } = await create({ url: `${receiver.url}/services/path-secret?q=query-secret` });
    expect(webhook).toMatchObject({ url: `${new URL(receiver.url).origin}/…`, pendingEvents: 0, deadLetters: 0 });
    const pages = [WEBHOOKS, `${WEBHOOKS}/${id}`, `${WEBHOOKS}/${id}/deliveries`, "/api/v1/audit?limit=5"];
    for (const path of pages) {
      const text = JSON.stringify((await t.call("GET", path)).body);
      for (const part of [secret, "path-secret", "query-secret"]) expect(text).not.toContain(part);
    }
    const [entry] = (await t.call("GET", "/api/v1/audit?limit=1")).body.items;
    expect(entry).toMatchObject({ entity: "webhook", key: id, action: "create", environment: null });
  });

  test("in the format of Slack gets a message", async ({ expect }) => {
    await create({ format: "slack" });
    await writeFlag(11, { enabled: false });
    const message = JSON.parse(receiver.received[0]?.body ?? "");
    expect(message.text).toBe("flag `noted` updated in production by test admin");
    expect(message.blocks[0].text.text).toContain("`/enabled`: `true` → `false`");
  });

  test("that is not enabled gets nothing, and later the events that waited", async ({ expect }) => {
    const { id } = await create();
    await t.call("PATCH", `${WEBHOOKS}/${id}`, { enabled: false });
    await writeFlag();
    await t.call("PATCH", `${WEBHOOKS}/${id}`, { enabled: true });
    await writeFlag();
    expect(receiver.received).toHaveLength(1);
  });

  test("gets changes in SQL from the sweep", async ({ expect }) => {
    await writeFlag();
    await create();
    await t.project.backends.neon.query("update flag_configurations set enabled = not enabled");
    await sweep();
    expect(receiver.received).toHaveLength(1);
    expect(JSON.parse(receiver.received[0]?.body ?? "").data.actor).toMatch(/^sql:/);
  });

  test("gets a test event at once, and the caller the receiver's response", async ({ expect }) => {
    const { id, secret } = await create({ enabled: false });
    expect((await t.call("POST", `${WEBHOOKS}/${id}/test`)).body).toEqual({
      accepted: true,
      status: 200,
      error: null,
      durationMs: expect.any(Number),
    });
    const [received] = receiver.received as [Received];
    expect(received.headers["webhook-signature"]).toBe(await signaturesOf(received, [secret]));
    expect(JSON.parse(received.body)).toMatchObject({ type: "webhook.test" });
    expect((await t.call("GET", `${WEBHOOKS}/${id}/deliveries`)).body.items).toEqual([]);
  });
});

describe("secrets", () => {
  test("overlap for the given time, and end on request", async ({ expect }) => {
    const { id, secret: first } = await create();
    const { body } = await t.call("POST", `${WEBHOOKS}/${id}/secret`, { overlapSeconds: 3600 });
    expect(body.webhook.previousSecretUntil).toBe(new Date(t.clock.now() + 3_600_000).toISOString());
    const lastSigned = async () => {
      await writeFlag();
      return receiver.received.at(-1) as Received;
    };
    let received = await lastSigned();
    expect(received.headers["webhook-signature"]).toBe(await signaturesOf(received, [body.secret, first]));
    await t.clock.advance(3_600_000);
    received = await lastSigned();
    expect(received.headers["webhook-signature"]).toBe(await signaturesOf(received, [body.secret]));
    const third = (await t.call("POST", `${WEBHOOKS}/${id}/secret`, {})).body.secret;
    received = await lastSigned();
    expect(received.headers["webhook-signature"]).toBe(await signaturesOf(received, [third, body.secret]));
    const ended = await t.call("DELETE", `${WEBHOOKS}/${id}/secret/previous`);
    expect(ended.body.webhook.previousSecretUntil).toBeNull();
    received = await lastSigned();
    expect(received.headers["webhook-signature"]).toBe(await signaturesOf(received, [third]));
  });

  test("outlive a replaced KEY_SECRET as long as the previous one is deployed", async ({ expect }) => {
    const { id, secret } = await create();
    const bindings = {
      ...t.project.bindings,
      WEBHOOKS_TO_LOCALHOST: "true",
      KEY_SECRET: "a new key secret of this test: 0123",
    };
    const both = startIsolate({ ...bindings, KEY_SECRET_PREVIOUS: KEY_SECRET }, t.clock);
    const alone = startIsolate(bindings, t.clock);
    const testFrom = async (isolate: typeof both, token = t.project.adminToken) =>
      (await send(isolate, token, "POST", `${WEBHOOKS}/${id}/test`)).body;
    expect(await testFrom(both)).toMatchObject({ accepted: true });
    const [received] = receiver.received as [Received];
    expect(received.headers["webhook-signature"]).toBe(await signaturesOf(received, [secret]));
    const { token } = (
      await send(both, t.project.adminToken, "POST", "/api/v1/tokens", { role: "write", environments: null })
    ).body;
    expect(await testFrom(alone, token)).toMatchObject({
      accepted: false,
      error: "KEY_SECRET was replaced; give the webhook a new secret",
    });
    const rotated = (await send(alone, token, "POST", `${WEBHOOKS}/${id}/secret`, {})).body.secret;
    expect(await testFrom(alone, token)).toMatchObject({ accepted: true });
    const last = receiver.received.at(-1) as Received;
    expect(last.headers["webhook-signature"]).toBe(await signaturesOf(last, [rotated]));
  });
});

describe("events that nobody accepts", () => {
  const failing = () =>
    startIsolate({ ...t.project.bindings, WEBHOOKS_TO_LOCALHOST: "true" }, t.clock, {
      fetch: receiver.fetchWith("500"),
    });
  const deliveries = async (id: string, query = "") =>
    (await t.call("GET", `${WEBHOOKS}/${id}/deliveries${query}`)).body.items;

  test("become dead letters after a day, are listed with their attempts, and can be sent again", async ({ expect }) => {
    const { id } = await create();
    const isolate = failing();
    await send(
      isolate,
      t.project.adminToken,
      "PUT",
      `${FLAGS}/noted`,
      aFlagBody("noted", { metadata: { n: ++names } }),
    );
    expect(await deliveries(id)).toMatchObject([
      { state: "pending", attempts: 1, lastAttempts: [{ status: 500, error: "the receiver refused the event" }] },
    ]);
    while ((await deliveries(id, "?state=dead")).length === 0) {
      await t.clock.advance(3 * 3_600_000);
      await isolate.services.sweep(() => undefined);
    }
    const [dead] = await deliveries(id, "?state=dead");
    expect(dead.attempts).toBeGreaterThan(5);
    expect(dead.lastAttempts).toHaveLength(5);
    expect((await t.call("GET", `${WEBHOOKS}/${id}`)).body).toMatchObject({ pendingEvents: 0, deadLetters: 1 });
    expect(isolate.logged).toContain("webhook_dead_letter");
    const [first] = receiver.received as [Received];
    receiver.received.length = 0;
    await writeFlag();
    expect((await t.call("POST", `${WEBHOOKS}/${id}/redeliver`, { event: null })).body).toEqual({ queued: 1 });
    expect(receiver.received.map((one) => one.id === dead.id)).toEqual([false, true]);
    expect(receiver.received[1]?.body).toBe(first.body);
    expect((await t.call("POST", `${WEBHOOKS}/${id}/redeliver`, { event: dead.id })).body).toEqual({ queued: 1 });
    expect(receiver.received.at(-1)?.id).toBe(dead.id);
    expect(await deliveries(id, "?state=dead")).toEqual([]);
  });

  test("are deleted 30 days later, and delivered ones after seven", async ({ expect }) => {
    const { id } = await create();
    await writeFlag();
    await t.clock.advance(6 * DAY_MS);
    await sweep();
    expect(await deliveries(id)).toHaveLength(1);
    await t.clock.advance(2 * DAY_MS);
    await sweep();
    expect(await deliveries(id)).toEqual([]);
    await writeFlag();
    await t.project.backends.neon.query("update webhook_events set state = 'dead'");
    await t.clock.advance(29 * DAY_MS);
    await sweep();
    expect(await deliveries(id)).toHaveLength(1);
    await t.clock.advance(2 * DAY_MS);
    await sweep();
    expect(await deliveries(id)).toEqual([]);
  });
});

describe("wrong inputs", () => {
  test.for<[label: string, fields: object, pointer: string, detail: string]>([
    ["no name", { name: "" }, "/name", "must not be empty"],
    ["an unknown field", { secret: "x" }, "/secret", "is not a field here"],
    ["http", { url: "http://hooks.example.com/" }, "/url", "must begin with https://"],
    ["a private address", { url: "https://169.254.169.254/" }, "/url", "must name a host"],
    ["a password", { url: "https://a:b@hooks.example.com/" }, "/url", "must not contain a user or a password"],
    ["a format", { format: "teams" }, "/format", "must be one of standard, slack"],
    ["no environment", { environments: [] }, "/environments", "must name one of the environments"],
    ["an entity", { entities: ["flags"] }, "/entities/0", "must be one of flag, segment"],
    ["an empty tag", { tags: [""] }, "/tags/0", "must not be empty"],
  ])("%s", async ([, fields, pointer, detail], { expect }) => {
    const { status, body } = await t.call("POST", WEBHOOKS, { name: "x", url: receiver.url, ...fields });
    expect(status).toBe(422);
    expect(body.errors).toContainEqual({ pointer, detail: expect.stringContaining(detail) });
    expect((await t.call("GET", WEBHOOKS)).body.items).toEqual([]);
  });

  test("of other routes name the field", async ({ expect }) => {
    const { id } = await create();
    const errorsOf = async (method: string, path: string, body?: unknown) => {
      const response = await t.call(method, `${WEBHOOKS}/${id}${path}`, body);
      return [response.status, response.body.errors?.[0]?.pointer ?? response.body.detail];
    };
    expect(await errorsOf("PATCH", "", {})).toEqual([422, ""]);
    expect(await errorsOf("PATCH", "", { url: "https://localhost.local/" })).toEqual([422, "/url"]);
    expect(await errorsOf("POST", "/secret", { overlapSeconds: -1 })).toEqual([422, "/overlapSeconds"]);
    expect(await errorsOf("POST", "/redeliver", { event: "x" })).toEqual([422, "/event"]);
    const unknown = `evt_${"0".repeat(32)}`;
    expect(await errorsOf("POST", "/redeliver", { event: unknown })).toEqual([
      404,
      `event "${unknown}" does not exist`,
    ]);
    expect(await errorsOf("GET", "/deliveries?state=lost")).toEqual([400, "/state"]);
    expect((await t.call("GET", `${WEBHOOKS}/nothing-there`)).status).toBe(404);
  });

  test("a dry run writes nothing", async ({ expect }) => {
    expect((await t.call("POST", `${WEBHOOKS}?dryRun=true`, { name: "x", url: receiver.url })).status).toBe(204);
    expect((await t.call("GET", WEBHOOKS)).body.items).toEqual([]);
  });

  test("localhost is refused unless the deployment allows it", async ({ expect }) => {
    const isolate = startIsolate({ ...t.project.bindings }, t.clock);
    const refused = await send(isolate, t.project.adminToken, "POST", WEBHOOKS, { name: "x", url: receiver.url });
    expect(refused.body.errors).toEqual([{ pointer: "/url", detail: "must begin with https://" }]);
    // The setting counts when the worker sends as well.
    const { id } = await create();
    expect((await send(isolate, t.project.adminToken, "POST", `${WEBHOOKS}/${id}/test`)).body).toMatchObject({
      accepted: false,
      error: "the URL must begin with https://",
    });
    expect(receiver.received).toEqual([]);
  });
});
