/** Segments: lists of values from mails and files, and the membership of a user. */
import { afterEach, describe, expect, it } from "vitest";
import { seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { loaded } from "../support/loaded.ts";
import type { Visit } from "../support/visit.ts";

export function describeSegmentPages(world: () => ConsoleWorld): void {
  let visit: Visit;
  afterEach(() => visit?.close());
  const values = (page: Visit["page"]) => page.getByRole("textbox", { name: "Values" });
  const chips = (page: Visit["page"]): Promise<string[]> =>
    page
      .getByRole("list", { name: /^Values/ })
      .getByRole("listitem")
      .allTextContents();
  const path = { env: "staging", key: "countries" };

  describe("a person on a segment's page", () => {
    it("copies all values with a token that may only read", async () => {
      const condition = { attribute: "country", operator: "in" as const, values: ["DE", "NL"] };
      const read = { env: "staging", key: "read-only" };
      await world().api.call("putSegment", { path: read, body: { key: "read-only", condition } });
      visit = await world().visit({ at: "#/segments/read-only?environment=staging", token: world().readToken });
      const { page } = visit;
      await loaded(page);
      await page.getByText("More options").click();
      await expect.poll(() => page.getByRole("button", { name: "Remove all values" }).count()).toBe(0);
      const copied = () => page.evaluate("navigator.clipboard.readText()");
      await page.getByRole("button", { name: "Copy all values" }).click();
      await expect.poll(copied).toBe("DE\nNL");
      await page.evaluate("navigator.clipboard.writeText('')");
      await page.getByRole("button", { name: "Copy all values" }).press("Enter");
      await expect.poll(copied).toBe("DE\nNL");
    });

    it("adds values from the clipboard and a file, and is told about repeated ones", async () => {
      const condition = { attribute: "country", operator: "in" as const, values: ["DE"] };
      await world().api.call("putSegment", { path, body: { key: "countries", condition } });
      visit = await world().visit({ at: "#/segments/countries?environment=staging" });
      const { page } = visit;
      await loaded(page);
      await page.evaluate("navigator.clipboard.writeText('NL, BE\\tDE')");
      await values(page).focus();
      await page.keyboard.press("ControlOrMeta+v");
      await page.getByText("Added 2 values. Already in the list: DE").waitFor();
      await expect.poll(() => chips(page)).toEqual(["DE", "NL", "BE"]);
      await page.getByText("More options").click();
      const ids = Array.from({ length: 3000 }, (_, i) => `id-${i}`);
      const buffer = Buffer.from(`${ids.join("\r\n")}\r\n`);
      await page.getByLabel("Add values from a file").setInputFiles({ name: "ids.csv", mimeType: "text/csv", buffer });
      await page.getByText("Added 3,000 values").waitFor();
      // The long list is folded to its count and its newest values.
      await page.getByText("3,003 values.").waitFor();
      await expect.poll(() => chips(page)).toEqual(ids.slice(-10));
      await page.getByRole("button", { name: "Copy all values" }).click();
      await expect
        .poll(() => page.evaluate("navigator.clipboard.readText()"))
        .toBe(["DE", "NL", "BE", ...ids].join("\n"));
      await page.getByRole("button", { name: "Review and save" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
      await expect
        .poll(async () => (await world().api.call("getSegment", { path })).body.condition)
        .toMatchObject({ values: ["DE", "NL", "BE", ...ids] });
      await visit.goTo("#/segments?environment=staging");
      const row = page.getByRole("row").filter({ hasText: "countries" });
      await expect.poll(() => row.textContent()).toContain("3,003 values");
    });

    it("is warned about a repeated value, and removes one of its chips", async () => {
      const condition = { attribute: "country", operator: "in" as const, values: ["NL", "DE", "NL"] };
      await world().api.call("putSegment", { path, body: { key: "countries", condition } });
      visit = await world().visit({ at: "#/segments/countries?environment=staging" });
      const { page } = visit;
      await loaded(page);
      await page.getByText("3 values. In the list more than once: NL.").waitFor();
      await page.getByRole("button", { name: "Remove NL" }).last().click();
      await expect.poll(() => chips(page)).toEqual(["NL", "DE"]);
      await page.getByText("Removed NL. 2 values.").waitFor();
      await page.getByRole("button", { name: "Discard changes" }).click();
      await expect.poll(() => chips(page)).toEqual(["NL", "DE", "NL"]);
    });

    it("sees text that is not a number at its field, and cannot save it", async () => {
      const condition = { attribute: "seats", operator: "in" as const, values: [1, true] };
      await world().api.call("putSegment", { path, body: { key: "countries", condition } });
      visit = await world().visit({ at: "#/segments/countries?environment=staging" });
      const { page } = visit;
      await loaded(page);
      await values(page).fill('"2",ten,3,');
      await expect.poll(() => chips(page)).toEqual(["1", "true", '"2"', "3", "ten"]);
      await page.getByText('ten must be "text" in quotes, a number').waitFor();
      await expect.poll(() => page.locator("form:invalid").count()).toBe(1);
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole("button", { name: "Remove ten" }).click();
      await page.getByRole("button", { name: "Review and save" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
      await expect
        .poll(async () => (await world().api.call("getSegment", { path })).body.condition)
        .toMatchObject({ values: [1, true, "2", 3] });
    });

    it("discards text that is not a number, without another change", async () => {
      const condition = { attribute: "seats", operator: "in" as const, read: "number" as const, values: [1] };
      await world().api.call("putSegment", { path, body: { key: "countries", condition } });
      visit = await world().visit({ at: "#/segments/countries?environment=staging" });
      const { page } = visit;
      await loaded(page);
      await page.getByRole("textbox", { name: "Numbers" }).fill("ten");
      await page.keyboard.press("Enter");
      await page.getByText("ten must be a number").waitFor();
      await page.getByRole("button", { name: "Discard changes" }).click();
      await expect.poll(() => page.getByText("ten must be a number").count()).toBe(0);
      await expect.poll(() => page.locator(":invalid").count()).toBe(0);
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
      await values(page).fill("FR,");
      await ask.click();
      await form.getByText("This user is in the segment.").waitFor();
      await expect.poll(() => form.getByRole("status").last().textContent()).toMatch(/country.*FR/);
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole("button", { name: "Discard changes" }).click();
    });
  });
}
