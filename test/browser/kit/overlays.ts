/** The kit's tooltip, command palette and plot. */
import { describe, expect, it } from "vitest";
import { seriousFindings } from "../console/support/audit-page.ts";
import type { Open } from "./kit-world.ts";

export function describeOverlays(open: Open): void {
  describe("a tooltip", () => {
    it("appears with the keyboard's focus, describes its control, and goes with Escape", async () => {
      const page = await open();
      const button = page.getByRole("button", { name: "Saved" });
      await page.getByRole("tabpanel").focus();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      const tip = page.getByRole("tooltip");
      await tip.waitFor();
      await expect.poll(() => tip.textContent()).toBe("Saved three minutes ago");
      await expect.poll(() => button.getAttribute("aria-describedby")).toBe(await tip.getAttribute("id"));
      expect(await seriousFindings(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await expect.poll(() => tip.isVisible()).toBe(false);
    });

    it("appears under the pointer beside its control", async () => {
      const page = await open();
      await page.getByRole("button", { name: "Saved" }).hover();
      await page.getByRole("tooltip").waitFor();
      const tip = await page.getByRole("tooltip").boundingBox();
      const button = await page.getByRole("button", { name: "Saved" }).boundingBox();
      if (tip === null || button === null) throw new Error("the tooltip is not shown");
      expect(Math.abs(tip.y - button.y - button.height)).toBeLessThan(10);
      await page.mouse.move(0, 0);
      await expect.poll(() => page.getByRole("tooltip").isVisible()).toBe(false);
    });
  });

  describe("a command palette", () => {
    it("finds among 5,000 commands by keyboard, runs the chosen one, and gives the focus back", async () => {
      const page = await open();
      await page.getByRole("button", { name: "Search" }).press("Enter");
      await page.getByText("and 4,953 more: type to narrow").waitFor();
      await page.keyboard.type("chekout");
      await expect
        .poll(() => page.getByRole("option").allTextContents())
        .toEqual(["checkoutFlag", "checkout-redesignFlag", "checkout-redesign-2Flag"]);
      expect(await seriousFindings(page)).toEqual([]);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.getByText("Chosen: checkout-redesign", { exact: true }).waitFor();
      await expect.poll(() => page.evaluate("document.activeElement.textContent")).toBe("Search");
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    });

    it("says that nothing matches, and closes with Escape", async () => {
      const page = await open({ width: 360 });
      await page.getByRole("button", { name: "Search" }).click();
      await page.keyboard.type("zzzz");
      await page.getByText('Nothing matches "zzzz"').waitFor();
      await page.keyboard.press("Escape");
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    });
  });

  describe("a plot", () => {
    it("draws lines, and tells the values at the time that the arrow keys select", async () => {
      const page = await open();
      await page.locator(".time-plot canvas").waitFor();
      const plot = page.getByRole("slider", { name: "Time in Evaluations" });
      await expect.poll(() => plot.getAttribute("aria-valuetext")).toMatch(/, on 123, off 223$/);
      await plot.press("ArrowLeft");
      await plot.press("ArrowLeft");
      await plot.press("ArrowLeft");
      await expect.poll(() => plot.getAttribute("aria-valuetext")).toMatch(/, on 120, off 220, Version 12$/);
      await plot.press("Home");
      await page.getByText("off 200").waitFor();
      expect(await seriousFindings(page)).toEqual([]);
    });

    it("draws in the colours of the scheme, also after it changes", async () => {
      const page = await open();
      const pixels = (): Promise<unknown> => page.evaluate('document.querySelector(".time-plot canvas").toDataURL()');
      await page.locator(".time-plot canvas").waitFor();
      const light = await pixels();
      await page.emulateMedia({ colorScheme: "dark" });
      await expect.poll(pixels).not.toBe(light);
    });

    it("tells the values under the pointer", async () => {
      const page = await open();
      await page.locator(".time-plot .u-over").hover({ position: { x: 2, y: 40 } });
      await page.getByText("on 100").waitFor();
      await page.mouse.move(0, 0);
      await page.getByText("on 123").waitFor();
    });

    it("keeps its latest values if its script cannot be loaded", async () => {
      const page = await open({ without: /time-plot/ });
      await page.getByText("The plot could not be loaded").waitFor();
      await page.getByText("on 123").waitFor();
    });
  });
}
