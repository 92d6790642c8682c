/** The kit's fields: chips, combobox and JSON. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { seriousFindings } from "../console/support/audit-page.ts";
import type { Open } from "./kit-world.ts";

export function describeFields(open: Open): void {
  describe("a chips input", () => {
    const input = (page: Page) => page.getByRole("combobox", { name: "Countries" });
    const chips = (page: Page): Promise<string[]> =>
      page
        .getByRole("list", { name: /^Countries/ })
        .getByRole("listitem")
        .allTextContents();

    it("makes chips of text typed with Enter and with commas, and says what it did", async () => {
      const page = await open();
      await input(page).pressSequentially("NL,DE");
      await expect.poll(() => chips(page)).toEqual(["Belgium", "NL"]);
      await input(page).press("Enter");
      await expect.poll(() => chips(page)).toEqual(["Belgium", "NL", "DE"]);
      await page.getByText("Added DE.").waitFor();
    });

    it("splits pasted text at commas, tabs and lines, and names the duplicates", async () => {
      const page = await open();
      await page.evaluate("navigator.clipboard.writeText('NL, Belgium\\tDE\\r\\n\"Breda, NL\"\\nDE')");
      await input(page).focus();
      await page.keyboard.press("Control+v");
      await page.getByText("Added 3 values. Already in the list: Belgium, DE").waitFor();
      await expect.poll(() => chips(page)).toEqual(["Belgium", "NL", "DE", "Breda, NL"]);
    });

    it("suggests values that are not chosen yet, by keyboard and by pointer", async () => {
      const page = await open();
      await input(page).pressSequentially("f");
      await input(page).press("ArrowDown");
      await expect.poll(() => page.getByRole("option", { selected: true }).allTextContents()).toEqual(["France"]);
      expect(await seriousFindings(page)).toEqual([]);
      await input(page).press("Enter");
      await expect.poll(() => chips(page)).toEqual(["Belgium", "France"]);
      await page.getByRole("option", { name: "Germany" }).click();
      await expect.poll(() => chips(page)).toEqual(["Belgium", "France", "Germany"]);
      await expect.poll(() => page.getByRole("option").allTextContents()).toEqual(["Netherlands"]);
    });

    it("removes chips with Backspace, and by arrow keys and Delete", async () => {
      const page = await open();
      await input(page).pressSequentially("a1,b1,c1,");
      await input(page).press("Backspace");
      await expect.poll(() => chips(page)).toEqual(["Belgium", "a1", "b1"]);
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("Delete");
      await expect.poll(() => chips(page)).toEqual(["Belgium", "b1"]);
      await page.getByText("Removed a1").waitFor();
      await expect.poll(() => page.evaluate("document.activeElement.ariaLabel")).toBe("Remove b1");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.type("d1,");
      await expect.poll(() => chips(page)).toEqual(["Belgium", "b1", "d1"]);
    });

    it("keeps text that was not finished, and makes the form invalid for a bad value", async () => {
      const page = await open();
      await input(page).pressSequentially("x");
      await page.keyboard.press("Tab");
      await expect.poll(() => chips(page)).toEqual(["Belgium", "x"]);
      await page.getByText("x is too short").waitFor();
      await expect.poll(() => page.locator("form:invalid").count()).toBe(1);
    });

    it("draws only the newest of thousands of values", async () => {
      const page = await open();
      await page.evaluate("navigator.clipboard.writeText(Array.from({ length: 5000 }, (_, i) => 'user-' + i).join())");
      await input(page).focus();
      await page.keyboard.press("Control+v");
      await page.getByText("Added 5,000 values.").waitFor();
      await expect.poll(() => chips(page)).toHaveLength(10);
      await page.getByText("Show 4,991 more").waitFor();
    });

    it("draws thousands of values in pieces, so that the page never stops", async () => {
      const page = await open();
      await page.evaluate("navigator.clipboard.writeText(Array.from({ length: 5000 }, (_, i) => 'user-' + i).join())");
      await input(page).focus();
      await page.keyboard.press("Control+v");
      await page.getByText("Show 4,991 more").waitFor();
      // Counts the chips of each frame until all are drawn.
      const counts = await page.evaluate<number[]>(`new Promise((done) => {
        const counts = [];
        const count = () => {
          const now = document.querySelectorAll(".chip").length;
          counts.push(now);
          if (counts.length > 500 || document.querySelector('[aria-label="Remove Belgium"]')) done(counts);
          else requestAnimationFrame(count);
        };
        document.querySelector("details.more summary").click();
        requestAnimationFrame(count);
      })`);
      const steps = counts.map((now, i) => now - (counts[i - 1] ?? 10));
      expect(counts.at(-1)).toBe(5001);
      expect(Math.max(...steps)).toBeLessThanOrEqual(250);
      await page.getByRole("button", { name: "Remove user-2500", exact: true }).click();
      await page.getByText("Removed user-2500.").waitFor();
    });
  });

  describe("a combobox", () => {
    const input = (page: Page) => page.getByRole("combobox", { name: "Flag" });

    it("shows everything when it opens, finds in spite of a typing error, and chooses with Enter", async () => {
      const page = await open();
      await input(page).press("ArrowDown");
      await expect.poll(() => page.getByRole("option").count()).toBe(3);
      await input(page).fill("chekout red");
      await expect.poll(() => page.getByRole("option").allTextContents()).toEqual(["checkout-redesignFlag"]);
      expect(await seriousFindings(page)).toEqual([]);
      await input(page).press("Enter");
      await page.getByText("Flag: checkout-redesign").waitFor();
      await expect.poll(() => page.getByRole("option").count()).toBe(0);
    });

    it("brings the last value back if the text is not one of its options", async () => {
      const page = await open();
      await input(page).fill("unknown");
      await page.keyboard.press("Tab");
      await expect.poll(() => input(page).inputValue()).toBe("checkout");
    });
  });

  describe("a JSON editor", () => {
    const editor = (page: Page) => page.locator(".json-code .cm-content");

    it("takes typed text, with colours, and gives the form its value", async () => {
      const page = await open();
      await editor(page).click();
      await page.keyboard.press("Control+a");
      await page.keyboard.type('{"a": "b", "c": [1, true]}');
      await page.getByText('JSON: {"a":"b","c":[1,true]}, valid').waitFor();
      const colours = await page.evaluate(`new Set(
        [...document.querySelector(".json-code").shadowRoot.querySelectorAll(".cm-line span")]
          .map((one) => getComputedStyle(one).color),
      ).size`);
      expect(colours).toBeGreaterThan(2);
    });

    it("says the line and column of a mistake, and of a key that occurs twice", async () => {
      const page = await open();
      await editor(page).click();
      await page.keyboard.press("Control+a");
      await page.keyboard.insertText('{"a": 1,\n "a": 2}');
      await page.getByText('line 2, column 2: the key "a" is already used in this object').waitFor();
      await page.getByText('JSON: {"limit":10}, invalid').waitFor();
      await page.keyboard.press("Control+a");
      await page.keyboard.insertText("[1,");
      await page.getByText("line 1, column 4: a value is missing").waitFor();
      await page.locator(".json-code .cm-lintRange-error").first().waitFor();
      expect(await seriousFindings(page)).toEqual([]);
    });

    it("formats, undoes, and lets Tab leave it", async () => {
      const page = await open();
      await editor(page).click();
      await page.keyboard.press("Control+a");
      await page.keyboard.insertText("[1.50,2]");
      await page.getByRole("button", { name: "Format" }).click();
      await expect.poll(() => editor(page).locator(".cm-line").allTextContents()).toEqual(["[", "  1.50,", "  2", "]"]);
      await editor(page).click();
      await page.keyboard.press("Control+z");
      await expect.poll(() => editor(page).locator(".cm-line").allTextContents()).toEqual(["[1.50,2]"]);
      await page.keyboard.press("Tab");
      await expect.poll(() => page.evaluate("document.activeElement.textContent")).toBe("Search");
    });

    it("is a text area if its script cannot be loaded", async () => {
      const page = await open({ without: /json-code/ });
      await page.getByLabel("Value as JSON").fill("[2]");
      await page.getByText("JSON: [2], valid").waitFor();
      await page.getByLabel("Value as JSON").fill("[2");
      await page.getByText("line 1, column 3: ] is missing").waitFor();
    });
  });
}
