import { describe, expect, it } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import { chooseRadio, expectFocusKept, pressAt, tabTo, typeInto } from "../support/keyboard.ts";
import { usePages } from "../support/pages.ts";

const AUDIENCES = ["Nobody yet", "Everybody", "A percentage of everybody", "A segment", "Some people"];
const READERS = ["Servers only", "Browsers and apps too"];
const SUBJECTS = Array.from({ length: 200 }, (_, i) => `customer-${i}`);

export function describeKeyboardFlags(world: () => ConsoleWorld): void {
  describe("a person without a pointer", () => {
    const { open, start } = usePages(world);

    it("signs in, and finds a flag", async () => {
      await world().save({ key: "found-by-keys", default: { variant: "on" } });
      const page = await start();
      await typeInto(page, "textbox", "Admin token", world().keys.adminToken);
      await page.keyboard.press("Enter");
      await page.getByRole("switch", { name: "found-by-keys enabled" }).waitFor();
      await expectFocusKept(page);
      await page.keyboard.press("/");
      await page.keyboard.type("found-by");
      await expect.poll(() => page.getByRole("row").count()).toBe(2);
      await pressAt(page, "Enter", "link", "found-by-keys");
      await page.getByRole("heading", { name: "found-by-keys", level: 1 }).waitFor();
      await expectFocusKept(page);
      await expect.poll(() => page.getByRole("switch", { name: "found-by-keys enabled" }).isChecked()).toBe(true);
      expect(await world().evaluate("found-by-keys")).toMatchObject({ value: true });
    });

    it("creates a boolean flag that is on for 10% of NL", async () => {
      const page = await open("#/flags?environment=production");
      await page.keyboard.press("n");
      await typeInto(page, "textbox", "Name", "Made by keys");
      await chooseRadio(page, AUDIENCES, "Some people");
      await typeInto(page, "combobox", "Attribute", "country");
      await page.keyboard.press("Tab");
      await typeInto(page, "textbox", "is one of", "NL");
      await typeInto(page, "textbox", "Percentage of them", "10");
      await chooseRadio(page, READERS, "Browsers and apps too");
      await pressAt(page, "Enter", "button", "Review and create");
      await page.getByRole("dialog", { name: "Create made-by-keys?" }).waitFor();
      await typeInto(page, "textbox", /to confirm$/, "production");
      await pressAt(page, "Enter", "button", "Create flag");
      await page.getByRole("heading", { name: "made-by-keys", level: 1 }).waitFor();
      await expectFocusKept(page);

      const served = async (country: string): Promise<number> => {
        const responses = await Promise.all(
          SUBJECTS.map((targetingKey) => world().evaluate("made-by-keys", { context: { targetingKey, country } })),
        );
        return responses.filter(({ value }) => value === true).length;
      };
      await expect.poll(() => served("NL")).toBeGreaterThan(5);
      expect(await served("NL")).toBeLessThan(40);
      expect(await served("BE")).toBe(0);
    });

    it("turns a flag off in production, and on again with the environment's key", async () => {
      await world().save({ key: "switched-by-keys", default: { variant: "on" } });
      const page = await open("#/flags?environment=production");
      await page.keyboard.press("/");
      await page.keyboard.type("switched-by-keys");
      await expect.poll(() => page.getByRole("row").count()).toBe(2);
      await pressAt(page, "Space", "switch", "switched-by-keys enabled");
      await pressAt(page, "Enter", "button", "Turn off");
      await expect.poll(() => world().evaluate("switched-by-keys")).toMatchObject({ reason: "DISABLED", value: false });
      await expectFocusKept(page);
      // The focus is at the switch again, so that the same key takes the mistake back.
      await tabTo(page, "switch", "switched-by-keys enabled", { most: 0 });

      await page.keyboard.press("Space");
      await typeInto(page, "textbox", /to confirm$/, "production");
      await page.keyboard.press("Enter");
      await expect.poll(() => world().evaluate("switched-by-keys")).toMatchObject({ reason: "STATIC", value: true });
      await expectFocusKept(page);
    });
  });
}
