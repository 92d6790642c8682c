import { describe, expect, it } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import { expectFocusKept, pressAt, tabTo, tabToPlace, typeInto } from "../support/keyboard.ts";
import { usePages } from "../support/pages.ts";

export function describeKeyboardEditing(world: () => ConsoleWorld): void {
  describe("a person without a pointer on a flag's page", () => {
    const { open } = usePages(world);
    const when = { attribute: "country", operator: "in" as const, values: ["NL"] };
    const rules = [{ id: "home", when, serve: { variant: "on" } }];
    const of = (flag: string, environment: string, country: string) =>
      world().evaluate(flag, { environment, context: { targetingKey: "user-1", country } });

    it.each(["production", "staging"])(
      "edits a rule, reviews, saves, and undoes the change in %s",
      async (environment) => {
        const key = `edited-by-keys-${environment}`;
        await world().save({ key, rules }, environment);
        const page = await open(`#/flags/${key}?environment=${environment}`);
        const confirm = async (): Promise<void> => {
          if (environment === "production") await typeInto(page, "textbox", /to confirm$/, environment);
        };
        await tabToPlace(page, page.locator("summary", { hasText: "1. home" }));
        await page.keyboard.press("Enter");
        await typeInto(page, "textbox", /^Values/, "BE");
        await page.keyboard.press("Control+S");
        await page.getByRole("dialog", { name: `Save ${key} in ${environment}?` }).waitFor();
        await confirm();
        await pressAt(page, "Enter", "button", "Save");
        await expect.poll(() => of(key, environment, "BE")).toMatchObject({ value: true });
        await expectFocusKept(page);

        await pressAt(page, "Enter", "button", "Undo");
        if (environment === "production") {
          await confirm();
          await pressAt(page, "Enter", "button", "Undo the change");
        }
        await expect.poll(() => of(key, environment, "BE")).toMatchObject({ value: false });
        expect(await of(key, environment, "NL")).toMatchObject({ value: true });
        await page.locator("summary", { hasText: "1. home" }).filter({ hasText: "NL" }).waitFor();
        await expectFocusKept(page);
      },
    );

    it("evaluates a context on Try it", async () => {
      await world().save({ key: "tried-by-keys", rules });
      const page = await open("#/try/tried-by-keys?environment=production");
      await typeInto(page, "textbox", "Value of targetingKey", "user-1");
      await typeInto(page, "textbox", "Value of country", "NL");
      await pressAt(page, "Enter", "button", "Evaluate");
      const result = page.getByRole("region", { name: "on", exact: true });
      await result.waitFor();
      await expect.poll(() => result.textContent()).toContain("home");
      expect(await of("tried-by-keys", "production", "NL")).toMatchObject({ value: true, variant: "on" });
      await expectFocusKept(page);

      await tabTo(page, "textbox", "Value of country", { key: "Shift+Tab" });
      await page.keyboard.press("Control+A");
      await page.keyboard.type("BE");
      await page.keyboard.press("Enter");
      await page.getByRole("region", { name: "off", exact: true }).waitFor();
      expect(await of("tried-by-keys", "production", "BE")).toMatchObject({ value: false, variant: "off" });
      await expectFocusKept(page);
    });
  });
}
