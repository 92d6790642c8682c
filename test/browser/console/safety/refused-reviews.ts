import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { usePages } from "../support/pages.ts";

const hasFocus = async (field: Locator): Promise<boolean> =>
  (await field.page().locator(":focus").and(field).count()) > 0;

/** Returns the alert beside the button, which lists the problems. */
const refusal = (page: Page): Locator => page.getByRole("alert").filter({ hasText: "Fix th" });

/** Each press of "Review and save" opens the review, or says at the field why it does not. */
export function describeRefusedReviews(world: () => ConsoleWorld): void {
  describe("a review that is refused", () => {
    const { open } = usePages(world);

    it("of a flag says how many problems there are, and the first field has the focus", async () => {
      const rollout = { weights: [["on", 100_000] as [string, number]], ramp: ramp() };
      await world().save({ key: "refused-flag", default: { rollout } }, "staging");
      const page = await open("#/flags/refused-flag?environment=staging");
      const press = () => page.getByRole("button", { name: "Review and save" }).click();
      await page.getByRole("button", { name: "Add rule" }).click();
      const attribute = page.getByRole("combobox", { name: "Attribute", exact: true });
      const over = page.getByLabel("over", { exact: true });
      await over.fill("ten");
      await press();
      await refusal(page).getByText("Not saved. Fix these 3 problems:").waitFor();
      await expect.poll(() => hasFocus(attribute)).toBe(true);
      await page.locator("span.problem").getByText("is missing", { exact: true }).waitFor();
      await expect.poll(() => attribute.getAttribute("aria-invalid")).toBe("true");
      expect(await seriousFindings(page)).toEqual([]);

      await page.getByRole("button", { name: "Remove rule" }).click();
      await refusal(page).getByText("Not saved. Fix this problem:").waitFor();
      await refusal(page).getByRole("button", { name: "default, rollout, ramp, over" }).click();
      await expect.poll(() => hasFocus(over)).toBe(true);
      await over.fill("10");
      await refusal(page).waitFor({ state: "detached" });
      await press();
      await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).waitFor();
    });

    it("says that a time is not complete, at its field", async () => {
      const rollout = { weights: [["on", 100_000] as [string, number]], ramp: ramp() };
      await world().save({ key: "refused-time", default: { rollout } }, "staging");
      const page = await open("#/flags/refused-time?environment=staging");
      const start = page.getByLabel(/^starting/);
      await start.focus();
      await start.press("Backspace");
      await page.getByRole("button", { name: "Review and save" }).click();
      await refusal(page).getByText("default, rollout, ramp, startAt").waitFor();
      await page.locator(".field").filter({ has: start }).getByText("is not complete").waitFor();
      await expect.poll(() => hasFocus(start)).toBe(true);
    });

    it("shows the tab that has the field", async () => {
      await world().save({ key: "refused-tab", type: "object", variants: { on: { a: 1 }, off: {} } }, "staging");
      const page = await open("#/flags/refused-tab?environment=staging&tab=settings");
      await page.getByLabel("Description", { exact: true }).fill("changed");
      await page.getByRole("tab", { name: "Variants" }).click();
      const value = page
        .getByRole("group", { name: /^Variant on/ })
        .getByRole("textbox")
        .last();
      await value.fill("{");
      await page.getByRole("tab", { name: "Targeting" }).click();
      await page.getByRole("button", { name: "Review and save" }).click();
      await refusal(page).getByRole("button", { name: "variant on" }).waitFor();
      await page.getByRole("tab", { name: /^Variants/, selected: true }).waitFor();
    });
  });

  describeRefusedForms(world);
  describeNothingToSave(world);
}

function describeRefusedForms(world: () => ConsoleWorld): void {
  describe("a review or a creation that is refused", () => {
    const { open } = usePages(world);

    it("of a segment says at the field why, and so does its shortcut", async () => {
      const page = await open("#/segments/new?environment=staging");
      const key = page.getByLabel("Key", { exact: true });
      const attribute = page.getByRole("combobox", { name: "Attribute", exact: true });
      await attribute.fill("");
      await page.getByRole("button", { name: "Create segment" }).click();
      await refusal(page).getByText("Not created. Fix these 2 problems:").waitFor();
      await expect.poll(() => hasFocus(key)).toBe(true);
      await expect.poll(() => page.locator("span.problem").getByText("is missing", { exact: true }).count()).toBe(2);
      expect(await seriousFindings(page)).toEqual([]);
      await key.fill("refused-segment");
      await refusal(page).getByText("Not created. Fix this problem:").waitFor();
      await page.keyboard.press("Control+s");
      await expect.poll(() => hasFocus(attribute)).toBe(true);
      await attribute.fill("plan");
      await page.getByRole("button", { name: "Create segment" }).click();
      await page.getByRole("heading", { name: "refused-segment", level: 1 }).waitFor();
    });

    it("of a new flag says at the field why", async () => {
      const page = await open("#/flags/new?environment=staging");
      const name = page.getByLabel("Name", { exact: true });
      await expect.poll(() => hasFocus(name)).toBe(true);
      await page.getByRole("radio", { name: "Some people" }).check();
      await page.getByRole("button", { name: "Review and create" }).click();
      await refusal(page).getByText("Not created. Fix these 3 problems:").waitFor();
      await expect.poll(() => hasFocus(name)).toBe(true);
      expect(await seriousFindings(page)).toEqual([]);
      await name.fill("Refused first");
      await page.getByRole("textbox", { name: "is one of" }).fill("NL");
      await page.getByRole("button", { name: "Review and create" }).click();
      await page.getByRole("dialog", { name: "Create refused-first?" }).waitFor();
    });

    it("of a segment whose only change is text that is not a value says so", async () => {
      const condition = { attribute: "seats", operator: "gte" as const, read: "number" as const, values: [1] };
      const path = { env: "staging", key: "refused-text" };
      await world().api.call("putSegment", { path, body: { key: "refused-text", condition } });
      const page = await open("#/segments/refused-text?environment=staging");
      const value = page.getByLabel("Value", { exact: true });
      await value.fill("ten");
      await page.getByRole("button", { name: "Review and save" }).click();
      await refusal(page).getByText("must be a number").waitFor();
      await expect.poll(() => hasFocus(value)).toBe(true);
    });
  });
}

function describeNothingToSave(world: () => ConsoleWorld): void {
  describe("a shortcut with nothing to save", () => {
    const { open } = usePages(world);

    it("says that nothing has changed", async () => {
      await world().save({ key: "refused-nothing" }, "staging");
      const page = await open("#/flags/refused-nothing?environment=staging");
      await page.keyboard.press("Control+s");
      await page.getByText("Nothing has changed, so there is nothing to save").waitFor();
    });
  });
}

function ramp() {
  return { from: 0, to: 100_000, startAt: "2099-12-01T09:00:00Z", endAt: "2099-12-07T09:00:00Z" };
}
