import { afterEach, describe, expect, it } from "vitest";
import type { Flag } from "../../../sdk/client/contract.ts";
import { overflow, seriousFindings } from "./support/audit-page.ts";
import type { ConsoleWorld } from "./support/console-world.ts";
import { loaded } from "./support/loaded.ts";
import type { Visit, VisitOptions } from "./support/visit.ts";

/** Journeys through the parts of the model that imports use: readers, outcomes, windows and hash schemes. */
export function describeModelJourneys(world: () => ConsoleWorld): void {
  describe("a person who edits an imported flag", () => {
    let visit: Visit;
    const open = async (flag: string, options: Partial<VisitOptions> = {}): Promise<Visit["page"]> => {
      visit = await world().visit({ at: `#/flags/${flag}?environment=staging`, ...options });
      await loaded(visit.page);
      return visit.page;
    };
    afterEach(() => visit?.close());

    /** Saves the flag and returns it as it is stored then. */
    async function saved(key: string): Promise<Flag> {
      const { page } = visit;
      await page.getByRole("button", { name: /^Review and/ }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
      return (await world().api.call("getFlag", { path: { env: "staging", key } })).body;
    }

    const rule = (page: Visit["page"], id: string) => page.getByRole("listitem").filter({ hasText: id });

    it("chooses a reader with a parameter, and reads it in words", async () => {
      const when = { attribute: "id", operator: "equals" as const, values: [0] };
      await world().save({ key: "readers", rules: [{ id: "one", when, serve: { variant: "on" } }] }, "staging");
      const page = await open("readers");
      await rule(page, "one").getByText("1. one").click();
      await rule(page, "one").getByText("More options").click();
      const read = page.getByLabel("Read the attribute as");
      await read.selectOption("the remainder of a division");
      await page.getByLabel("Divided by").fill("0");
      await page.getByText("must be a number above 0").waitFor();
      await page.getByLabel("Divided by").fill("3");
      await expect.poll(() => rule(page, "one").textContent()).toContain("(read as the remainder of division by 3)");
      expect((await saved("readers")).rules?.[0]?.when).toEqual({ ...when, read: { modulo: 3 } });

      await read.selectOption("a SHA-256 hash with a salt");
      // The value 0 became a hash at once, with a random salt.
      await page.getByText("1 hash", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Remove all hashes" }).click();
      await page.getByLabel("Salt of the hash").fill("pepper");
      await page.getByLabel("Hash", { exact: true }).selectOption("its last bytes");
      await page.getByLabel("Number of bytes").fill("4");
      await page.getByText("Hexadecimal hashes").click();
      await page.getByLabel("Hashes, one per line").fill("ann@acme.com");
      await page.getByText("hash 1 is not a SHA-256 hash").waitFor();
      await page.getByLabel("Hashes, one per line").fill("a".repeat(64));
      expect((await saved("readers")).rules?.[0]?.when).toEqual({
        attribute: "id",
        operator: "equals",
        values: ["a".repeat(64)],
        read: { sha256: "pepper", last: 4 },
      });

      await page.getByLabel("Operator").selectOption("is above");
      await read.selectOption("the time since then");
      await page.getByLabel("Age in").selectOption("hours");
      await rule(page, "one").getByLabel("Value", { exact: true }).fill("36");
      expect((await saved("readers")).rules?.[0]?.when).toMatchObject({ values: [36], read: { age: "hours" } });
    });

    it("serves an error, the code default, or a random bucket without a key", async () => {
      await world().save({ key: "outcomes" }, "staging");
      const page = await open("outcomes");
      const targeting = page.getByRole("region", { name: "Targeting" });
      await targeting.getByText("Edit all").click();
      await targeting.getByLabel("Serve").selectOption("An error");
      await targeting.getByLabel("Error", { exact: true }).selectOption({ value: "TARGETING_KEY_MISSING" });
      expect((await saved("outcomes")).default).toEqual({ error: "TARGETING_KEY_MISSING" });
      await expect
        .poll(() => world().evaluate("outcomes", { environment: "staging" }))
        .toMatchObject({ errorCode: "TARGETING_KEY_MISSING" });

      await targeting.getByLabel("Serve").selectOption("One variant");
      await targeting.getByLabel("Variant", { exact: true }).selectOption("none (use the code default)");
      expect((await saved("outcomes")).default).toEqual({ variant: null });

      await targeting.getByLabel("Serve").selectOption("Percentage rollout");
      await targeting.getByText("Bucketed by").click();
      await targeting
        .getByLabel("If the attribute is missing")
        .selectOption("draw a bucket at random, once per request");
      expect((await saved("outcomes")).default).toMatchObject({ rollout: { onMissingKey: "random" } });
    });

    it("adds recurring windows to a rule, and sees a problem at its field", async () => {
      await world().save({ key: "windows", rules: [{ id: "office", serve: { variant: "on" } }] }, "staging");
      const page = await open("windows");
      await rule(page, "office").getByText("1. office").click();
      await page.getByText("Schedule: always active").click();
      await page.getByRole("button", { name: "Add recurring window" }).click();
      const window = page.getByRole("group", { name: "Recurring window 1" });
      await window.getByLabel("Time zone").fill("Europe/Atlantis");
      await window.getByText("is not a known time zone").waitFor();
      await window.getByLabel("Time zone").fill("Europe/Berlin");
      await window.getByLabel("Friday").uncheck();
      await window.getByLabel("From").fill("22:00");
      await window.getByLabel("To").fill("22:00");
      await page.getByRole("button", { name: /^Review and/ }).click();
      await window.getByText("must differ from from").waitFor();
      await window.getByLabel("To").fill("6:00");
      await window.getByText("Closes at 06:00 on the next day").waitFor();
      expect((await saved("windows")).rules?.[0]?.during).toEqual([
        { timezone: "Europe/Berlin", days: ["mon", "tue", "wed", "thu"], from: "22:00", to: "06:00" },
      ]);
      await expect.poll(() => rule(page, "office").textContent()).toContain("only Mon–Thu 22:00–06:00 (Europe/Berlin)");
      await window.getByRole("button", { name: "Remove window 1" }).click();
      expect((await saved("windows")).rules?.[0]?.during).toBeUndefined();
    });

    it("keeps the shares in the buckets of another system, and edits them out of its total", async () => {
      const weights: [string, number][] = [
        ["on", 25_000],
        ["off", 75_000],
      ];
      const rollout = { by: ["targetingKey"], salt: "s", hash: "murmur3-mulshift" as const, weights };
      await world().save({ key: "schemes", default: { rollout } }, "staging");
      const page = await open("schemes");
      const targeting = page.getByRole("region", { name: "Targeting" });
      await targeting.getByText("Edit all").click();
      await targeting.getByText("Bucketed by").click();
      await targeting.getByLabel("Buckets of").selectOption("Split and Harness");
      await targeting.getByText("A whole number, which seeds the hash.").waitFor();
      await page.getByRole("button", { name: /^Review and/ }).click();
      await targeting.getByText('must be the text of a whole number for the hash split-1, such as "42"').waitFor();
      await targeting.getByLabel("Salt").fill("42");
      await targeting.getByRole("textbox", { name: "Weight of on" }).fill("26");
      expect((await saved("schemes")).default).toMatchObject({
        rollout: {
          hash: "split-1",
          salt: "42",
          total: 100,
          weights: [
            ["on", 26],
            ["off", 74],
          ],
        },
      });
      await page.getByRole("tab", { name: "Settings" }).click();
      const compared = page.getByRole("cell", { name: /on for 26%, off for 74% \(.*hash of Split and Harness\)/ });
      await compared.first().waitFor();
      await page.getByRole("tab", { name: "Targeting" }).click();

      await targeting.getByLabel("Buckets of").selectOption("Eppo and Datadog");
      await targeting.getByLabel("Total", { exact: true }).fill("10");
      await targeting.getByText("The shares add up to 100. They must add up to exactly 10.").waitFor();
      await targeting.getByRole("button", { name: "Split evenly" }).click();
      await targeting.getByRole("slider", { name: "Share of on" }).fill("70000");
      expect((await saved("schemes")).default).toMatchObject({
        rollout: {
          hash: "eppo-1",
          total: 10,
          weights: [
            ["on", 7],
            ["off", 3],
          ],
        },
      });
      await targeting.getByLabel("Buckets of").selectOption("Burgee");
      expect((await saved("schemes")).default).toEqual({
        rollout: {
          ...rollout,
          salt: "42",
          weights: [
            ["on", 70_000],
            ["off", 30_000],
          ],
        },
      });
    });

    it("edits the buckets of a condition, in a segment too", async () => {
      const bucket = { by: ["targetingKey"], salt: "s", hash: "growthbook-2" as const, total: 10_000 };
      const condition = { bucket: { ...bucket, ranges: [[0, 2500]] as [number, number][] } };
      await world().api.call("putSegment", {
        path: { env: "staging", key: "quarter" },
        body: { key: "quarter", condition },
      });
      visit = await world().visit({ at: "#/segments/quarter?environment=staging" });
      const { page } = visit;
      await loaded(page);
      await expect.poll(() => page.getByLabel("Buckets of").inputValue()).toBe("growthbook-2");
      await page.getByLabel("To (of 10000)").fill("2501");
      await page.getByRole("button", { name: "Review and save" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
      const stored = async (): Promise<unknown> =>
        (await world().api.call("getSegment", { path: { env: "staging", key: "quarter" } })).body.condition;
      await expect.poll(stored).toEqual({ bucket: { ...bucket, ranges: [[0, 2501]] } });
    });

    it.each(["light", "dark"] as const)("passes axe with every editor open: %s", async (scheme) => {
      await world().save({ key: "everything", rules: EVERYTHING }, "staging");
      for (const width of [1280, 360]) {
        const page = await open("everything", { scheme, width });
        for (const { id } of EVERYTHING) await rule(page, id).getByText(`. ${id}`).click();
        expect(await seriousFindings(page)).toEqual([]);
        expect(await overflow(page)).toBeLessThanOrEqual(0);
        await visit.close();
      }
    });
  });
}

const EVERYTHING: NonNullable<Flag["rules"]> = [
  {
    id: "hashed",
    when: { attribute: "email", operator: "equals", values: ["a".repeat(64)], read: { sha256: "s", first: 3 } },
    serve: { error: "GENERAL" },
    during: [{ timezone: "Europe/Berlin", days: ["sat", "sun"], from: "00:00", to: "24:00" }],
  },
  {
    id: "shares",
    when: {
      bucket: { by: ["targetingKey"], salt: "s", hash: "launchdarkly-1", ranges: [[0, 50_000]] },
    },
    serve: {
      rollout: {
        by: ["targetingKey"],
        hash: "vercel-1",
        salt: "42",
        total: 2 ** 32,
        weights: [
          ["on", 2 ** 31],
          ["off", 2 ** 31],
        ],
        ramp: { from: 0, to: 100_000, startAt: "2030-01-01T00:00:00Z", endAt: "2030-01-11T00:00:00Z" },
      },
    },
  },
];
