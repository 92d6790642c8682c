import { describe, expect, it } from "vitest";
import { overflow, seriousFindings } from "./support/audit-page.ts";
import type { ConsoleWorld } from "./support/console-world.ts";
import { usePages } from "./support/pages.ts";

export function describeOperationJourneys(world: () => ConsoleWorld): void {
  const { visit, open } = usePages(world);

  describe("a person on the audit page", () => {
    it("sees each changed field, restores the state before the change, and then the change", async () => {
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
      const entries = page.locator("ol.history > li");
      const newest = entries.first();
      await newest.waitFor();
      await expect.poll(() => newest.textContent()).toMatch(/Everyone else.*old.*new/);
      await newest.getByRole("button", { name: "Restore the state before this" }).click();
      await page
        .getByRole("dialog")
        .getByLabel(/to confirm$/)
        .fill("production");
      await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
      await expect.poll(() => world().evaluate("banner-text")).toMatchObject({ value: "Hello" });

      // A restore is a change too. It is at the top of the list, above the change that it reverted.
      await expect.poll(async () => newest.textContent()).toMatch(/Everyone else.*new.*old/);
      const reverted = entries.nth(1);
      await reverted.getByRole("button", { name: "Restore this version" }).click();
      await page
        .getByRole("dialog")
        .getByLabel(/to confirm$/)
        .fill("production");
      await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
      await expect.poll(() => world().evaluate("banner-text")).toMatchObject({ value: "Welcome" });
    });
  });

  describe("a person who says why", () => {
    it("finds the note, the name and all changes of one write in the audit log", async () => {
      const flags = ["a", "b", "c"].map((name) => ({
        key: `noted-${name}`,
        kind: "flag" as const,
        enabled: true,
        type: "boolean" as const,
        variants: { on: true, off: false },
        offVariant: "off",
        default: { variant: "off" },
      }));
      const headers = { "X-Change-Note": encodeURIComponent("PAY-1423: für alle") };
      await world().api.call("applyEnvironment", { path: { env: "production" }, headers, body: { flags } });
      const page = await open("#/audit?environment=production&text=pay-1423");
      const write = page.getByRole("listitem").first();
      await expect
        .poll(() => write.textContent())
        .toMatch(/6 changes.*Seeded admin token.*version \d+.*PAY-1423: für alle/s);
      await write.getByText(/3 configurations created.*3 flags created|3 flags created.*3 configurations/).waitFor();
      await expect.poll(() => write.getByRole("listitem").count()).toBe(3);
      await write.getByRole("button", { name: "Show each change" }).click();
      await expect.poll(() => write.getByRole("listitem").count()).toBe(6);
      expect(await overflow(page)).toBe(0);
      expect(await seriousFindings(page)).toEqual([]);
    });

    it("is asked for the note that an environment requires, wherever the change was made", async () => {
      const page = await open("#/environments?environment=staging");
      await page.getByRole("switch", { name: "Require a note with each change in staging" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Require notes" }).click();
      await page.getByText("Changes in staging need a note").waitFor();
      await page.goto(page.url().replace(/#.*/, "#/flags?environment=staging"));
      // A switch saves without a review.
      visit().expectStatus(428);
      const toggle = page.getByRole("switch", { name: /enabled$/ }).first();
      const wasOn = await toggle.isChecked();
      await toggle.click();
      const prompt = page.getByRole("dialog", { name: "Why are you making this change?" });
      await prompt.getByLabel("Why? (required)").fill("OPS-7");
      await prompt.getByRole("button", { name: "Continue" }).click();
      await expect.poll(() => toggle.isChecked()).toBe(!wasOn);
      const { body } = await world().api.call("listAudit", { path: { env: "staging" }, query: { limit: "1" } });
      expect(body.items[0]).toMatchObject({ note: "OPS-7", actorName: "Seeded admin token" });

      await page.goto(page.url().replace(/#.*/, "#/environments?environment=staging"));
      await page.getByRole("switch", { name: "Require a note with each change in staging" }).click();
      const dialog = page.getByRole("dialog");
      const accept = dialog.getByRole("button", { name: "Accept changes without a note" });
      await expect.poll(() => accept.isDisabled()).toBe(true);
      await dialog.getByLabel("Why? (required)").fill("the end of the test");
      await accept.click();
      await page.getByText("Changes in staging need no note").waitFor();
    });
  });

  describe("a person who asks why a user gets a variant", () => {
    it("sees the rule that decides at the edge, and how a sample splits", async () => {
      const page = await open("#/try/checkout-redesign?environment=production");
      const context = { targetingKey: "user-1", email: "jo@shop.example.com" };
      await page.getByRole("button", { name: "Edit as JSON" }).click();
      await page.getByLabel("Context as JSON").fill(JSON.stringify(context));
      await page.getByRole("button", { name: "Evaluate" }).click();
      const result = page.getByRole("region", { name: "on", exact: true });
      await result.waitFor();
      const edge = await world().evaluate("checkout-redesign", { context });
      expect(edge).toMatchObject({ variant: "on", reason: "TARGETING_MATCH" });
      await expect.poll(() => result.textContent()).toContain("This user gets on, because rule staff applies.");
      await expect.poll(() => result.textContent()).toContain("Reason TARGETING_MATCH");
      const steps = result.getByRole("list").first().getByRole("listitem");
      await expect
        .poll(() => steps.first().textContent())
        .toMatch(/Rule staff: IF in segment staff THEN on.*true.*segment staff.*@shop\.example\.com/s);
      await expect.poll(() => steps.last().textContent()).toMatch(/Default/);

      await page
        .getByLabel("Context as JSON")
        .fill(JSON.stringify({ targetingKey: "user-1", email: "jo@example.org" }));
      await page.getByRole("button", { name: "Evaluate" }).click();
      const other = await world().evaluate("checkout-redesign", {
        context: { targetingKey: "user-1", email: "jo@example.org" },
      });
      await expect
        .poll(() => page.getByRole("main").textContent())
        .toContain(`Reason ${other.reason}, environment version`);

      await page.getByRole("button", { name: "Sample 1,000" }).click();
      const sample = page.getByRole("region", { name: "1,000 sampled users" });
      const on = /(\d+) \(/.exec((await sample.getByRole("row").filter({ hasText: /^on/ }).textContent()) ?? "")?.[1];
      // The flag serves it to a quarter of its users.
      expect(Number(on)).toBeGreaterThan(200);
      expect(Number(on)).toBeLessThan(300);
    });
  });

  describe("a person who suspects a wrong cache", () => {
    it("sees a preview of a purge, and after the purge the edge is right again", async () => {
      await world().save({
        key: "opening-hours",
        type: "string",
        variants: { on: "9 to 5", off: "closed" },
        default: { variant: "on" },
      });
      const evaluate = () => world().evaluate("opening-hours", { isFresh: true });
      const { upstash } = world().backends;
      const [hash = ""] = await upstash.command<string[]>("KEYS", "*:feature_flag:production");
      const cached = () => upstash.command<string | null>("HGET", hash, "opening-hours");
      // Corrupt the copy in Redis: isolates that read it now serve the wrong value.
      await expect.poll(() => world().evaluate("opening-hours")).toMatchObject({ value: "9 to 5" });
      await expect.poll(cached).toContain("9 to 5");
      await upstash.command("HSET", hash, "opening-hours", ((await cached()) ?? "").replace("9 to 5", "always"));
      expect(await evaluate()).toMatchObject({ value: "always" });
      const page = await open("#/cache?environment=production");
      const purge = page.getByRole("region", { name: "Purge" });
      await purge.getByLabel("Target").selectOption("Flags that match a pattern");
      await purge.getByLabel("Pattern for flag keys").fill("opening-*");
      await purge.getByRole("button", { name: "Preview" }).click();
      const would = purge.getByRole("list", { name: "Flags that would be purged" });
      await expect.poll(() => would.getByRole("listitem").allTextContents()).toEqual(["opening-hours"]);
      expect(await evaluate()).toMatchObject({ value: "always" });
      await purge.getByRole("button", { name: "Purge" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Purge" }).click();
      await page.getByText("Purged: 1 flag").waitFor();
      expect(await evaluate()).toMatchObject({ value: "9 to 5" });
      await expect.poll(cached).toContain("9 to 5");
    });
  });
}
