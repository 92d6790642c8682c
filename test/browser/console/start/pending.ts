import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import { loaded } from "../support/loaded.ts";
import type { Visit } from "../support/visit.ts";

const DAY_MS = 86_400_000;

export function describePendingJourneys(world: () => ConsoleWorld): void {
  describe("a person who looks at what is pending", () => {
    let visit: Visit;
    const at = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();
    const begins = at(400);
    beforeAll(async () => {
      const serve = { variant: "on" };
      await world().save(
        {
          key: "pending-sale",
          rules: [{ id: "sale", serve, from: begins }],
          lifetime: "temporary",
          expiresAt: at(500),
        },
        "staging",
      );
      const weights: [string, number][] = [["on", 100_000]];
      const ramp = { from: 0, to: 100_000, startAt: at(-1), endAt: at(1) };
      await world().save({ key: "pending-ramp", default: { rollout: { by: ["targetingKey"], weights, ramp } } });
      await world().api.call("createToken", {
        body: { role: "read", name: "pending-token", environments: null, expiresInSeconds: 86_400 },
      });
    });
    afterEach(() => visit?.close());

    it("sees it by day, in one environment or in all of them, and opens its place", async () => {
      visit = await world().visit({ at: "#/pending?environment=production", timezone: "Europe/Berlin" });
      const { page } = visit;
      await loaded(page);
      const item = (text: string) => page.getByRole("main").getByRole("listitem").filter({ hasText: text });
      await item("pending-ramp in production").waitFor();
      await expect
        .poll(() => item("pending-ramp").textContent())
        .toMatch(/on reaches 100%; on is at (49\.9|50)(\.\d)?% now/);
      await expect.poll(() => item("pending-token").textContent()).toContain("The admin token expires");
      await expect.poll(() => item("pending-sale in staging").count()).toBe(0);
      await page.getByText("Override links are not here").waitFor();

      await page.getByLabel("All environments").check();
      const sale = item("pending-sale in staging");
      await sale.waitFor();
      const time = sale.getByRole("time");
      await expect.poll(() => time.getAttribute("datetime")).toBe(begins);
      await expect.poll(() => time.textContent()).toMatch(/^\d\d:\d\d (CET|CEST).*\d\d:\d\d UTC$/);
      await expect.poll(() => sale.textContent()).toContain("Rule sale begins: EVERYONE GETS on");
      await expect.poll(() => item("pending-sale").filter({ hasText: "expired" }).count()).toBe(1);
      const days = await page.evaluate<string[]>(
        `[...document.querySelectorAll("main time")].map((one) => one.dateTime)`,
      );
      expect(days).toEqual(days.toSorted());

      await page.reload();
      await page.getByLabel("Admin token").fill(world().keys.adminToken);
      await page.getByRole("button", { name: "Sign in" }).click();
      await sale.getByRole("link").click();
      await page.getByRole("heading", { name: "pending-sale", level: 1 }).waitFor();
      expect(page.url()).toContain("environment=staging");
    });
  });
}
