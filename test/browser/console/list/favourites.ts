import { describe, expect, it } from "vitest";
import { overflow, seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { layoutFindings } from "../support/layout-findings.ts";
import { loaded } from "../support/loaded.ts";
import { usePages } from "../support/pages.ts";
import { signIn } from "../support/visit.ts";

/** A browser that refuses its storage, as some do in a private window. */
const NO_STORAGE = `for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
}`;

export function describeFavourites(world: () => ConsoleWorld): void {
  describe("a person with favourite flags", () => {
    const { open, visit } = usePages(world);
    const star = (key: string) =>
      visit().page.getByTitle(new RegExp(`^(Add|Remove) ${key} (to|from) your favourites$`));
    const firstOptions = async (count: number): Promise<string[]> => {
      await visit().page.keyboard.press("Control+K");
      const palette = visit().page.getByRole("dialog", { name: "Command palette" });
      await palette.getByRole("option", { name: /Favourite flag/ }).waitFor();
      const texts = await palette.getByRole("option").allTextContents();
      await visit().page.keyboard.press("Escape");
      return texts.slice(0, count);
    };

    it("marks them on their pages and in the list, filters by them, and finds them first", async () => {
      for (const key of ["starred-one", "starred-two"]) await world().save({ key }, "staging");
      const page = await open("#/flags/starred-one?environment=staging");
      await star("starred-one").click();
      await visit().goTo("#/flags?environment=staging&search=starred");
      const row = page.getByRole("row", { name: /starred-two/ });
      const hidden = "getComputedStyle(document.querySelector('[title^=\"Add starred-two\"]')).opacity";
      await row.waitFor();
      expect(await page.evaluate(hidden)).toBe("0");
      await row.hover();
      await star("starred-two").click();
      expect(await layoutFindings(page, { target: 24 })).toEqual([]);
      await star("starred-one").click();
      await page.getByRole("button", { name: /^Filter/ }).click();
      await page.getByLabel("Favourites").selectOption("only");
      await expect.poll(() => page.url()).toContain("favourite=only");
      await expect.poll(() => page.getByRole("link", { name: "starred-one" }).count()).toBe(0);
      await page.getByRole("link", { name: "starred-two" }).waitFor();

      await page.reload();
      await signIn(page, world().keys.adminToken);
      await page.getByRole("link", { name: "starred-two" }).waitFor();
      await expect.poll(() => star("starred-two").getAttribute("aria-pressed")).toBe("true");
      expect(await firstOptions(2)).toEqual(["starred-twoFavourite flag", "starred-oneRecent flag"]);
      // Favourites are a matter of this browser: nothing was written.
      expect(await world().evaluate("starred-two", { environment: "staging" })).toMatchObject({ variant: "off" });
    });

    it("loses nothing but the memory if the browser refuses its storage", async () => {
      await world().save({ key: "starred-private" }, "staging");
      const page = await open("#/flags?environment=staging");
      await page.addInitScript(NO_STORAGE);
      await page.goto(page.url().replace(/#.*/, "#/flags/starred-private?environment=staging"));
      await page.reload();
      await signIn(page, world().keys.adminToken, { isKept: true });
      await star("starred-private").click();
      await expect.poll(() => star("starred-private").getAttribute("aria-pressed")).toBe("true");
      await visit().goTo("#/flags?environment=staging&favourite=only");
      await page.getByRole("link", { name: "starred-private" }).waitFor();
      await page.getByRole("button", { name: "View", exact: true }).click();
      await page.getByRole("menuitem", { name: "Save this view…" }).click();
      await page.getByRole("dialog").getByLabel("Name").fill("private");
      await page.getByRole("button", { name: "Save view" }).click();
      await page.getByText(/^Kept the view “private” only until you close or reload this tab/).waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Admin token").waitFor();
    });

    it.each([false, true])("sees a star of a good size on a phone (touch: %s)", async (isTouch) => {
      await world().save({ key: "starred-phone", tags: ["release"] }, "staging");
      const page = await open("#/flags/starred-phone?environment=staging", {
        isTouch,
        width: 360,
        height: 780,
        scheme: isTouch ? "dark" : "light",
      });
      await star("starred-phone").click();
      const look = async (): Promise<void> => {
        await loaded(page);
        expect(await seriousFindings(page)).toEqual([]);
        expect(await layoutFindings(page, { target: isTouch ? 44 : 24 })).toEqual([]);
        expect(await overflow(page)).toBe(0);
      };
      await look();
      await visit().goTo("#/flags?environment=staging&search=starred-phone");
      await page.getByRole("link", { name: "starred-phone" }).waitFor();
      await look();
    });
  });
}
