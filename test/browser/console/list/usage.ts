import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { addUsage } from "../../../../src/store/usage/add-usage.ts";
import type { CountRow } from "../../../../src/usage/usage-count.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { overflow } from "../support/audit-page.ts";
import type { Visit, VisitOptions } from "../support/visit.ts";

const HOUR_MS = 3_600_000;

/** The evaluations and the owners in the list of flags. */
export function describeListUsage(world: () => ConsoleWorld): void {
  let visit: Visit;
  const open = async (options: Partial<VisitOptions> = {}) => {
    visit = await world().visit({ at: "#/flags?environment=staging&search=drawn-", ...options });
    return visit.page;
  };
  const rowOf = (key: string) =>
    visit.page.getByRole("row").filter({ has: visit.page.getByRole("link", { name: key, exact: true }) });

  describe("the evaluations in the list of flags", () => {
    beforeAll(async () => {
      const hour = Math.floor(Date.now() / HOUR_MS);
      const rows: CountRow[] = [
        ["staging", hour - 48, "drawn-often", "on", "", "", 0, 1000, 0, (hour - 48) * HOUR_MS],
        ["staging", hour, "drawn-often", "on", "", "", 40, 200, hour * HOUR_MS, hour * HOUR_MS],
      ];
      for (const key of ["drawn-often", "drawn-never"])
        await world().save({ key, owner: "checkout-team", description: `The flag ${key}` }, "staging");
      await addUsage(world().db, "drawn", rows);
    });
    afterEach(() => visit?.close());

    it("are a line for each flag, which one request reads after the rows", async () => {
      const requests: string[] = [];
      const page = await open({ token: null });
      page.on("request", (request) => {
        if (request.url().includes("/usage/series")) requests.push(request.url());
      });
      await page.getByLabel("Admin token").fill(world().keys.adminToken);
      await page.getByRole("button", { name: "Sign in" }).click();
      await rowOf("drawn-often").getByRole("img", { name: "1,240 evaluations in 14 days, last today" }).waitFor();
      await rowOf("drawn-never").getByRole("img", { name: "No evaluations in 14 days" }).waitFor();
      expect(requests).toHaveLength(1);
    });

    it("are told apart from flags whose evaluations nobody counts", async () => {
      visit = await world().visit({ token: null, at: "#/flags?environment=staging&search=drawn-never" });
      await visit.page.route("**/usage/series*", async (route) => {
        const body = (await (await route.fetch()).json()) as object;
        await route.fulfill({ json: { ...body, isCounting: false } });
      });
      await visit.page.getByLabel("Admin token").fill(world().keys.adminToken);
      await visit.page.getByRole("button", { name: "Sign in" }).click();
      await rowOf("drawn-never").getByText("not counted").waitFor();
      await expect.poll(() => rowOf("drawn-never").getByRole("img").count()).toBe(0);
    });

    it("leave the list usable if they cannot be read, and have no room on a phone", async () => {
      const page = await open({ width: 360, token: null });
      visit.expectStatus(503);
      await page.route("**/usage/series*", (route) => route.fulfill({ status: 503, body: "" }));
      const failed = page.waitForResponse(/usage\/series/);
      await page.getByLabel("Admin token").fill(world().keys.adminToken);
      await page.getByRole("button", { name: "Sign in" }).click();
      await failed;
      await rowOf("drawn-often").getByText("checkout-team").waitFor();
      await expect.poll(() => page.locator(".spark:visible").count()).toBe(0);
      await expect.poll(() => page.locator(".notice.failed").count()).toBe(0);
      expect(await overflow(page)).toBe(0);
    });
  });

  describe("the list of flags beside four environments", () => {
    afterEach(() => visit?.close());

    it.each([1120, 1280, 1920])("shows names, owners, lines and rows of 44 px at %i px", async (width) => {
      visit = await world().visit({ token: null, width });
      const { page } = visit;
      await page.route("**/api/v1/environments", async (route) => {
        const page = (await (await route.fetch()).json()) as { items: { key: string; name: string }[] };
        const more = ["preview", "load-test"].map((key) => ({ ...page.items[0], key, name: key }));
        await route.fulfill({ json: { ...page, items: [...page.items.slice(0, 2), ...more] } });
      });
      await page.getByLabel("Admin token").fill(world().keys.adminToken);
      await page.getByRole("button", { name: "Sign in" }).click();
      const row = rowOf("checkout-redesign");
      await row.getByText("checkout", { exact: true }).first().waitFor();
      await expect.poll(() => page.getByRole("columnheader").count()).toBeGreaterThanOrEqual(8);
      await expect.poll(() => row.locator(".owner").isVisible()).toBe(true);
      await expect.poll(() => row.locator("td.evaluated").isVisible()).toBe(true);
      await expect.poll(async () => (await row.boundingBox())?.height).toBe(44);
      expect(await overflow(page)).toBe(0);
      // Whole, and not cut off with an ellipsis.
      const link = `document.querySelector('a.row-link[title="checkout-redesign"]')`;
      await expect.poll(() => page.evaluate(`${link}.scrollWidth - ${link}.clientWidth`)).toBe(0);
    });
  });
}
