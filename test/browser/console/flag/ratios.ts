import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { loaded } from "../support/loaded.ts";
import { reportUsage } from "../support/report-usage.ts";
import type { Visit } from "../support/visit.ts";

const FLAG = "counted-split";
const ADDRESS = `#/flags/${FLAG}?environment=production&tab=insights`;

export function describeRatioJourneys(world: () => ConsoleWorld): void {
  describe("a person with a split", () => {
    let visit: Visit;
    beforeAll(async () => {
      const weights: [string, number][] = [
        ["on", 50_000],
        ["off", 50_000],
      ];
      const rollout = { by: ["targetingKey"], salt: FLAG, hash: "murmur3-mulshift" as const, weights };
      await world().save({ key: FLAG, default: { rollout } });
      // Counts begin with the first whole hour after a change.
      await world().backends.neon.query(
        `update flags set updated_at = now() - interval '3 hours' where key = '${FLAG}'`,
      );
      await world().backends.neon.query(
        `update flag_configurations set updated_at = now() - interval '3 hours' where flag_key = '${FLAG}'`,
      );
    });
    afterEach(() => visit?.close());

    const report = (counts: Record<string, number>): Promise<void> =>
      reportUsage(
        world(),
        "production",
        Object.entries(counts).map(([variant, used]) => ({ flag: FLAG, variant, used })),
      );

    it("sees the counts beside the configured shares, and the result of the check", async () => {
      await report({ on: 705, off: 495 });
      visit = await world().visit({ at: ADDRESS });
      const section = visit.page.getByRole("region", { name: "Counted splits" });
      await section.getByText("The split differs from the configured one").waitFor();
      const row = section.getByRole("row", { name: "on 50%" });
      await expect.poll(() => row.textContent()).toBe("on50%58.8%705");
      await expect.poll(() => section.textContent()).toContain("evaluations and not subjects");
    });

    it.each(["light", "dark"] as const)("passes axe, also on a phone: %s", async (scheme) => {
      visit = await world().visit({ at: ADDRESS, scheme, width: 360, height: 780 });
      await visit.page.getByRole("region", { name: "Counted splits" }).getByRole("table").waitFor();
      await loaded(visit.page);
      expect(await seriousFindings(visit.page)).toEqual([]);
    });

    it("sees no such section for a flag without a split", async () => {
      visit = await world().visit({ at: "#/flags/basket-limits?environment=production&tab=insights" });
      await visit.page.getByRole("tabpanel", { name: "Insights" }).waitFor();
      await expect.poll(() => visit.page.getByRole("region", { name: "Counted splits" }).count()).toBe(0);
    });
  });
}
