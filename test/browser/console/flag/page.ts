import { afterEach, describe, expect, it } from "vitest";
import type { Flag } from "../../../../sdk/client/contract.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { tabTo } from "../support/keyboard.ts";
import { loaded } from "../support/loaded.ts";
import type { Visit, VisitOptions } from "../support/visit.ts";

export function describeFlagPage(world: () => ConsoleWorld): void {
  describe("the page of a flag", () => {
    let visit: Visit;
    const open = async (at: string, options: Partial<VisitOptions> = {}): Promise<Visit["page"]> => {
      visit = await world().visit({ at: `#/flags/${at}`, ...options });
      await loaded(visit.page);
      return visit.page;
    };
    afterEach(() => visit?.close());

    const tab = (name: string) => visit.page.getByRole("tab", { name });
    const selected = () => visit.page.getByRole("tab", { selected: true }).textContent();
    const focused = () => visit.page.locator(":focus").getAttribute("data-pointer");
    const review = () => visit.page.getByRole("button", { name: "Review and save" }).click();
    const stored = async (key: string, env = "staging"): Promise<Flag> =>
      (await world().api.call("getFlag", { path: { env, key } })).body;

    it("keeps one draft for all tabs, marks those with changes, and saves them together", async () => {
      await world().save({ key: "tabbed", type: "string", variants: { on: "a", off: "b" } }, "staging");
      const page = await open("tabbed?environment=staging");
      await page.getByRole("button", { name: "Everyone, variant: off" }).click();
      await page.getByLabel("Variant", { exact: true }).selectOption("on");
      await tab("Variants").click();
      await page.getByRole("group", { name: "Variant on" }).getByLabel("Value").fill("new");
      await tab("Settings").click();
      await page.getByLabel("Description", { exact: true }).fill("on three tabs");
      await tab("Insights").click();
      for (const name of ["Targeting", "Variants", "Settings"]) {
        await tab(`${name} has unsaved changes`).waitFor();
      }
      await page.getByText("3 unsaved changes").waitFor();
      await review();
      const dialog = page.getByRole("dialog");
      await expect.poll(() => dialog.getByLabel(/to confirm$/).count()).toBe(0);
      await dialog.getByRole("button", { name: "Save", exact: true }).click();
      await expect.poll(() => page.getByText("unsaved change").count()).toBe(0);
      expect(await stored("tabbed")).toMatchObject({ description: "on three tabs", default: { variant: "on" } });
      await expect.poll(() => world().evaluate("tabbed", { environment: "staging" })).toMatchObject({ value: "new" });
      // The tab is in the address.
      expect(page.url()).toContain("tab=insights");
    });

    it("goes to the tab of a refused field, and of text that is not a value", async () => {
      await world().save(
        {
          key: "refused",
          type: "integer",
          variants: { on: 1, off: 0 },
          rules: [{ id: "r", serve: { variant: "on" } }],
        },
        "staging",
      );
      const page = await open("refused?environment=staging&tab=variants");
      const value = page.getByRole("group", { name: "Variant on" }).getByLabel("Value");
      await value.fill("ten");
      await tab("Settings").click();
      await tab("Variants has a problem").waitFor();
      await review();
      await expect.poll(selected).toContain("Variants");
      await expect.poll(focused).toBe("/variants/on");
      await value.fill("10");

      await tab("Targeting").click();
      await page.getByRole("button", { name: "Add prerequisite" }).click();
      await page.getByRole("group", { name: "Prerequisite 1" }).getByLabel("Flag", { exact: true }).fill("no-such");
      await tab("Settings").click();
      await review();
      await tab("Targeting has a problem").waitFor();
      await expect.poll(selected).toContain("Targeting");
      await expect.poll(focused).toMatch(/^\/prerequisites\/0/);
      expect(await stored("refused")).toMatchObject({ variants: { on: 1 } });
      expect(await world().evaluate("refused", { environment: "staging" })).toMatchObject({ value: 1 });
    });

    it("moves the focus to the button that adds a prerequisite when the only one is removed", async () => {
      await world().save({ key: "off-and-needed", enabled: false }, "staging");
      const prerequisites = [{ flag: "off-and-needed", variants: ["on"] }];
      await world().save({ key: "needs-no-more", default: { variant: "on" }, prerequisites }, "staging");
      const page = await open("needs-no-more?environment=staging");
      await page.getByRole("button", { name: "Remove off-and-needed" }).press("Enter");
      await tabTo(page, "button", "Add prerequisite", { most: 0 });
      await review();
      await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
      const served = () => world().evaluate("needs-no-more", { environment: "staging" });
      await expect.poll(served).toMatchObject({ value: true });
    });

    it("asks for the review when Enter is pressed in a field", async () => {
      await world().save({ key: "entered" }, "staging");
      const page = await open("entered?environment=staging&tab=settings");
      await page.getByLabel("Owner").fill("team");
      await page.getByLabel("Owner").press("Enter");
      await page.getByRole("dialog", { name: "Save entered in staging?" }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Discard" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Discard" }).click();
      await expect.poll(() => page.getByLabel("Owner").inputValue()).toBe("");
    });

    it.each([1280, 360])("has its key, its switch and its state everywhere in view, %i px", async (width) => {
      const key = `in-view-${width}`;
      await world().save({ key, enabled: false });
      await world().save({ key, tags: ["release"], owner: "ann", description: "Says what it is" }, "staging");
      const page = await open(`${key}?environment=staging&tab=settings`, { width, height: 700 });
      const states = page.getByRole("navigation", { name: "State in each environment" });
      await expect.poll(() => states.getByRole("link").allTextContents()).toEqual(["production off", "staging on"]);
      await page.getByText("Says what it is").first().waitFor();
      await page.getByText("Never evaluated").waitFor();
      await page.evaluate("scrollTo(0, 2000)");
      const toggle = page.getByRole("switch", { name: `${key} enabled` });
      await expect.poll(() => page.evaluate("scrollY")).toBeGreaterThan(200);
      const isSeen = (selector: string) =>
        page.evaluate(`(() => {
          const { x, y, width, height } = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect();
          const seen = document.elementFromPoint(x + width / 2, y + height / 2);
          return seen?.closest(".flag-head") !== null;
        })()`);
      for (const part of [".flag-head h1", ".flag-head .switch", ".environment-chip"]) {
        expect(await isSeen(part), part).toBe(true);
      }
      await toggle.click();
      await expect.poll(() => states.getByRole("link").allTextContents()).toEqual(["production off", "staging off"]);
      await expect.poll(() => world().evaluate(key, { environment: "staging" })).toMatchObject({ reason: "DISABLED" });
      await page.getByRole("button", { name: "Copy the key" }).click();
      await page.getByText("Copied").waitFor();
      expect(await page.evaluate("navigator.clipboard.readText()")).toBe(key);
      await states.getByRole("link", { name: "production" }).click();
      await expect.poll(() => page.url()).toContain("environment=production&tab=settings");
    });
  });
}
