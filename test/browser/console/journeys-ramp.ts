import { afterEach, describe, expect, it } from "vitest";
import { seriousFindings } from "./support/audit-page.ts";
import type { ConsoleWorld } from "./support/console-world.ts";
import { loaded } from "./support/loaded.ts";
import type { Visit } from "./support/visit.ts";

const DAY = 86_400_000;

export function describeRampJourneys(world: () => ConsoleWorld): void {
  describe("a person who ramps a flag", () => {
    let visit: Visit;
    const open = async (key: string): Promise<Visit["page"]> => {
      visit = await world().visit({ at: `#/flags/${key}?environment=staging`, timezone: "Europe/Berlin" });
      await loaded(visit.page);
      return visit.page;
    };
    afterEach(() => visit?.close());

    async function save(): Promise<void> {
      const { page } = visit;
      await page.getByRole("button", { name: "Review and save" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    }

    const stored = async (key: string) =>
      (await world().api.call("getFlag", { path: { env: "staging", key } })).body.default;

    it("raises the other variant from nothing to everybody, from a local time on", async () => {
      await world().save({ key: "ramp-new", enabled: true, default: { variant: "off" } }, "staging");
      const page = await open("ramp-new");
      const targeting = page.getByRole("region", { name: "Targeting" });
      await targeting.getByText("Edit all").click();
      await targeting.getByLabel("Serve").selectOption("Percentage rollout");
      await targeting.getByLabel("Ramp over time").check();
      await expect.poll(() => targeting.getByLabel("Ramp", { exact: true }).inputValue()).toBe("on");
      await expect.poll(() => targeting.getByLabel("from (%)").inputValue()).toBe("0");
      await expect.poll(() => targeting.getByLabel("to (%)").inputValue()).toBe("100");
      await targeting.getByLabel("to (%)").fill("50");
      await targeting.getByLabel("over", { exact: true }).fill("10");
      const start = targeting.getByLabel("starting (Europe/Berlin)");
      await start.fill("2099-12-24T09:00");
      await start.dispatchEvent("change");
      await targeting.getByText("24 Dec 2099, 08:00 UTC").waitFor();
      await targeting
        .getByText("from 24 Dec 2099, 09:00 CET: on for 0% (rising to 50% by 3 Jan 2100, 09:00 CET), off for the rest")
        .waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await save();
      expect(await stored("ramp-new")).toMatchObject({
        rollout: {
          weights: [["on", 100_000]],
          ramp: { from: 0, to: 50_000, startAt: "2099-12-24T08:00:00Z", endAt: "2100-01-03T08:00:00Z" },
        },
      });
    });

    it("saves a ramp right after ticking it, because a start may have seconds", async () => {
      const weights: [string, number][] = [
        ["on", 25_000],
        ["off", 75_000],
      ];
      await world().save({ key: "ramp-ticked", default: { rollout: { weights } } }, "staging");
      const page = await open("ramp-ticked");
      await page.clock.setFixedTime("2099-12-24T08:00:37Z");
      await page.getByRole("button", { name: "Shares and ramp…" }).click();
      await page.getByLabel("Ramp over time").check();
      await save();
      expect(await stored("ramp-ticked")).toMatchObject({
        rollout: {
          weights: [["on", 100_000]],
          ramp: { from: 25_000, to: 100_000, startAt: "2099-12-24T08:00:37Z", endAt: "2099-12-31T08:00:37Z" },
        },
      });
    });

    it("splits a ramp into steps of 5, 25, 50 and 100%, each a rule with its time", async () => {
      const ramp = { from: 0, to: 100_000, startAt: "2099-12-01T09:00:00Z", endAt: "2099-12-07T09:00:00Z" };
      const rollout = { weights: [["on", 100_000] as [string, number]], ramp };
      await world().save({ key: "ramp-steps", enabled: true, default: { rollout } }, "staging");
      const page = await open("ramp-steps");
      await page.getByRole("button", { name: "Split into steps" }).click();
      await page.getByRole("button", { name: /, share of on: 25%$/ }).waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await save();
      const path = { env: "staging", key: "ramp-steps" };
      const { rules = [], default: rest } = (await world().api.call("getFlag", { path })).body;
      expect(rest).toEqual({ variant: "off" });
      expect(
        rules.map(({ from, until, serve }) => [from, until, "rollout" in serve && serve.rollout.weights[0]?.[1]]),
      ).toEqual([
        ["2099-12-01T09:00:00Z", "2099-12-03T09:00:00Z", 5000],
        ["2099-12-03T09:00:00Z", "2099-12-05T09:00:00Z", 25_000],
        ["2099-12-05T09:00:00Z", "2099-12-07T09:00:00Z", 50_000],
        ["2099-12-07T09:00:00Z", undefined, 100_000],
      ]);
      await expect
        .poll(() => world().evaluate("ramp-steps", { environment: "staging" }))
        .toMatchObject({ value: false });
    });

    it("stops a ramp at its share, and everybody keeps their variant", async () => {
      const now = Date.now();
      const ramp = {
        from: 0,
        to: 100_000,
        startAt: new Date(now - 500 * DAY).toISOString(),
        endAt: new Date(now + 500 * DAY).toISOString(),
      };
      const weights: [string, number][] = [["on", 100_000]];
      await world().save({ key: "ramp-stop", enabled: true, default: { rollout: { weights, ramp } } }, "staging");
      const page = await open("ramp-stop");
      await page.getByText("It is at 50% now, and reaches 100% on").waitFor();
      await page.getByRole("button", { name: "Stop at this share" }).click();
      await save();
      const { rollout } = (await stored("ramp-stop")) as { rollout: { weights: [string, number][]; ramp?: unknown } };
      expect(rollout.ramp).toBeUndefined();
      expect(rollout.weights.map(([name, weight]) => `${name} ${Math.round(weight / 1000)}`)).toEqual([
        "on 50",
        "off 50",
      ]);
    });
  });
}
