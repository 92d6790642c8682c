import { afterEach, describe, expect, it } from "vitest";
import { overflow } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { layoutFindings } from "../support/layout-findings.ts";
import type { Visit, VisitOptions } from "../support/visit.ts";

/** The cards whose parts overlap if each flag was evaluated an hour ago. Only text with ink counts. */
const OVERLAPS = `(() => {
  for (const time of document.querySelectorAll("td.evaluated p")) time.textContent = "60 min. ago";
  const boxes = (row) => [...row.querySelectorAll("td p, .with-tags")].flatMap((one) => [...one.getClientRects()]);
  const crosses = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
  return [...document.querySelectorAll("table.flags tbody tr")]
    .filter((row) => boxes(row).some((a, i) => boxes(row).some((b, j) => j > i && crosses(a, b))))
    .map((row) => row.textContent);
})()`;

/** The room that the parts of a flag have in the list. */
export function describeListWidths(world: () => ConsoleWorld): void {
  let visit: Visit;

  /** Opens the list of a project with this number of environments. Call `release` to let the flags arrive. */
  async function open(count: number, options: Partial<VisitOptions>, isHeld = false) {
    visit = await world().visit({ token: null, ...options });
    const { page } = visit;
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    if (!isHeld) release();
    await page.route("**/api/v1/environments", async (route) => {
      const body = (await (await route.fetch()).json()) as { items: { key: string; name: string }[] };
      const more = ["preview", "load-test"].map((key) => ({ ...body.items[0], key, name: key }));
      await route.fulfill({ json: { ...body, items: [...body.items.slice(0, 2), ...more].slice(0, count) } });
    });
    await page.route("**/environments/production/flags?*", async (route) => {
      await released;
      const body = (await (await route.fetch()).json()) as { items: { enabledIn?: object }[] };
      const items = body.items.map((flag) => ({
        ...flag,
        enabledIn: { ...flag.enabledIn, preview: true, "load-test": false },
      }));
      await route.fulfill({ json: { ...body, items } });
    });
    await page.getByLabel("Admin token").fill(world().keys.adminToken);
    await page.getByRole("button", { name: "Sign in" }).click();
    return { page, release };
  }
  const arrived = () => visit.page.getByRole("link", { name: "api-requests-per-minute", exact: true }).waitFor();

  describe("the list of flags in a narrow window", () => {
    afterEach(async () => {
      await visit?.page.unrouteAll({ behavior: "ignoreErrors" });
      await visit?.close();
    });

    it.each([
      [2, 1280],
      [2, 1120],
      [2, 1024],
      [3, 1280],
      [3, 1120],
      [3, 1024],
      [4, 1280],
      [4, 1120],
      [4, 1024],
    ])("shows the names of %i environments and a long key whole at %i px", async (count, width) => {
      const key = "checkout-payments-redesign";
      await world().save({ key });
      const { page } = await open(count, { width });
      await page.getByRole("link", { name: key, exact: true }).waitFor();
      const names = page.locator(".environment-name");
      await expect.poll(() => names.count()).toBe(count);
      const room = `[...document.querySelectorAll(".environment-name")].map((one) => ({
        name: one.textContent,
        isCut: one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight,
        lines: Math.round(one.clientHeight / 18),
        isSmall: parseFloat(getComputedStyle(one).fontSize) < 12,
      }))`;
      const whole = { isCut: false, isSmall: false, lines: 1 };
      await expect
        .poll(() => page.evaluate(room))
        .toEqual(Array.from({ length: count }, () => expect.objectContaining(whole)));
      const link = `document.querySelector('a.row-link[title="${key}"]')`;
      await expect.poll(() => page.evaluate(`${link}.scrollWidth - ${link}.clientWidth`)).toBe(0);
      const rows = `[...new Set([...document.querySelectorAll("table.flags tbody tr")].map((row) => row.clientHeight))]`;
      await expect.poll(() => page.evaluate(rows)).toEqual([44]);
      expect(await overflow(page)).toBe(0);
    });

    it("gives the key its room before the tag, which shows where both have room", async () => {
      const { page } = await open(2, { width: 1120 });
      await arrived();
      const row = page.getByRole("row").filter({ hasText: "api-requests-per-minute" });
      const line = (await row.locator(".with-tags").boundingBox())!;
      const tag = row.locator("button.tag");
      await expect.poll(async () => (await tag.boundingBox())!.y).toBeLessThan(line.y + line.height);
      await page.setViewportSize({ width: 1024, height: 700 });
      await expect.poll(async () => (await tag.boundingBox())!.y).toBeGreaterThanOrEqual(line.y + line.height);
      // A person without a pointer still sees the tag that has the focus.
      await row.getByRole("link").focus();
      await page.keyboard.press("Tab");
      await expect.poll(async () => (await tag.boundingBox())!.y).toBeLessThan(line.y + line.height);
    });

    it.each([
      ["light", 2],
      ["dark", 2],
      ["light", 4],
      ["dark", 4],
    ] as const)("has low cards with whole keys on a phone: %s, %i environments", async (scheme, count) => {
      const { page } = await open(count, { width: 360, height: 780, isTouch: true, scheme });
      await arrived();
      const heights =
        '[...document.querySelectorAll("table.flags tbody tr")].map((row) => row.getBoundingClientRect().height)';
      await expect.poll(() => page.evaluate(`Math.max(...${heights})`)).toBeLessThanOrEqual(120);
      const row = page.getByRole("row").filter({ hasText: "api-requests-per-minute" });
      await row.getByText("web-platform").waitFor();
      await row.getByRole("switch", { name: "api-requests-per-minute in staging" }).waitFor();
      expect(await page.evaluate(OVERLAPS)).toEqual([]);
      expect(await layoutFindings(page, { target: 44 })).toEqual([]);
      expect(await overflow(page)).toBe(0);
    });

    it.each([1280, 360])("fills the screen while it loads, and no row moves when it arrives: %i px", async (width) => {
      const { page, release } = await open(2, { width, height: 780, isTouch: width === 360 }, true);
      // Not that of the page before its environments are known.
      const skeleton = page.locator(".flag-rows[role=status]");
      await skeleton.waitFor();
      const place = (await skeleton.locator("span").first().boundingBox())!;
      const { y, height } = (await skeleton.boundingBox())!;
      expect(780 - (y + height)).toBeLessThan(place.height);
      expect(await page.evaluate("document.documentElement.scrollHeight")).toBe(780);
      release();
      await arrived();
      const row = (await page.locator("table.flags tbody tr").first().boundingBox())!;
      expect(Math.abs(row.y - place.y)).toBeLessThan(2);
      expect(Math.abs(row.height - place.height)).toBeLessThan(4);
    });
  });
}
