import { afterEach, describe, expect, it } from "vitest";
import type { ConsoleWorld } from "./support/console-world.ts";
import { loaded } from "./support/loaded.ts";
import type { Visit } from "./support/visit.ts";

export function describeOperationJourneys(world: () => ConsoleWorld): void {
  let visit: Visit;
  const open = async (at: string): Promise<Visit["page"]> => {
    visit = await world().visit({ at });
    await loaded(visit.page);
    return visit.page;
  };
  afterEach(() => visit?.close());

  describe("a person with keys", () => {
    it("makes one, sees its secret once, and revokes it, after which the edge refuses it", async () => {
      const page = await open("#/keys?environment=production");
      await page.getByRole("button", { name: "New key" }).click();
      await page.getByRole("radio", { name: /Servers/ }).check();
      await page.getByLabel("Name").fill("billing");
      await page.getByRole("button", { name: "Make the key" }).click();
      const dialog = page.getByRole("dialog", { name: "The new key" });
      const key = ((await dialog.getByLabel("Key", { exact: true }).textContent()) ?? "").trim();
      await dialog.getByRole("button", { name: "Copy" }).click();
      await expect.poll(() => page.evaluate("navigator.clipboard.readText()")).toBe(key);
      await dialog.getByRole("button", { name: "I have it" }).click();
      expect(await page.content()).not.toContain(key);
      expect(await world().evaluate("checkout-redesign", { key })).toMatchObject({ status: 200 });

      const row = page.getByRole("row").filter({ hasText: "billing" });
      await row.getByRole("button", { name: "Revoke billing" }).click();
      const revoke = page.getByRole("dialog", { name: "Revoke billing?" });
      const id = (await row.locator("code").textContent()) ?? "";
      await revoke.getByRole("textbox").fill(id);
      await revoke.getByRole("button", { name: "Revoke" }).click();
      await expect.poll(async () => (await world().evaluate("checkout-redesign", { key })).status).toBe(401);
      expect(await row.textContent()).toContain("revoked");
      expect(await row.getByRole("button").count()).toBe(0);
    });
  });

  describe("a person with the audit", () => {
    it("sees field by field what was changed, undoes it, and comes back to it", async () => {
      await world().save({
        key: "banner-text",
        type: "string",
        variants: { old: "Hello", new: "Welcome" },
        offVariant: "old",
        default: { variant: "old" },
      });
      await world().api.call("patchFlag", {
        path: { env: "production", key: "banner-text" },
        body: { default: { variant: "new" } },
      });
      await expect.poll(() => world().evaluate("banner-text")).toMatchObject({ value: "Welcome" });
      const page = await open("#/audit?environment=production&key=banner-text");
      const newest = page.getByRole("listitem").first();
      expect(await newest.textContent()).toMatch(/\/default\/variant.*old.*new/);
      await newest.getByRole("button", { name: "Undo this change" }).click();
      await page.getByRole("dialog").getByRole("textbox").fill("banner-text");
      await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
      await expect.poll(() => world().evaluate("banner-text")).toMatchObject({ value: "Hello" });

      // Undoing is a change too, at the top of the list, and what it undid is still there.
      await expect.poll(async () => newest.textContent()).toMatch(/\/default\/variant.*new.*old/);
      const former = page.getByRole("listitem").nth(1);
      await former.getByRole("button", { name: "Back to this version" }).click();
      await page.getByRole("dialog").getByRole("textbox").fill("banner-text");
      await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
      await expect.poll(() => world().evaluate("banner-text")).toMatchObject({ value: "Welcome" });
    });
  });

  describe("a person who asks why somebody gets what", () => {
    it("is shown the rule that decides, which is what the edge answers; and how a thousand split", async () => {
      const page = await open("#/try/checkout-redesign?environment=production");
      const context = { targetingKey: "user-1", email: "jo@shop.example.com" };
      await page.getByRole("button", { name: "As JSON" }).click();
      await page.getByLabel("Context as JSON").fill(JSON.stringify(context));
      await page.getByRole("button", { name: "Evaluate" }).click();
      const answer = page.getByRole("region", { name: "on", exact: true });
      await answer.waitFor();
      const edge = await world().evaluate("checkout-redesign", { context });
      expect(edge).toMatchObject({ variant: "on", reason: "TARGETING_MATCH" });
      expect(await answer.textContent()).toContain("TARGETING_MATCH by rule staff");
      const steps = await answer.getByRole("list").first().getByRole("listitem").allTextContents();
      expect(steps[0]).toMatch(/Rule staff → on.*true.*segment staff.*@shop\.example\.com/s);
      expect(steps.at(-1)).toMatch(/Default/);

      await page
        .getByLabel("Context as JSON")
        .fill(JSON.stringify({ targetingKey: "user-1", email: "jo@example.org" }));
      await page.getByRole("button", { name: "Evaluate" }).click();
      const other = await world().evaluate("checkout-redesign", {
        context: { targetingKey: "user-1", email: "jo@example.org" },
      });
      await expect.poll(() => page.getByRole("main").textContent()).toContain(`${other.reason} · environment version`);

      await page.getByRole("button", { name: "Sample 1,000" }).click();
      const sample = page.getByRole("region", { name: "1,000 sampled subjects" });
      const on = /(\d+) \(/.exec((await sample.getByRole("row").filter({ hasText: /^on/ }).textContent()) ?? "")?.[1];
      // A quarter of them, by the flag's own weights.
      expect(Number(on)).toBeGreaterThan(200);
      expect(Number(on)).toBeLessThan(300);
    });
  });

  describe("a person who suspects the caches", () => {
    it("sees what a purge would delete, and with that the edge answers from the truth again", async () => {
      await world().save({
        key: "opening-hours",
        type: "string",
        variants: { on: "9 to 5", off: "closed" },
        default: { variant: "on" },
      });
      const ask = () => world().evaluate("opening-hours", { isFresh: true });
      const { upstash } = world().backends;
      const [hash = ""] = await upstash.command<string[]>("KEYS", "*:feature_flag:production");
      const kept = () => upstash.command<string | null>("HGET", hash, "opening-hours");
      // Somebody edits the copy in Redis past everything: isolates that read it now answer wrong.
      await expect.poll(() => world().evaluate("opening-hours")).toMatchObject({ value: "9 to 5" });
      await expect.poll(kept).toContain("9 to 5");
      await upstash.command("HSET", hash, "opening-hours", ((await kept()) ?? "").replace("9 to 5", "always"));
      expect(await ask()).toMatchObject({ value: "always" });
      const page = await open("#/cache?environment=production");
      const purge = page.getByRole("region", { name: "Purge" });
      await purge.getByLabel("What").selectOption("A pattern");
      await purge.getByLabel("Pattern over flag keys").fill("opening-*");
      await purge.getByRole("button", { name: "Preview" }).click();
      const would = purge.getByRole("list", { name: "Flags that would be purged" });
      expect(await would.getByRole("listitem").allTextContents()).toEqual(["opening-hours"]);
      expect(await ask()).toMatchObject({ value: "always" });
      await purge.getByRole("button", { name: "Purge" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Purge" }).click();
      await page.getByText("Purged: 1 flag").waitFor();
      expect(await ask()).toMatchObject({ value: "9 to 5" });
      await expect.poll(kept).toContain("9 to 5");
    });
  });
}
