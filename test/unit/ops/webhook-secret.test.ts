import { Webhook } from "standardwebhooks";
import { describe, test } from "vitest";
import { mintWebhookSecret, recoverWebhookSecret, signWebhook } from "../../../src/ops/webhook-secret.ts";

const KEY_SECRET = "a key secret that only this test uses";
const ID = "AAAAAAAAAAAA";

describe("secrets of webhooks", () => {
  test("have the form and the length that Standard Webhooks asks for", async ({ expect }) => {
    const { secret } = await mintWebhookSecret(KEY_SECRET, ID);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });

  test("come back from what the store keeps, under the same KEY_SECRET only", async ({ expect }) => {
    const { secret, ...stored } = await mintWebhookSecret(KEY_SECRET, ID);
    expect(await recoverWebhookSecret([KEY_SECRET], ID, stored)).toBe(secret);
    expect(await recoverWebhookSecret(["a new key secret", KEY_SECRET], ID, stored)).toBe(secret);
    expect(await recoverWebhookSecret(["a new key secret"], ID, stored)).toBeUndefined();
    expect(await recoverWebhookSecret([KEY_SECRET], "BBBBBBBBBBBB", stored)).toBeUndefined();
  });

  test("are new each time, and nothing in the store contains them", async ({ expect }) => {
    const made = await Promise.all([mintWebhookSecret(KEY_SECRET, ID), mintWebhookSecret(KEY_SECRET, ID)]);
    expect(new Set(made.map(({ secret }) => secret)).size).toBe(2);
    for (const { secret, ...stored } of made) expect(JSON.stringify(stored)).not.toContain(secret.slice(6, 20));
  });
});

describe("signatures", () => {
  const body = JSON.stringify({ type: "flag.updated", data: { key: "grüße" } });

  test("are those of the specification's example", async ({ expect }) => {
    // The numbers are those in the tests of the reference libraries.
    const message = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1614265330, body: '{"test": 2432232314}' };
    expect(await signWebhook(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], message)).toBe(
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    );
  });

  test("satisfy the package standardwebhooks with either of two secrets, and with no other", async ({ expect }) => {
    const [old, current, other] = await Promise.all([1, 2, 3].map(() => mintWebhookSecret(KEY_SECRET, ID)));
    const timestamp = Math.floor(Date.now() / 1000);
    const signature = await signWebhook([current?.secret ?? "", old?.secret ?? ""], { id: "evt_1", timestamp, body });
    const headers = {
      "webhook-id": "evt_1",
      "webhook-timestamp": String(timestamp),
      "webhook-signature": signature,
    };
    for (const { secret } of [old, current] as { secret: string }[]) {
      expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
      expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow("No matching signature found");
    }
    expect(() => new Webhook(other?.secret ?? "").verify(body, headers)).toThrow("No matching signature found");
  });
});
