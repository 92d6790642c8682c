import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { signWebhook } from "../../../src/ops/webhook-secret.ts";
import { type Received, type Receiver, startReceiver } from "../../support/webhooks/receiver.ts";
import type { ConsoleWorld } from "./support/console-world.ts";
import { loaded } from "./support/loaded.ts";
import { seriousFindings } from "./support/audit-page.ts";
import type { Visit } from "./support/visit.ts";

export function describeWebhookJourneys(world: () => ConsoleWorld): void {
  let visit: Visit;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver?.close());
  afterEach(() => visit?.close());
  const open = async (at: string): Promise<Visit["page"]> => {
    visit = await world().visit({ at });
    await loaded(visit.page);
    return visit.page;
  };

  describe("a person on the webhooks page", () => {
    it("creates a webhook, keeps its secret despite Escape, and sees a change arrive", async () => {
      const page = await open("#/webhooks?environment=production");
      await page.getByRole("button", { name: "New webhook" }).click();
      const form = page.getByRole("dialog", { name: "New webhook" });
      await form.getByLabel("Name").fill("Release log");
      await form.getByLabel("URL").fill("https://192.168.0.1/");
      await form.getByLabel("production").check();
      expect(await seriousFindings(page)).toEqual([]);
      visit.expectStatus(422);
      await form.getByRole("button", { name: "Create webhook" }).click();
      await form.getByText("must name a host; addresses are refused").waitFor();
      await form.getByLabel("URL").fill(receiver.url);
      await form.getByRole("button", { name: "Create webhook" }).click();

      const dialog = page.getByRole("dialog", { name: "The new signing secret" });
      const secret = ((await dialog.getByLabel("Secret", { exact: true }).textContent()) ?? "").trim();
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await expect.poll(() => dialog.isVisible()).toBe(true);
      await dialog.getByRole("button", { name: "Copy" }).click();
      await expect.poll(() => page.evaluate("navigator.clipboard.readText()")).toBe(secret);
      await dialog.getByRole("button", { name: "Done" }).click();
      expect(await page.content()).not.toContain(secret);

      await world().save({ key: "notified" });
      await expect.poll(() => receiver.received.length).toBe(1);
      const [{ id, body, headers }] = receiver.received as [Received];
      const signed = { id, body, timestamp: Number(headers["webhook-timestamp"]) };
      expect(headers["webhook-signature"]).toBe(await signWebhook([secret], signed));
      await page.getByRole("link", { name: "Release log" }).click();
      const row = page.getByRole("row").filter({ hasText: id });
      await expect.poll(() => row.textContent()).toMatch(/production.*Delivered.*1 attempt.*status 200/);
      await row.getByRole("button", { name: `Send again: ${id}` }).click();
      await expect.poll(() => receiver.received.map((one) => one.id)).toEqual([id, id]);
    });

    it("sends a test, sends dead letters again, makes a new secret, and deletes the webhook", async () => {
      const fields = { name: "Second", url: receiver.url, entities: ["flag" as const] };
      const { body } = await world().api.call("createWebhook", { body: fields });
      await world().save({ key: "notified-twice" });
      await world().backends.neon.query("update webhook_events set state = 'dead' where webhook_id = $1", [
        body.webhook.id,
      ]);
      const page = await open(`#/webhooks/${body.webhook.id}?environment=production`);
      expect(await seriousFindings(page)).toEqual([]);
      const choose = async (action: string): Promise<void> => {
        await page.getByRole("button", { name: "Actions for Second" }).click();
        await page.getByRole("menuitem", { name: action }).click();
      };
      await page.getByRole("button", { name: "Send test" }).click();
      await page.getByText("Second accepted the test event with status 200").waitFor();

      await page.getByLabel("Show").selectOption("Dead letters");
      await page.getByRole("cell", { name: /Dead letter/ }).waitFor();
      await page.getByRole("button", { name: "Send dead letters again" }).click();
      await page.getByText("1 event queued again").waitFor();
      await page.getByText("No events", { exact: true }).waitFor();

      await choose("New secret");
      await page.getByRole("dialog").getByRole("button", { name: "New secret" }).click();
      const dialog = page.getByRole("dialog", { name: "The new signing secret" });
      await expect.poll(() => dialog.textContent()).toContain("The previous secret also signs until");
      await dialog.getByRole("button", { name: "Done" }).click();
      await choose("End previous secret");
      await page.getByRole("dialog").getByRole("button", { name: "End previous secret" }).click();
      await page.getByText("The previous secret has ended").waitFor();

      await choose("Edit");
      const form = page.getByRole("dialog", { name: "Edit Second" });
      await form.getByLabel("Tags").fill("billing, search");
      await form.getByRole("button", { name: "Save" }).click();
      await page.getByText(/Flags tagged billing, search in all environments/).waitFor();

      await choose("Delete");
      await page
        .getByRole("dialog")
        .getByLabel(/to confirm$/)
        .fill("production");
      await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
      await page.getByText("Webhook Second deleted").waitFor();
      await page.getByRole("heading", { name: "Webhooks", exact: true }).waitFor();
      await expect.poll(() => page.getByRole("link", { name: "Second" }).count()).toBe(0);
    });
  });
}
