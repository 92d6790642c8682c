import { describe, expect, it } from "vitest";
import { createClient } from "../../../../sdk/client/client.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { useTasks } from "./task.ts";

/** The steps of the tasks in the tabs of a flag in production. */
export function describeProductionSteps(world: () => ConsoleWorld): void {
  describe("the steps from a flag's page in production", () => {
    const { start } = useTasks(world);

    it("a copy to another environment takes three steps and one confirmation", async () => {
      await world().save({ key: "steps-copy" });
      await world().save({ key: "steps-copy", default: { variant: "on" } }, "staging");
      const { page, steps } = await start("#/flags/steps-copy?environment=staging");
      await steps.press(page.getByRole("tab", { name: "Settings" }));
      await steps.press(page.getByRole("button", { name: "Copy configuration to production…" }));
      const dialog = page.getByRole("dialog", { name: "Copy steps-copy from staging to production?" });
      await steps.confirm(dialog, "production");
      await steps.press(dialog.getByRole("button", { name: "Copy to production" }));
      await expect.poll(() => world().evaluate("steps-copy")).toMatchObject({ value: true });
      expect(steps.taken).toEqual({ steps: 3, confirmations: 1 });
    });

    it("reverting a change from the flag's history takes four steps and one confirmation", async () => {
      await world().save({ key: "steps-revert", default: { variant: "off" } });
      await world().save({ key: "steps-revert", default: { variant: "on" } });
      const { page, steps } = await start("#/flags/steps-revert?environment=production");
      await steps.press(page.getByRole("tab", { name: "History" }));
      const entry = page.getByRole("listitem").filter({ hasText: "Everyone else: off → on" });
      await steps.press(entry.getByRole("button", { name: /^Actions for the change/ }));
      await steps.press(page.getByRole("menuitem", { name: "Undo this change" }));
      const dialog = page.getByRole("dialog", { name: "Save steps-revert in production?" });
      await steps.confirm(dialog, "production");
      await steps.press(dialog.getByRole("button", { name: "Save", exact: true }));
      await expect.poll(() => world().evaluate("steps-revert")).toMatchObject({ value: false, reason: "STATIC" });
      expect(steps.taken).toEqual({ steps: 4, confirmations: 1 });
    });
  });

  describeProductionMoreSteps(world);
}

function describeProductionMoreSteps(world: () => ConsoleWorld): void {
  describe("the steps to see who changed a flag, and to remove it", () => {
    const { start } = useTasks(world);

    it("seeing who changed a flag and why takes one step", async () => {
      await world().save({ key: "steps-who", default: { variant: "on" } });
      const { colo, keys } = world();
      const token = () => keys.adminToken;
      const api = createClient({ url: (await colo.miniflare.ready).origin, token, note: () => "OPS-1" });
      await api.call("patchFlag", { path: { env: "production", key: "steps-who" }, body: { enabled: false } });
      const { page, steps } = await start("#/flags/steps-who?environment=production");
      await steps.press(page.getByRole("tab", { name: "History" }));
      const entry = page.getByRole("listitem").filter({ hasText: "State: on → off" });
      await entry.getByText("OPS-1").first().waitFor();
      await expect.poll(() => entry.textContent()).toContain("Seeded admin token");
      expect(steps.taken).toEqual({ steps: 1, confirmations: 0 });
      await expect.poll(() => world().evaluate("steps-who")).toMatchObject({ value: false, reason: "DISABLED" });
    });

    it.each([
      ["archiving", "steps-archive", "Archive…", "Archive flag"],
      ["deleting", "steps-delete", "Delete from production…", "Delete flag"],
    ])("%s a flag takes three steps and one confirmation", async (_, key, opener, action) => {
      await world().save({ key, default: { variant: "on" } });
      await expect.poll(() => world().evaluate(key)).toMatchObject({ value: true });
      const { page, steps } = await start(`#/flags/${key}?environment=production`);
      await steps.press(page.getByRole("tab", { name: "Settings" }));
      await steps.press(page.getByRole("button", { name: opener }));
      const dialog = page.getByRole("dialog");
      await steps.confirm(dialog, "production");
      await steps.press(dialog.getByRole("button", { name: action }));
      await expect.poll(() => world().evaluate(key)).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });
      expect(steps.taken).toEqual({ steps: 3, confirmations: 1 });
    });
  });
}
