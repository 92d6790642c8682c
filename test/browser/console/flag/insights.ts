import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { overflow, seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { loaded } from "../support/loaded.ts";
import { reportUsage } from "../support/report-usage.ts";
import type { Visit, VisitOptions } from "../support/visit.ts";

const FLAG = "much-asked";

export function describeFlagInsights(world: () => ConsoleWorld): void {
  describe("the insights of a flag", () => {
    let visit: Visit;
    const open = async (query = "", options: Partial<VisitOptions> = {}): Promise<Visit["page"]> => {
      visit = await world().visit({ at: `#/flags/${FLAG}?environment=staging&tab=insights${query}`, ...options });
      await loaded(visit.page);
      return visit.page;
    };
    beforeAll(async () => {
      const when = (value: string) => ({ attribute: "country", operator: "equals" as const, values: [value] });
      const rules = ["NL", "XX"].map((country) => ({
        id: `only-${country.toLowerCase()}`,
        when: when(country),
        serve: { variant: "on" },
      }));
      await world().save({ key: FLAG, rules }, "staging");
      await reportUsage(world(), "staging", [
        { flag: FLAG, variant: "on", rule: "only-nl", used: 30 },
        { flag: FLAG, variant: "off", used: 10, requested: 500 },
      ]);
    });
    afterEach(() => visit?.close());

    it("count the evaluations of each variant, with what was requested kept apart", async () => {
      const page = await open();
      const plot = page.getByRole("figure", { name: "Evaluations used, by variant" });
      await plot.getByText("on 30 (75%)").waitFor();
      await plot.getByText("off 10 (25%)").waitFor();
      await page.getByRole("radio", { name: "Requested: 500" }).check({ force: true });
      const requested = page.getByRole("figure", { name: "Evaluations requested, by variant" });
      await requested.getByText("off 500 (100%)").waitFor();
      await requested.getByText("on 0 (0%)").waitFor();
      expect(page.url()).toContain("counts=requested");
    });

    it.each(["24h", "7d", "30d", "90d"])("show %s as a plot with keys and as a table, with changes", async (range) => {
      const page = await open(`&range=${range}`);
      const slider = page.getByRole("slider", { name: /^Evaluations used/ });
      await slider.focus();
      await expect.poll(() => slider.getAttribute("aria-valuetext")).toMatch(/on 30, off 10, .*: created$/);
      await slider.press("ArrowLeft");
      await expect.poll(() => slider.getAttribute("aria-valuetext")).toMatch(/on 0, off 0$/);
      await page.getByText("1 change of the flag").waitFor();
      await page.getByText("As a table").click();
      const row = page.getByRole("region", { name: "Evaluations as a table" }).getByRole("row").nth(1);
      await expect.poll(() => row.textContent()).toMatch(/3010.*: created$/);
    });

    it("count each rule, and name the rules that never matched", async () => {
      const page = await open();
      const section = page.getByRole("region", { name: "By rule", exact: true });
      await section.getByText("This rule never matched in this time: only-xx.").waitFor();
      await expect.poll(() => section.getByRole("row", { name: "only-nl" }).textContent()).toBe("only-nl300");
      await expect.poll(() => section.getByRole("row", { name: "Everyone else" }).textContent()).toMatch(/10500$/);
    });

    it("say that a flag was never evaluated, and lead to its code", async () => {
      await world().save({ key: "never-asked" }, "staging");
      visit = await world().visit({ at: "#/flags/never-asked?environment=staging&tab=insights" });
      await visit.page.getByRole("heading", { name: "Never evaluated" }).waitFor();
      await expect.poll(() => visit.page.getByRole("figure").count()).toBe(0);
      await expect
        .poll(() => visit.page.getByRole("link", { name: "Use it in your code" }).getAttribute("href"))
        .toContain("tab=use");
    });

    it.each(["light", "dark"] as const)("pass axe on a phone, with the table open: %s", async (scheme) => {
      const page = await open("", { scheme, width: 360, height: 780 });
      await page.getByText("As a table").click();
      expect(await seriousFindings(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
    });
  });
}
