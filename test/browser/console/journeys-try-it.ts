import type { Locator, Page } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import { overflow, seriousFindings } from "./support/audit-page.ts";
import type { ConsoleWorld } from "./support/console-world.ts";
import { loaded } from "./support/loaded.ts";
import type { Visit, VisitOptions } from "./support/visit.ts";

const ZONE = "Europe/Berlin";

export function describeTryItJourneys(world: () => ConsoleWorld): void {
  describe("a person who asks what a flag serves at another time", () => {
    let visit: Visit;
    const visits: Visit[] = [];
    const open = async (at: string, options: Partial<VisitOptions> = {}): Promise<Page> => {
      visit = await world().visit({ at, timezone: ZONE, ...options });
      visits.push(visit);
      await loaded(visit.page);
      return visit.page;
    };
    afterEach(async () => {
      for (const one of visits.splice(0)) await one.close();
    });

    const path = { env: "production", key: "replayed" };
    const noted = (text: string) => ({ "X-Change-Note": encodeURIComponent(text) });
    const time = (page: Page): Locator => page.getByLabel(`Time (${ZONE})`);
    const replay = (page: Page): Locator => page.getByRole("group", { name: "Replay" });
    const evaluate = (page: Page) => page.getByRole("button", { name: "Evaluate", exact: true }).click();
    const addressOf = (page: Page) => new URLSearchParams(page.url().split("?")[1]);
    /** Creates a flag, changes it, and returns both versions and their times. */
    async function changeTwice(): Promise<{ version: number; at: string }[]> {
      const variants = { on: true, off: false };
      const body = { key: path.key, type: "boolean" as const, variants, enabled: true, default: { variant: "on" } };
      await world().api.call("putFlag", { path, headers: noted("PAY-1: <b>the start</b>"), body });
      await world().api.call("patchFlag", { path, headers: noted("INC-2"), body: { default: { variant: "off" } } });
      const query = { key: path.key, entity: "configuration", limit: "2" };
      const { body: audit } = await world().api.call("listAudit", { path: { env: path.env }, query });
      return audit.items.toReversed().map(({ at, versions }) => ({ at, version: versions[path.env] ?? 0 }));
    }

    it("sees the earlier result, its change, author and note, and sends the question on", async () => {
      const [first, second] = await changeTwice();
      const page = await open("#/try/replayed?environment=production");
      await page.getByLabel("Value of targetingKey").fill("user-7");
      await page.getByLabel("or version").fill(String(first?.version));
      await expect.poll(() => page.getByRole("button", { name: /^Sample 1,000/ }).isDisabled()).toBe(true);
      await evaluate(page);
      await page.getByRole("region", { name: "on", exact: true }).waitFor();
      const text = (await replay(page).textContent()) ?? "";
      expect(text).toContain(`version ${first?.version} was made`);
      expect(text).toContain("Seeded admin token created the configuration of replayed");
      expect(text).toContain("“PAY-1: <b>the start</b>”");
      expect(text).toContain("The result of today is different: off, false (STATIC).");
      expect(await world().evaluate("replayed")).toMatchObject({ value: false, variant: "off" });
      // The reasons are those of then, too.
      await expect
        .poll(() => page.getByRole("region", { name: "on", exact: true }).textContent())
        .toContain("Default: on");
      expect(await seriousFindings(page)).toEqual([]);

      await page.getByLabel("or version").fill(String(second?.version));
      await evaluate(page);
      await expect.poll(() => replay(page).textContent()).toContain("“INC-2”");
      await expect.poll(() => replay(page).textContent()).toContain("The result of today is the same.");

      expect(Object.fromEntries(addressOf(page))).toEqual({
        environment: "production",
        context: '{"targetingKey":"user-7"}',
        version: String(second?.version),
      });
      expect(page.url()).not.toContain(world().keys.adminToken);
      const colleague = await open(new URL(page.url()).hash, { width: 360 });
      await colleague.getByRole("region", { name: "off", exact: true }).waitFor();
      await expect.poll(() => colleague.getByLabel("Value of targetingKey").inputValue()).toBe("user-7");
      await expect.poll(() => replay(colleague).textContent()).toBe(await replay(page).textContent());
      expect(await overflow(colleague)).toBe(0);
      expect(await seriousFindings(colleague)).toEqual([]);
    });

    it("types a future time by keyboard, in local time, and sees UTC beside it", async () => {
      const rules = [{ id: "later", from: "2090-01-01T00:00:00Z", serve: { variant: "on" } }];
      await world().save({ key: "scheduled-later", rules });
      const page = await open("#/try/scheduled-later?environment=production");
      await time(page).focus();
      await page.keyboard.type("06012099");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.type("093000AM");
      await page.getByText("2099-06-01 07:30:00 UTC").waitFor();
      await expect.poll(() => time(page).inputValue()).toBe("2099-06-01T09:30");
      await page.keyboard.press("Enter");
      await page.getByRole("region", { name: "on", exact: true }).waitFor();
      await expect
        .poll(() => replay(page).textContent())
        .toMatch(/^At .*\(2099-06-01 07:30:00 UTC\), version \d+ will still be in force if nobody changes it/);
      await expect.poll(() => replay(page).textContent()).toContain("The result of today is different: off, false");
      expect(addressOf(page).get("at")).toBe("2099-06-01T07:30:00Z");
      await page.getByRole("button", { name: /^Sample 1,000/ }).click();
      const sample = page.getByRole("region", { name: "1,000 sampled users" });
      await expect.poll(() => sample.getByRole("row").nth(1).textContent()).toContain("later1000 (100%)");

      await page.getByRole("button", { name: "Now", exact: true }).click();
      await evaluate(page);
      await page.getByRole("region", { name: "off", exact: true }).waitFor();
      await expect.poll(() => replay(page).count()).toBe(0);
      expect(addressOf(page).has("at")).toBe(false);
    });

    it("sees at the field that the audit does not reach back, and takes the first time", async () => {
      await world().save({ key: "after-the-gap" }, "staging");
      await world().backends.neon.query("delete from audit where id < (select max(id) from audit)");
      const page = await open("#/try/checkout-redesign?environment=staging");
      visit.expectStatus(410);
      await time(page).fill("2001-02-03T04:05");
      await evaluate(page);
      await page.getByText('The audit of environment "staging" does not reach back').waitFor();
      await expect.poll(() => time(page).getAttribute("aria-invalid")).toBe("true");
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole("button", { name: "Evaluate at the first time" }).click();
      await replay(page).waitFor();
      const at = addressOf(page).get("at") ?? "";
      const wanted = { path: { env: "staging", key: "checkout-redesign" }, body: { at } };
      const { body } = await world().api.call("explainFlag", wanted);
      expect(body.replay?.versionMadeAt).toBe(at);
      expect(new Date(`${await time(page).inputValue()}+01:00`).getTime()).toBe(Date.parse(at));
      await expect.poll(() => time(page).getAttribute("aria-invalid")).toBe("false");
    });

    it("keeps the question for another flag, and starts over with another address", async () => {
      await world().save({ key: "asked-first" });
      const page = await open("#/try/asked-first?environment=production");
      await page.getByRole("button", { name: "Edit as JSON" }).click();
      await page.getByLabel("Context as JSON").fill('{"targetingKey":"user-9","password":"hunter2","plan":"pro"}');
      await evaluate(page);
      await page.getByText("The address of this page leaves out password").waitFor();
      expect(page.url()).not.toContain("hunter2");
      await page.getByLabel("Flag", { exact: true }).fill("checkout-redesign");
      await page.keyboard.press("Enter");
      await expect.poll(() => page.url()).toContain("#/try/checkout-redesign?");
      await page.getByRole("heading", { name: "Why" }).waitFor();
      expect(addressOf(page).get("context")).toBe('{"targetingKey":"user-9","plan":"pro"}');
      await expect.poll(() => page.getByLabel("Value of plan").inputValue()).toBe("pro");
      await visit.goTo(
        `#/try/checkout-redesign?environment=production&context=${encodeURIComponent('{"plan":"free"}')}`,
      );
      await expect.poll(() => page.getByLabel("Value of plan").inputValue()).toBe("free");
    });

    it("sees the results of a flag that does not exist any more", async () => {
      await world().save({ key: "gone-now" }, "staging");
      const version = await world().save({ key: "gone-now", default: { variant: "on" } }, "staging");
      await world().api.call("deleteFlag", { path: { env: "staging", key: "gone-now" } });
      visit = await world().visit({ at: "#/try" });
      visits.push(visit);
      visit.expectStatus(404);
      await visit.goTo(`#/try/gone-now?environment=staging&version=${version}`);
      await visit.page.getByRole("region", { name: "on", exact: true }).waitFor();
      await expect.poll(() => replay(visit.page).textContent()).toContain("Today, the flag does not exist.");
    });
  });
}
