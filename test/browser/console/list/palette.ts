import { afterEach, describe, expect, it } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import type { Visit, VisitOptions } from "../support/visit.ts";

export function describePaletteJourneys(world: () => ConsoleWorld): void {
  describe("the command palette and the shortcuts", () => {
    let visit: Visit;
    const open = async (options: Partial<VisitOptions> = {}) => {
      visit = await world().visit(options);
      await visit.page.getByRole("main").getByRole("heading", { level: 1 }).waitFor();
      return visit.page;
    };
    const palette = () => visit.page.getByRole("dialog", { name: "Command palette" });
    const find = async (text: string) => {
      await visit.page.keyboard.press("Control+K");
      await palette().getByRole("combobox").fill(text);
    };
    const heading = (name: string) => visit.page.getByRole("heading", { level: 1, name });
    afterEach(() => visit?.close());

    it("lead to a flag in spite of a typo, to a segment, a page and another environment", async () => {
      const page = await open({ at: "#/keys?environment=production" });
      await find("chekout-redesign");
      await palette()
        .getByRole("option", { name: /^checkout-redesign/ })
        .first()
        .waitFor();
      await page.keyboard.press("Enter");
      await heading("checkout-redesign").waitFor();
      await find("beta-testers");
      await palette()
        .getByRole("option", { name: /beta-testers.*Segment/ })
        .click();
      await heading("beta-testers").waitFor();
      await find("Audit log");
      await page.keyboard.press("Enter");
      await heading("Audit log").waitFor();
      await find("Staging");
      await palette()
        .getByRole("option", { name: /Staging.*Environment/ })
        .click();
      await expect.poll(() => page.url()).toContain("environment=staging");
    });

    it("turn a flag off, with the same confirmation as its switch", async () => {
      await world().save({ key: "off-by-palette", default: { variant: "on" } });
      await open();
      await find("Turn off off-by-palette");
      await palette()
        .getByRole("option", { name: /^Turn off off-by-palette/ })
        .click();
      const dialog = visit.page.getByRole("dialog", { name: /off-by-palette in production/ });
      await dialog.getByRole("button", { name: "Turn off" }).click();
      await expect.poll(() => world().evaluate("off-by-palette")).toMatchObject({ reason: "DISABLED" });
    });

    it("work with one key, but never while the person types", async () => {
      const page = await open({ at: "#/keys?environment=staging" });
      await page.keyboard.press("/");
      const search = page.getByRole("searchbox", { name: "Search flags" });
      await page.locator("input[type=search]:focus").waitFor();
      await page.keyboard.type("n?/");
      await expect.poll(() => search.inputValue()).toBe("n?/");
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
      await search.fill("");
      await search.blur();
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keyboard shortcuts" }).getByText("New flag").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.keyboard.press("n");
      await heading("New flag").waitFor();
    });

    it("lead to another page while the page that is left writes its own address", async () => {
      const page = await open({ at: "#/segments?environment=production" });
      await page.getByRole("searchbox").waitFor();
      await page.evaluate(`
        location.hash = "#/keys?environment=production";
        const search = document.querySelector("input[type=search]");
        search.value = "b";
        search.dispatchEvent(new InputEvent("input", { bubbles: true }));
      `);
      await heading("SDK keys").waitFor();
    });

    it("review and save a draft from within a field", async () => {
      await world().save({ key: "saved-by-keys", description: "before" }, "staging");
      const page = await open({ at: "#/flags/saved-by-keys?environment=staging&tab=settings" });
      await page.getByLabel("Description", { exact: true }).fill("after");
      await page.keyboard.press("Control+S");
      const review = page.getByRole("dialog", { name: /saved-by-keys/ });
      await review.getByRole("button", { name: "Save" }).click();
      const path = { env: "staging", key: "saved-by-keys" };
      await expect.poll(async () => (await world().api.call("getFlag", { path })).body.description).toBe("after");
    });
  });
}
