/** Events that wait for a receiver which may accept them now. */
import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { startIsolate } from "../../support/app.ts";
import { type Receiver, startReceiver } from "../../support/webhooks/receiver.ts";
import { aFlagBody, FLAGS, type ManagementTest, send, startManagementTest } from "../management/client.ts";

const WEBHOOKS = "/api/v1/webhooks";
const DAY_MS = 86_400_000;

let t: ManagementTest;
let receiver: Receiver;
beforeAll(async () => {
  [t, receiver] = await Promise.all([startManagementTest({ WEBHOOKS_TO_LOCALHOST: "true" }), startReceiver()]);
});
afterAll(() => Promise.all([t.close(), receiver.close()]));
afterEach(async () => {
  await t.project.backends.neon.query("delete from webhooks");
  receiver.received.length = 0;
});

let changes = 0;
const aChange = () => aFlagBody("noted", { metadata: { n: ++changes } });
const startWith = (send: typeof fetch) =>
  startIsolate({ ...t.project.bindings, WEBHOOKS_TO_LOCALHOST: "true" }, t.clock, { fetch: send });
const create = async (url = receiver.url) => {
  const { body } = await t.call("POST", WEBHOOKS, { name: "w", url });
  return `${WEBHOOKS}/${body.webhook.id}`;
};
const deliveries = async (path: string) => (await t.call("GET", `${path}/deliveries`)).body.items;

describe("events that wait", () => {
  type Call = (method: string, path: string, body: object) => Promise<unknown>;
  test.for<[label: string, change: (call: Call, path: string) => Promise<unknown>]>([
    ["another URL", (call, path) => call("PATCH", path, { url: receiver.url })],
    ["another format", (call, path) => call("PATCH", path, { format: "slack" })],
    ["a new secret", (call, path) => call("POST", `${path}/secret`, {})],
    [
      "enabling the webhook days later",
      async (call, path) => {
        await call("PATCH", path, { enabled: false });
        await t.clock.advance(3 * DAY_MS);
        await t.isolate.services.sweep(() => undefined);
        await call("PATCH", path, { enabled: true });
      },
    ],
  ])("are sent again at once, with a whole day left, after %s", async ([, change], { expect }) => {
    const path = await create();
    const isolate = startWith(receiver.fetchWith("500"));
    const call: Call = (...request) => send(isolate, t.project.adminToken, ...request);
    await call("PUT", `${FLAGS}/noted`, aChange());
    await t.clock.advance(DAY_MS - 1000);
    receiver.received.length = 0;
    await change(call, path);
    expect(receiver.received).toHaveLength(1);
    await t.clock.advance(DAY_MS / 2);
    await isolate.services.sweep(() => undefined);
    expect(await deliveries(path)).toMatchObject([{ state: "pending" }]);
    await t.call("PATCH", path, { enabled: true });
    expect(await deliveries(path)).toMatchObject([{ state: "delivered" }]);
  });

  test("are sent to a new receiver also during an attempt, which is not recorded", async ({ expect }) => {
    const path = await create("http://localhost:1/former");
    const isolate = startWith(async () => {
      await t.call("PATCH", path, { url: receiver.url });
      return new Response(null, { status: 500 });
    });
    await send(isolate, t.project.adminToken, "PUT", `${FLAGS}/noted`, aChange());
    expect(receiver.received).toHaveLength(1);
    expect(await deliveries(path)).toMatchObject([{ state: "delivered", attempts: 1 }]);
  });
});
