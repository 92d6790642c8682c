import { describe, expect, it } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import { jsonField } from "../support/json-field.ts";
import { useTasks } from "./task.ts";

/** The steps of the tasks that begin at the list of flags, or before it. */
export function describeListSteps(world: () => ConsoleWorld): void {
  describe("the steps from the list of flags", () => {
    const { start } = useTasks(world);

    it("signing in takes two steps", async () => {
      await world().save({ key: "steps-sign-in", default: { variant: "on" } });
      const { page, steps } = await start("#/flags?environment=production", { token: null });
      await steps.fill(page.getByLabel("Admin token"), world().keys.adminToken);
      await steps.press(page.getByRole("button", { name: "Sign in" }));
      const toggle = page.getByRole("switch", { name: "steps-sign-in enabled" });
      await expect.poll(() => toggle.isChecked()).toBe(true);
      expect(steps.taken).toEqual({ steps: 2, confirmations: 0 });
      expect(await world().evaluate("steps-sign-in")).toMatchObject({ value: true, reason: "STATIC" });
    });

    it("finding a flag takes two steps, and its page says what the edge serves", async () => {
      await world().save({ key: "steps-found", default: { variant: "on" } });
      const { page, steps } = await start("#/flags?environment=production");
      await steps.fill(page.getByRole("searchbox", { name: "Search flags" }), "ps-fou");
      await steps.press(page.getByRole("link", { name: "steps-found", exact: true }));
      await page.getByRole("heading", { name: "steps-found", level: 1 }).waitFor();
      expect(steps.taken).toEqual({ steps: 2, confirmations: 0 });
      await expect.poll(() => page.getByRole("switch", { name: "steps-found enabled" }).isChecked()).toBe(true);
      expect(await world().evaluate("steps-found")).toMatchObject({ value: true });
    });
  });

  describeListMoreSteps(world);
}

function describeListMoreSteps(world: () => ConsoleWorld): void {
  describe("the steps to create a flag and to turn one off", () => {
    const { start } = useTasks(world);

    it("a JSON flag with three variants takes seven steps, and is on for everybody", async () => {
      const { page, steps } = await start("#/flags?environment=staging");
      await steps.press(page.getByRole("link", { name: "New flag" }));
      await steps.fill(page.getByLabel("Name", { exact: true }), "Steps limits");
      await steps.choose(page.getByLabel("Type", { exact: true }), "JSON");
      const values = { treatment: { items: 10 }, control: { items: 20 }, variant: { items: 30 } };
      const field = jsonField(page, "Values as JSON");
      await field.locator(".json-code").waitFor();
      await steps.fill(field.getByRole("textbox"), JSON.stringify(values));
      await steps.press(page.getByRole("radio", { name: "Everybody", exact: true }));
      await steps.press(page.getByRole("button", { name: "Review and create" }));
      const dialog = page.getByRole("dialog", { name: "Create steps-limits?" });
      await steps.press(dialog.getByRole("button", { name: "Create flag" }));
      await page.getByText(/^steps-limits now exists in/).waitFor();
      expect(steps.taken).toEqual({ steps: 7, confirmations: 0 });
      const staging = { environment: "staging" };
      await expect.poll(() => world().evaluate("steps-limits", staging)).toMatchObject({ value: { items: 10 } });
      expect(await world().evaluate("steps-limits")).toMatchObject({ value: { items: 20 }, reason: "DISABLED" });
    });

    it("turning a flag off in production takes two steps and no confirmation", async () => {
      await world().save({ key: "steps-kill", default: { variant: "on" } });
      const { page, steps } = await start("#/flags?environment=production");
      await steps.press(page.getByRole("switch", { name: "steps-kill enabled" }));
      await steps.press(page.getByRole("dialog").getByRole("button", { name: "Turn off" }));
      await expect.poll(() => world().evaluate("steps-kill")).toMatchObject({ value: false, reason: "DISABLED" });
      expect(steps.taken).toEqual({ steps: 2, confirmations: 0 });
    });
  });
}
