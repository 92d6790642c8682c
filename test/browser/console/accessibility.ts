import { afterEach, describe, expect, it } from "vitest";
import { keyboardFindings, overflow, seriousFindings } from "./support/audit-page.ts";
import { layoutFindings } from "./support/layout-findings.ts";
import type { ConsoleWorld } from "./support/console-world.ts";
import { INNER_PAGES, loaded, pageAddresses } from "./support/loaded.ts";
import { signIn, type Visit, type VisitOptions } from "./support/visit.ts";

const UNKNOWN_FLAG = "#/flags/no-such-flag?environment=production";

/** These tests go through a dozen pages and wait for nothing, so their time depends only on the machine. */
const EVERY_PAGE = { timeout: 180_000 };

const SIZES = { desk: { width: 1280, height: 900 }, phone: { width: 360, height: 780 } };

export function describeAccessibility(world: () => ConsoleWorld): void {
  let visit: Visit;
  const open = async (options: Partial<VisitOptions> = {}): Promise<Visit> => (visit = await world().visit(options));
  afterEach(() => visit?.close());

  describe.each(["light", "dark"] as const)("in %s", (scheme) => {
    it.each(["desk", "phone"] as const)("passes axe on every page: %s", EVERY_PAGE, async (size) => {
      const { page, goTo } = await open({ scheme, ...SIZES[size] });
      const findings: Record<string, string[]> = {};
      for (const address of [...(await pageAddresses(page)), ...INNER_PAGES, UNKNOWN_FLAG]) {
        if (address === UNKNOWN_FLAG) visit.expectStatus(404);
        await goTo(address);
        await loaded(page);
        findings[address] = await seriousFindings(page);
        const wider = await overflow(page);
        if (wider > 0) findings[address].push(`the page is ${wider} px wider than the window`);
      }
      expect(Object.entries(findings).filter(([, found]) => found.length > 0)).toEqual([]);
    });

    it.each(["desk", "phone"] as const)(
      "draws clear edges and targets that can be hit: %s",
      EVERY_PAGE,
      async (size) => {
        const { page, goTo } = await open({ scheme, ...SIZES[size], isTouch: size === "phone" });
        const findings: Record<string, string[]> = {};
        for (const address of [...(await pageAddresses(page)), ...INNER_PAGES]) {
          await goTo(address);
          await loaded(page);
          findings[address] = await layoutFindings(page, { target: size === "phone" ? 44 : 24 });
        }
        expect(Object.entries(findings).filter(([, found]) => found.length > 0)).toEqual([]);
      },
    );

    it.each(["desk", "phone"] as const)("passes axe on the sign-in page and in dialogs: %s", async (size) => {
      const { page } = await open({ token: null, scheme, ...SIZES[size] });
      expect(await seriousFindings(page)).toEqual([]);
      await signIn(page, world().keys.adminToken);
      await page.getByRole("switch").first().click();
      await page.getByRole("dialog").waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await visit.goTo("#/keys");
      await page.getByRole("button", { name: "New key" }).click();
      expect(await seriousFindings(page)).toEqual([]);
    });
  });

  describe("the keyboard alone", () => {
    it("reaches every control on the pages of the navigation, with a visible focus", EVERY_PAGE, async () => {
      const { page } = await open();
      expect(await findingsOf(await pageAddresses(page))).toEqual([]);
    });

    it("reaches every control on all other pages, with a visible focus", EVERY_PAGE, async () => {
      await open();
      visit.expectStatus(404);
      expect(await findingsOf([...INNER_PAGES, UNKNOWN_FLAG])).toEqual([]);
    });

    /** Returns the addresses of the pages with findings, and the findings. */
    async function findingsOf(addresses: readonly string[]): Promise<[address: string, findings: string[]][]> {
      const findings: [string, string[]][] = [];
      for (const address of addresses) {
        await visit.goTo(address);
        await loaded(visit.page);
        findings.push([address, await keyboardFindings(visit.page)]);
      }
      return findings.filter(([, found]) => found.length > 0);
    }

    it("is enough to sign in, find a flag, and turn it off and on", async () => {
      const { page } = await open({ token: null });
      await page.keyboard.press("Tab");
      await page.keyboard.type(world().keys.adminToken);
      await page.keyboard.press("Enter");
      await loaded(page);
      await page.getByRole("searchbox", { name: "Search flags" }).focus();
      await page.keyboard.type("checkout-redesign");
      for (const [action, isOn, typed] of [
        ["Turn off", false, "a reason"],
        ["Turn on", true, "production"],
      ] as const) {
        const flag = page.getByRole("switch", { name: "checkout-redesign enabled" });
        await flag.focus();
        await page.keyboard.press("Space");
        await page.getByRole("dialog").getByRole("button", { name: action }).waitFor();
        await page.keyboard.type(typed);
        await page.keyboard.press("Enter");
        await expect.poll(() => flag.isChecked()).toBe(isOn);
      }
    });

    it("cannot leave an open dialog, and returns to the opener when it closes", async () => {
      const { page } = await open({ at: "#/keys?environment=production" });
      const opener = page.getByRole("button", { name: "New key" });
      await opener.focus();
      await page.keyboard.press("Enter");
      await page.getByRole("dialog", { name: /New SDK key/ }).waitFor();
      expect(await keyboardFindings(page)).toEqual([]);
      for (let step = 0; step < 20; step++) {
        await page.keyboard.press("Tab");
        // Between the last control and the first one, the focus is in the browser's own window.
        expect(
          await page.evaluate(
            "document.activeElement.closest('dialog') !== null || document.activeElement === document.body",
          ),
        ).toBe(true);
      }
      await page.keyboard.press("Escape");
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
      await expect.poll(() => page.locator(":focus").and(opener).count()).toBe(1);
    });
  });
}
