import { describe, expect, it } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import { useTasks } from "./task.ts";

/** The steps of the tasks about segments, users and keys. */
export function describeAccessSteps(world: () => ConsoleWorld): void {
  describe("the steps for segments, users and keys", () => {
    const { start } = useTasks(world);

    it("a segment takes five steps from the list of flags", async () => {
      const { page, steps } = await start("#/flags?environment=staging");
      await steps.press(page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Segments" }));
      await steps.press(page.getByRole("link", { name: "New segment" }));
      await steps.fill(page.getByLabel("Key", { exact: true }), "steps-tier");
      await steps.fill(page.getByRole("combobox", { name: "Attribute", exact: true }), "tier");
      await steps.press(page.getByRole("button", { name: "Create segment" }));
      await page.getByRole("heading", { name: "steps-tier", level: 1 }).waitFor();
      expect(steps.taken).toEqual({ steps: 5, confirmations: 0 });
      const rules = [{ id: "tier", when: { segment: "steps-tier" }, serve: { variant: "on" } }];
      await world().save({ key: "steps-segment", rules }, "staging");
      const of = (tier: string) =>
        world().evaluate("steps-segment", { environment: "staging", context: { targetingKey: "user-1", tier } });
      await expect.poll(() => of("pro")).toMatchObject({ value: true });
      expect(await of("free")).toMatchObject({ value: false });
    });

    it("asking why a user gets a variant takes three steps", async () => {
      await world().save({ key: "steps-why", default: { variant: "on" } });
      const { page, steps } = await start("#/flags/steps-why?environment=production");
      await steps.press(page.getByRole("main").getByRole("link", { name: "Try it" }));
      await steps.fill(page.getByLabel("Value of targetingKey"), "ann");
      await steps.press(page.getByRole("button", { name: "Evaluate" }));
      const result = page.getByRole("region", { name: "on", exact: true });
      await result.getByText("Reason STATIC").waitFor();
      expect(steps.taken).toEqual({ steps: 3, confirmations: 0 });
      const context = { targetingKey: "ann" };
      expect(await world().evaluate("steps-why", { context })).toMatchObject({ variant: "on", reason: "STATIC" });
    });
  });

  describeAccessMoreSteps(world);
}

function describeAccessMoreSteps(world: () => ConsoleWorld): void {
  describe("the steps for links and keys", () => {
    const { start } = useTasks(world);

    it("an override link takes four steps, and one more where links are not allowed yet", async () => {
      await world().save({ key: "steps-override" }, "staging");
      const allow = (overridesAllowed: boolean) =>
        world().api.call("updateEnvironment", { path: { env: "staging" }, body: { overridesAllowed } });
      await allow(false);
      const { page, steps } = await start("#/flags/steps-override?environment=staging");
      await steps.press(page.getByRole("button", { name: "Share a variant" }));
      const dialog = page.getByRole("dialog", { name: "Share a variant of steps-override" });
      await steps.press(dialog.getByRole("button", { name: "Allow override links in staging" }));
      await steps.fill(dialog.getByLabel("Page in your app"), "https://shop.example.com/cart");
      await steps.press(dialog.getByRole("button", { name: "Create link" }));
      await steps.press(dialog.getByRole("button", { name: "Copy the link" }));
      expect(steps.taken).toEqual({ steps: 5, confirmations: 0 });
      const link = new URL(await page.evaluate<string>("navigator.clipboard.readText()"));
      const overrides = link.searchParams.get("burgee-overrides") ?? "";
      const staging = { environment: "staging" };
      const served = () => world().evaluate("steps-override", { ...staging, overrides });
      await expect.poll(served).toMatchObject({ value: true });
      expect(await world().evaluate("steps-override", staging)).toMatchObject({ value: false });
      await allow(false);
    });

    it("a key takes three steps, and its revocation three and one confirmation", async () => {
      const { page, steps } = await start("#/keys?environment=production");
      await steps.press(page.getByRole("button", { name: "New key" }));
      await steps.fill(page.getByLabel("Name"), "steps-key");
      await steps.press(page.getByRole("button", { name: "Create key" }));
      const dialog = page.getByRole("dialog", { name: "Your new SDK key" });
      const key = ((await dialog.getByLabel("Key", { exact: true }).textContent()) ?? "").trim();
      expect(steps.taken).toEqual({ steps: 3, confirmations: 0 });
      const status = async () => (await world().evaluate("checkout-redesign", { key })).status;
      await expect.poll(status).toBe(200);
      await dialog.getByRole("button", { name: "Done" }).click();

      await steps.press(page.getByRole("button", { name: "Actions for steps-key" }));
      await steps.press(page.getByRole("menuitem", { name: "Revoke" }));
      const revoke = page.getByRole("dialog", { name: "Revoke steps-key?" });
      // The environment's key instead of 12 random characters. Outside production, nothing is typed.
      await steps.confirm(revoke, "production");
      await steps.press(revoke.getByRole("button", { name: "Revoke" }));
      await expect.poll(status).toBe(401);
      expect(steps.taken).toEqual({ steps: 6, confirmations: 1 });
    });
  });
}
