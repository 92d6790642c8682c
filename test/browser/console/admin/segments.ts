/** Segments: lists of values from mails and files, and the membership of a user. */
import { afterEach, describe, expect, it } from "vitest";
import { seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { loaded } from "../support/loaded.ts";
import type { Visit } from "../support/visit.ts";

export function describeSegmentPages(world: () => ConsoleWorld): void {
  let visit: Visit;
  afterEach(() => visit?.close());
  const path = { env: "staging", key: "countries" };

  describe("a person on a segment's page", () => {
    it("adds values from the clipboard and a file, and is told about repeated ones", async () => {
      const condition = { attribute: "country", operator: "in" as const, values: ["DE"] };
      await world().api.call("putSegment", { path, body: { key: "countries", condition } });
      visit = await world().visit({ at: "#/segments/countries?environment=staging" });
      const { page } = visit;
      await loaded(page);
      await page.evaluate("navigator.clipboard.writeText('NL, BE\\tDE')");
      await page.getByLabel("Values, one per line").focus();
      await page.keyboard.press("ControlOrMeta+v");
      await page.getByText("Added 2 values. Already in the list: DE").waitFor();
      expect(await page.getByLabel("Values, one per line").inputValue()).toBe("DE\nNL\nBE");
      const ids = Array.from({ length: 3000 }, (_, i) => `id-${i}`);
      const buffer = Buffer.from(`${ids.join("\r\n")}\r\n`);
      await page.getByLabel("Add values from a file").setInputFiles({ name: "ids.csv", mimeType: "text/csv", buffer });
      await page.getByText("Added 3,000 values").waitFor();
      await page.getByRole("button", { name: "Review and save" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
      await expect
        .poll(async () => (await world().api.call("getSegment", { path })).body.condition)
        .toMatchObject({ values: ["DE", "NL", "BE", ...ids] });
      await visit.goTo("#/segments?environment=staging");
      const row = page.getByRole("row").filter({ hasText: "countries" });
      expect(await row.textContent()).toContain("3,003 values");
    });

    it("tries a user, also with conditions that are not saved yet", async () => {
      const condition = { attribute: "country", operator: "in" as const, values: ["NL", "BE"] };
      await world().api.call("putSegment", { path, body: { key: "countries", condition } });
      visit = await world().visit({ at: "#/segments/countries?environment=staging" });
      const { page } = visit;
      await loaded(page);
      const form = page.getByRole("region", { name: "Try a user" });
      await form.getByRole("button", { name: "Edit as JSON" }).click();
      await form.getByLabel("Context as JSON").fill('{"targetingKey":"u","country":"FR"}');
      const ask = form.getByRole("button", { name: "Is this user in the segment?" });
      await ask.click();
      await form.getByText("This user is not in the segment.").waitFor();
      await page.getByLabel("Values, one per line").fill("NL\nBE\nFR");
      await ask.click();
      await form.getByText("This user is in the segment.").waitFor();
      expect(await form.getByRole("status").last().textContent()).toMatch(/country.*FR/);
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole("button", { name: "Discard changes" }).click();
    });
  });
}
