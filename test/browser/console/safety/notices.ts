import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { loaded } from "../support/loaded.ts";
import { usePages } from "../support/pages.ts";

/** The buttons at the end of the dialog that something else covers, after scrolling to each. */
const COVERED = `[...document.querySelectorAll("dialog[open] footer button")]
  .filter((button) => {
    button.scrollIntoView({ block: "nearest" });
    const { left, top, width, height } = button.getBoundingClientRect();
    const points = [[width / 2, 2], [width / 2, height - 2], [2, height / 2], [width - 2, height / 2]];
    return points.some(([x, y]) => !button.contains(document.elementFromPoint(left + x, top + y)));
  })
  .map((button) => button.textContent)`;

/** Messages about earlier actions, while a dialog asks for the next one. */
export function describeNotices(world: () => ConsoleWorld): void {
  describe("notices over an open dialog", () => {
    const { visit, open } = usePages(world);

    /** Fails to switch these flags in the list. The notices of failures stay. */
    async function fail(page: Page, keys: readonly string[]): Promise<void> {
      const path = "**/environments/staging/flags/notices-*";
      visit().expectStatus(500);
      await page.route(path, (route) => route.fulfill({ status: 500, json: { title: "the database is away" } }));
      for (const key of keys) {
        await page.getByRole("switch", { name: `${key} enabled` }).click();
        await page.locator(".notice").filter({ hasText: key }).waitFor();
      }
      await page.unroute(path);
    }

    it.each([
      ["light", 360, 640],
      ["dark", 600, 700],
      ["light", 1280, 640],
    ] as const)("cover none of its buttons: %s, %i × %i px", async (scheme, width, height) => {
      await world().save({ key: "notices-review" }, "staging");
      for (const key of ["notices-a", "notices-b"]) await world().save({ key }, "staging");
      const page = await open("#/flags?environment=staging&search=notices-", { scheme });
      await fail(page, ["notices-a", "notices-b"]);
      await page.setViewportSize({ width, height });
      await visit().goTo("#/flags/notices-review?environment=staging&tab=settings");
      await loaded(page);
      // One dialog that fits, and one that scrolls.
      for (const words of [1, 150]) {
        await page.getByLabel("Description", { exact: true }).fill("A long text ".repeat(words));
        await page.getByRole("button", { name: "Review and save" }).click();
        const dialog = page.getByRole("dialog");
        await dialog.locator(".notice").filter({ hasText: "notices-b" }).waitFor();
        expect(await page.evaluate(COVERED)).toEqual([]);
        await expect.poll(() => dialog.locator(".notice").first().isVisible()).toBe(true);
        await dialog.getByRole("button", { name: "Keep editing" }).click();
        await dialog.waitFor({ state: "detached" });
      }
      expect(await seriousFindings(page)).toEqual([]);
    });
  });
}
