import { describe, expect, it } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import { HOME, useSentences } from "../support/sentences.ts";

/** Journeys of a person who adds, changes and removes the conditions of a rule in its sentence. */
export function describeConditionSentences(world: () => ConsoleWorld): void {
  describe("the conditions in the sentence of a rule", () => {
    const { page, openRule, part, save, stored } = useSentences(world);

    it("keep text that is not a value while an earlier condition is removed", async () => {
      const plan = { attribute: "plan", operator: "equals" as const, values: ["pro"] };
      const seats = { attribute: "seats", operator: "gte" as const, values: [5] };
      await openRule("conditions-kept", { when: { all: [HOME, plan, seats] }, serve: { variant: "on" } });
      await part("Rule 1, seats, values: 5").click();
      const value = page().getByRole("textbox", { name: "Value", exact: true });
      await value.fill("ten");
      await part("Rule 1, attribute: country").click();
      await page().getByRole("button", { name: "Remove this condition" }).click();
      await part("Rule 1, attribute: country").waitFor({ state: "detached" });
      expect(await value.inputValue()).toBe("ten");
      await value.fill("10");
      await save();
      expect((await stored("conditions-kept"))[0]?.when).toEqual({ all: [plan, { ...seats, values: [10] }] });
      const of = (seats: number) =>
        world().evaluate("conditions-kept", {
          environment: "staging",
          context: { targetingKey: "user-1", country: "DE", plan: "pro", seats },
        });
      await expect.poll(() => of(10)).toMatchObject({ value: true });
      expect(await of(9)).toMatchObject({ value: false });
    });
  });
}
