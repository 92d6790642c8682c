import { describe, expect, it } from "vitest";
import type { ConsoleWorld } from "./support/console-world.ts";
import { usePages } from "./support/pages.ts";

const SUBJECTS = Array.from({ length: 60 }, (_, i) => `customer-${i}`);

export function describeEditingJourneys(world: () => ConsoleWorld): void {
  describe("a person on the flag page", () => {
    const { visit, open } = usePages(world);

    /** Reviews the changes and saves them. If they can harm, the review asks for the key of production. */
    async function save(action: "Create flag" | "Save"): Promise<void> {
      const { page } = visit();
      await page.getByRole("button", { name: /^Review and/ }).click();
      const dialog = page.getByRole("dialog");
      if (action === "Save") await dialog.getByLabel(/to confirm$/).fill("production");
      await dialog.getByRole("button", { name: action, exact: true }).click();
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    }

    /** Returns the subjects, out of sixty, that get `true`. */
    async function served(flag: string): Promise<string[]> {
      const responses = await Promise.all(
        SUBJECTS.map((targetingKey) => world().evaluate(flag, { context: { targetingKey } })),
      );
      return SUBJECTS.filter((_, i) => responses[i]?.value === true);
    }

    it("creates a flag and rolls it out to no one, to a share, and to everyone", async () => {
      const page = await open("#/flags?environment=production");
      await page.getByRole("link", { name: "New flag" }).click();
      await page.getByRole("link", { name: "Open the full editor instead" }).click();
      // Both pages have a field for the key.
      await page.getByRole("region", { name: "Targeting" }).waitFor();
      await page.getByLabel("Key", { exact: true }).fill("gift-wrap");
      await save("Create flag");
      await page.getByText(/^gift-wrap created in production; only servers see it/).waitFor();
      await page.getByRole("heading", { name: "gift-wrap", level: 1 }).waitFor();
      await expect.poll(() => world().evaluate("gift-wrap")).toMatchObject({ reason: "DISABLED", value: false });

      const targeting = page.getByRole("region", { name: "Targeting" });
      const share = targeting.getByRole("textbox", { name: "Percentage of on" });
      await targeting.getByRole("button", { name: "Everyone, variant: off" }).click();
      await targeting.getByLabel("Variant", { exact: true }).selectOption("on");
      await targeting.getByRole("button", { name: "Everyone, share of on: 100%" }).click();
      await share.fill("30");
      await share.press("Enter");
      await targeting.getByText("off for 70%").first().waitFor();
      await save("Save");
      await page.getByRole("switch", { name: "gift-wrap enabled" }).click();
      await page
        .getByRole("dialog")
        .getByLabel(/to confirm$/)
        .fill("production");
      await page.getByRole("dialog").getByRole("button", { name: "Turn on" }).click();
      await expect.poll(() => world().evaluate("gift-wrap")).toMatchObject({ reason: "SPLIT" });
      const first = await served("gift-wrap");
      expect(first.length).toBeGreaterThan(8);
      expect(first.length).toBeLessThan(30);

      await targeting.getByText("Edit all").click();
      await targeting.getByRole("slider", { name: "Share of on" }).fill("60000");
      await save("Save");
      await expect.poll(async () => (await served("gift-wrap")).length).toBeGreaterThan(first.length);
      expect(await served("gift-wrap")).toEqual(expect.arrayContaining(first));

      await targeting.getByLabel("Serve").selectOption("One variant");
      await targeting.getByLabel("Variant", { exact: true }).selectOption("on");
      await save("Save");
      await expect.poll(() => served("gift-wrap")).toEqual(SUBJECTS);
    });

    it("adds a rule with a segment, and the edge follows it", async () => {
      await world().save({ key: "invoice-button" });
      const page = await open("#/flags/invoice-button?environment=production");
      await page.getByRole("button", { name: "Add rule" }).click();
      const rule = page.getByRole("listitem").filter({ hasText: "rule-1" });
      await rule.getByRole("button", { name: "or a segment…" }).click();
      await rule.getByRole("combobox", { name: "Segment", exact: true }).selectOption("business-customers");
      await save("Save");
      const of = (plan: string) => world().evaluate("invoice-button", { context: { targetingKey: "user-1", plan } });
      await expect.poll(() => of("business")).toMatchObject({ value: true, reason: "TARGETING_MATCH" });
      expect(await of("free")).toMatchObject({ value: false, variant: "off" });
    });

    it("copies a configuration to production after a review of the changes", async () => {
      await world().save({ key: "new-invoice", enabled: false });
      const rules = [
        {
          id: "dutch",
          when: { attribute: "country", operator: "equals" as const, values: ["NL"] },
          serve: { variant: "on" },
        },
      ];
      await world().save({ key: "new-invoice", rules }, "staging");
      const page = await open("#/flags/new-invoice?environment=staging&tab=settings");
      await page.getByRole("button", { name: "Copy configuration to production…" }).click();
      const dialog = page.getByRole("dialog", { name: "Copy new-invoice from staging to production?" });
      await expect.poll(() => dialog.textContent()).toMatch(/Rule dutch.*IF country is NL THEN on/);
      await dialog.getByLabel("Keep the flag on or off").uncheck();
      await expect.poll(() => dialog.textContent()).toMatch(/State.*off.*on/);
      await dialog.getByLabel(/to confirm$/).fill("production");
      await dialog.getByRole("button", { name: "Copy to production" }).click();
      const of = (country: string) => world().evaluate("new-invoice", { context: { targetingKey: "user-1", country } });
      await expect.poll(() => of("NL")).toMatchObject({ value: true, reason: "TARGETING_MATCH" });
      expect(await of("BE")).toMatchObject({ value: false });
    });

    it("is asked before unsaved changes are lost", async () => {
      await world().save({ key: "unsaved" }, "staging");
      const page = await open("#/flags/unsaved?environment=staging&tab=settings");
      await page.getByLabel("Description", { exact: true }).fill("A new description");
      await page.getByRole("link", { name: "Keys" }).click();
      await page.getByRole("dialog", { name: "Leave without saving?" }).getByRole("button", { name: "Cancel" }).click();
      await expect.poll(() => page.getByLabel("Description", { exact: true }).inputValue()).toBe("A new description");
      await page.getByRole("link", { name: "Keys" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
      await page.getByRole("heading", { name: "SDK keys" }).waitFor();
    });
  });
}
