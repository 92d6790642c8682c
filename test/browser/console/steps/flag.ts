import { describe, expect, it } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import { useTasks } from "./task.ts";

const DAY_MS = 86_400_000;
const USERS = Array.from({ length: 100 }, (_, i) => `user-${i}`);
const STAGING = { environment: "staging" };

/** The steps of the changes that begin at the page of a flag. */
export function describeFlagSteps(world: () => ConsoleWorld): void {
  describe("the steps to change a flag from its page", () => {
    const { start } = useTasks(world);
    /** Returns what the worker would serve at an instant. */
    const servedAt = async (key: string, instant: number): Promise<unknown> => {
      const body = { context: { targetingKey: "user-1" }, at: new Date(instant).toISOString() };
      return (await world().api.call("explainFlag", { path: { env: "staging", key }, body })).body.resolution[
        "variant"
      ];
    };

    it("a change tomorrow at 9:00 takes seven steps", async () => {
      await world().save({ key: "steps-tomorrow" }, "staging");
      const at = "#/flags/steps-tomorrow?environment=staging";
      const { page, steps, save } = await start(at, { timezone: "Europe/Berlin" });
      const tomorrow = new Date(Date.now() + DAY_MS).toLocaleDateString("sv-SE", { timeZone: "Europe/Berlin" });
      await steps.press(page.getByRole("button", { name: "Add rule" }));
      const rule = page.getByRole("listitem").filter({ hasText: "rule-1" });
      await steps.press(rule.getByRole("button", { name: "Remove this condition" }));
      await steps.press(rule.getByText("Edit all"));
      await steps.press(rule.getByText(/^Schedule:/));
      await steps.fill(rule.getByLabel("Active from (Europe/Berlin)"), `${tomorrow}T09:00`);
      await save();
      expect(steps.taken).toEqual({ steps: 7, confirmations: 0 });
      const path = { env: "staging", key: "steps-tomorrow" };
      const begins = Date.parse((await world().api.call("getFlag", { path })).body.rules?.[0]?.from ?? "");
      const local = new Date(begins).toLocaleString("sv-SE", { timeZone: "Europe/Berlin" });
      expect(local).toBe(`${tomorrow} 09:00:00`);
      expect(await world().evaluate("steps-tomorrow", STAGING)).toMatchObject({ value: false });
      expect(await servedAt("steps-tomorrow", begins - 60_000)).toBe("off");
      expect(await servedAt("steps-tomorrow", begins + 60_000)).toBe("on");
    });

    it("another value of a rule and another share take six steps", async () => {
      const when = { attribute: "country", operator: "in" as const, values: ["NL"] };
      const rollout = { weights: [["on", 10_000] as [string, number]] };
      await world().save({ key: "steps-share", rules: [{ id: "home", when, serve: { rollout } }] }, "staging");
      const { page, steps, save } = await start("#/flags/steps-share?environment=staging");
      await steps.press(page.getByRole("button", { name: "Rule 1, country, values: NL" }));
      await steps.fill(page.getByRole("textbox", { name: "Values", exact: true }), "BE");
      await steps.press(page.getByRole("button", { name: "Rule 1, share of on: 10%" }));
      await steps.fill(page.getByRole("textbox", { name: "Percentage of on" }), "100");
      await save();
      expect(steps.taken).toEqual({ steps: 6, confirmations: 0 });
      const context = { targetingKey: "user-1", country: "BE" };
      await expect
        .poll(() => world().evaluate("steps-share", { ...STAGING, context }))
        .toMatchObject({ value: true, reason: "TARGETING_MATCH" });
    });
  });

  describePrerequisiteSteps(world);
  describeRampSteps(world);
}

function describeRampSteps(world: () => ConsoleWorld): void {
  describe("the steps to raise a variant over time", () => {
    const { start } = useTasks(world);
    /** Returns the share of some users who would get `on` at an instant. */
    const shareAt = async (key: string, instant: number): Promise<number> => {
      const at = new Date(instant).toISOString();
      const variants = await Promise.all(
        USERS.map(async (targetingKey) => {
          const body = { context: { targetingKey }, at };
          const { resolution } = (await world().api.call("explainFlag", { path: { env: "staging", key }, body })).body;
          return resolution["variant"];
        }),
      );
      return variants.filter((variant) => variant === "on").length / USERS.length;
    };

    it("a ramp from 0% to 100% over 7 days takes four steps", async () => {
      await world().save({ key: "steps-ramp" }, "staging");
      const { page, steps, save } = await start("#/flags/steps-ramp?environment=staging");
      const targeting = page.getByRole("region", { name: "Targeting" });
      await steps.press(targeting.getByRole("button", { name: "Shares and ramp…" }));
      await steps.press(targeting.getByLabel("Ramp over time"));
      await expect.poll(() => targeting.getByLabel("from (%)").inputValue()).toBe("0");
      await expect.poll(() => targeting.getByLabel("to (%)").inputValue()).toBe("100");
      await expect.poll(() => targeting.getByLabel("over", { exact: true }).inputValue()).toBe("7");
      await save();
      expect(steps.taken).toEqual({ steps: 4, confirmations: 0 });
      const path = { env: "staging", key: "steps-ramp" };
      const { default: byDefault } = (await world().api.call("getFlag", { path })).body;
      const begins = Date.parse(("rollout" in byDefault && byDefault.rollout.ramp?.startAt) || "");
      // The ramp begins at a whole second, when the flag may not have existed yet.
      expect(await shareAt("steps-ramp", Date.now())).toBeLessThan(0.05);
      const half = await shareAt("steps-ramp", begins + 3.5 * DAY_MS);
      expect(half).toBeGreaterThan(0.35);
      expect(half).toBeLessThan(0.65);
      expect(await shareAt("steps-ramp", begins + 7 * DAY_MS)).toBe(1);
      expect(await world().evaluate("steps-ramp", STAGING)).toMatchObject({ value: false });
    });
  });
}

function describePrerequisiteSteps(world: () => ConsoleWorld): void {
  describe("the steps to make a flag need another one", () => {
    const { start } = useTasks(world);

    it("a prerequisite takes four steps, because it accepts every variant but the off variant", async () => {
      await world().save({ key: "steps-needed", default: { variant: "off" } }, "staging");
      await world().save({ key: "steps-dependent", default: { variant: "on" } }, "staging");
      const { page, steps, save } = await start("#/flags/steps-dependent?environment=staging");
      await steps.press(page.getByRole("button", { name: "Add prerequisite" }));
      await steps.fill(
        page.getByRole("group", { name: "Prerequisite 1" }).getByLabel("Flag", { exact: true }),
        "steps-needed",
      );
      const added = page.getByRole("group", { name: "Prerequisite steps-needed" });
      await expect.poll(() => added.getByRole("checkbox", { name: "on", exact: true }).isChecked()).toBe(true);
      await expect.poll(() => added.getByRole("checkbox", { name: "off", exact: true }).isChecked()).toBe(false);
      await save();
      expect(steps.taken).toEqual({ steps: 4, confirmations: 0 });
      const served = () => world().evaluate("steps-dependent", STAGING);
      await expect.poll(served).toMatchObject({ value: false });
      await world().save({ key: "steps-needed", default: { variant: "on" } }, "staging");
      await expect.poll(served).toMatchObject({ value: true });
    });
  });
}
