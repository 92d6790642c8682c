import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import { pressAt, tabToPlace, typeInto } from "../support/keyboard.ts";
import { usePages } from "../support/pages.ts";

/** Journeys of a person who saves by Ctrl-S while the focus is in the field with the last change. */
export function describeKeyboardSaving(world: () => ConsoleWorld): void {
  describe("a person who saves by Ctrl-S in the middle of a field", () => {
    const { open } = usePages(world);
    const when = { attribute: "country", operator: "in" as const, values: ["NL"] };
    const rules = [{ id: "home", when, serve: { variant: "on" } }];

    const save = async (page: Page): Promise<void> => {
      await page.keyboard.press("Control+S");
      await page.getByRole("dialog").waitFor();
      await pressAt(page, "Enter", "button", "Save");
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    };

    it("saves the name of a variant that is being typed", async () => {
      await world().save({ key: "renamed-by-keys" }, "staging");
      const page = await open("#/flags/renamed-by-keys?environment=staging&tab=variants");
      const variant = page.getByRole("group", { name: "Variant off" });
      await tabToPlace(page, variant.getByRole("textbox", { name: "Name" }));
      await page.keyboard.press("Control+A");
      await page.keyboard.type("never");
      await save(page);
      const served = () => world().evaluate("renamed-by-keys", { environment: "staging" });
      await expect.poll(served).toMatchObject({ value: false, variant: "never" });
    });

    it("saves the id of a rule that is being typed", async () => {
      await world().save({ key: "rule-by-keys", rules }, "staging");
      const page = await open("#/flags/rule-by-keys?environment=staging");
      await tabToPlace(page, page.locator("summary", { hasText: "1. home" }));
      await page.keyboard.press("Enter");
      await typeInto(page, "textbox", "ID", "at-home");
      await save(page);
      const context = { targetingKey: "user-1", country: "NL" };
      const served = () => world().evaluate("rule-by-keys", { environment: "staging", context });
      await expect.poll(served).toMatchObject({ value: true });
      const path = { env: "staging", key: "rule-by-keys" };
      expect((await world().api.call("getFlag", { path })).body.rules).toEqual([{ ...rules[0], id: "at-home" }]);
    });

    it("saves the value of a segment that is being typed, although nothing else has changed", async () => {
      const path = { env: "staging", key: "keyed" };
      await world().api.call("putSegment", { path, body: { key: "keyed", condition: when } });
      const members = [{ id: "members", when: { segment: "keyed" }, serve: { variant: "on" } }];
      await world().save({ key: "for-keyed", rules: members }, "staging");
      const page = await open("#/segments/keyed?environment=staging");
      await page.keyboard.press("Control+S");
      await page.getByText("Nothing has changed, so there is nothing to save").waitFor();
      await typeInto(page, "textbox", /^Values/, "BE");
      await save(page);
      const context = { targetingKey: "user-1", country: "BE" };
      const served = () => world().evaluate("for-keyed", { environment: "staging", context });
      await expect.poll(served).toMatchObject({ value: true });
    });
  });
}
