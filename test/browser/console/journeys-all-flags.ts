import { readFile } from "node:fs/promises";
import type { Locator, Page } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import { parseFlagTests } from "../../../sdk/project/flag-tests.ts";
import { overflow, seriousFindings } from "./support/audit-page.ts";
import type { ConsoleWorld } from "./support/console-world.ts";
import { loaded } from "./support/loaded.ts";
import { signIn, type Visit, type VisitOptions } from "./support/visit.ts";

const DUTCH = { attribute: "country", operator: "equals" as const, values: ["NL"] };

export function describeAllFlagsJourneys(world: () => ConsoleWorld): void {
  const visits: Visit[] = [];
  const open = async (at: string, options: Partial<VisitOptions> = {}): Promise<Page> => {
    const visit = await world().visit({ at, ...options });
    visits.push(visit);
    await loaded(visit.page);
    return visit.page;
  };
  afterEach(async () => {
    for (const one of visits.splice(0)) await one.close();
  });
  const button = (page: Page | Locator, name: string | RegExp): Locator => page.getByRole("button", { name });

  describe("a person who asks what one user gets everywhere", () => {
    it("sees all flags and environments with one request for each, and a cell's reasons beside it", async () => {
      const rules = [{ id: "nl", when: DUTCH, serve: { variant: "on" } }];
      await world().save({ key: "everywhere-rule", rules });
      await world().save({ key: "everywhere-rule" }, "staging");
      await world().save({ key: "everywhere-same" });
      await world().save({ key: "everywhere-same" }, "staging");
      const page = await open("#/try?environment=production");
      const asked: string[] = [];
      page.on("request", (request) => request.method() === "POST" && asked.push(new URL(request.url()).pathname));
      await button(page, "Edit as JSON").click();
      const context = { targetingKey: "user-1", country: "NL", password: "hunter2" };
      await page.getByLabel("Context as JSON").fill(JSON.stringify(context));
      await button(page, "Evaluate all flags").click();
      const table = page.getByRole("region", { name: "All flags" }).getByRole("table");
      await table.getByRole("row").nth(1).waitFor();
      const { body: known } = await world().api.call("listEnvironments");
      expect(asked.toSorted()).toEqual(known.items.map(({ key }) => `/api/v1/environments/${key}/evaluate`).toSorted());
      expect(page.url()).not.toContain("hunter2");

      await page.getByRole("searchbox", { name: "Search flags" }).fill("everywhere-");
      await expect
        .poll(() => table.getByRole("rowheader").allTextContents())
        .toEqual(["everywhere-rulediffers", "everywhere-same"]);
      await page.getByLabel("Only differences").check();
      await expect.poll(() => table.getByRole("rowheader").allTextContents()).toEqual(["everywhere-rulediffers"]);
      const edge = await world().evaluate("everywhere-rule", { context });
      const cell = button(table, /everywhere-rule in production/);
      await expect.poll(() => cell.textContent()).toContain(`${edge.variant} rule nl`);
      await expect
        .poll(() => button(table, /everywhere-rule in staging, differs from production/).textContent())
        .toContain("off");
      expect(await seriousFindings(page)).toEqual([]);

      await cell.click();
      const why = page.getByRole("region", { name: "Why everywhere-rule in production" });
      await why.getByText("This user gets on, because rule nl applies.").waitFor();
      await expect.poll(() => why.textContent()).not.toContain("→");
      await why.getByRole("link", { name: "everywhere-rule in production" }).click();
      await page.getByRole("region", { name: "on", exact: true }).waitFor();
      await expect.poll(() => page.getByLabel("Value of country").inputValue()).toBe("NL");
    });

    it("keeps the focus on the button while the flags are evaluated, and asks once", async () => {
      const page = await open("#/try?environment=production");
      const held = Promise.withResolvers<void>();
      let asked = 0;
      await page.route("**/environments/production/evaluate", async (route) => {
        asked++;
        await held.promise;
        await route.continue();
      });
      await button(page, "Evaluate all flags").click();
      const busy = button(page, "Evaluating…");
      await busy.waitFor();
      await expect.poll(() => busy.getAttribute("aria-disabled")).toBe("true");
      await page.keyboard.press("Enter");
      await expect.poll(() => page.evaluate("document.activeElement.textContent")).toBe("Evaluating…");
      held.resolve();
      await button(page, "Evaluate all flags").waitFor();
      await expect.poll(() => page.evaluate("document.activeElement.textContent")).toBe("Evaluate all flags");
      expect(asked).toBe(1);
    });

    it("sends the table on with its time, also to a phone", async () => {
      const rules = [{ id: "later", from: "2090-01-01T00:00:00Z", serve: { variant: "on" } }];
      await world().save({ key: "everywhere-later", rules });
      const question = "context=%7B%22targetingKey%22%3A%22u%22%7D&at=2095-01-01T00%3A00%3A00Z";
      const page = await open(`#/try?environment=production&${question}`, { width: 360 });
      await page.getByRole("searchbox", { name: "Search flags" }).fill("everywhere-later");
      const cell = button(page, /everywhere-later in production/);
      await expect.poll(() => cell.textContent()).toContain("on rule later");
      await cell.click();
      await page.getByText("This user gets on, because rule later applies.").waitFor();
      expect(await overflow(page)).toBe(0);
      expect(await seriousFindings(page)).toEqual([]);
    });
  });

  describe("a person who tries a draft", () => {
    it("sees it beside the stored flag, and how many users change, and saves nothing", async () => {
      const version = await world().save({ key: "tried-draft" });
      const page = await open("#/flags/tried-draft?environment=production");
      await page
        .getByLabel("Description")
        .or(page.getByRole("tab", { name: "Targeting" }))
        .first()
        .waitFor();
      await button(page, "Everyone, variant: off").click();
      await page.getByLabel("Variant", { exact: true }).selectOption("on");
      await button(page, "Try this draft").click();
      const panel = page.getByRole("region", { name: "Try this draft" });
      await panel.getByLabel("Value of targetingKey").fill("user-9");
      await button(panel, "Compare with the stored flag").click();
      await panel.getByText("The draft changes the result of this user.").waitFor();
      await expect
        .poll(() => panel.getByRole("region", { name: "off", exact: true }).textContent())
        .toContain("Stored flag");
      await expect.poll(() => panel.getByRole("region", { name: "on", exact: true }).textContent()).toContain("Draft");
      await panel.getByText("1,000 of 1,000 generated users change").waitFor();
      await panel.getByText("1,000 users get on instead of off").waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      expect(await world().evaluate("tried-draft", { isFresh: true })).toMatchObject({ variant: "off" });
      const { body } = await world().api.call("getFlag", { path: { env: "production", key: "tried-draft" } });
      expect(body.version).toBe(version);
    });
  });

  describe("a person who keeps cases", () => {
    it("keeps them until the tab closes, and is told so, if the browser's storage is full", async () => {
      await world().save({ key: "full-storage" });
      const page = await open("#/try/full-storage?environment=production");
      await page.evaluate(
        `Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); }`,
      );
      await button(page, "Evaluate").click();
      await page.getByLabel("Name of the case").fill("Everyone gets off");
      await button(page, "Save as a case").click();
      await page.getByText(/^Kept the cases only until you close or reload this tab/).waitFor();
      await page.evaluate(`location.hash = "#/try?environment=production"`);
      await page.getByRole("region", { name: "Cases" }).getByRole("link", { name: "Everyone gets off" }).waitFor();
    });

    it("saves, runs, shares, exports and imports them, without secrets", async () => {
      const rules = [{ id: "nl", when: DUTCH, serve: { variant: "on" } }];
      await world().save({ key: "kept-case", rules });
      const page = await open("#/try/kept-case?environment=production");
      await button(page, "Edit as JSON").click();
      await page.getByLabel("Context as JSON").fill('{"targetingKey":"u","country":"NL","password":"hunter2"}');
      await button(page, "Evaluate").click();
      await page.getByLabel("Name of the case").fill("The Dutch see it");
      await expect.poll(() => page.getByLabel("This user must get").inputValue()).toBe("on");
      await button(page, "Save as a case").click();
      const cases = page.getByRole("region", { name: "Cases" });
      await cases.getByRole("link", { name: "The Dutch see it" }).waitFor();
      expect(await page.evaluate("localStorage.getItem('burgee.cases')")).not.toContain("hunter2");

      await page.reload();
      await signIn(page, world().keys.adminToken);
      await button(cases, "Run all").click();
      await cases.getByText("1 case run: 1 passed, 0 failed").waitFor();
      await world().save({ key: "kept-case", rules: [] });
      await button(cases, "Run all").click();
      await cases.getByText("Failed: gets off").waitFor();

      const [download] = await Promise.all([
        page.waitForEvent("download"),
        button(cases, "Export flags.test.yaml").click(),
      ]);
      const text = await readFile((await download.path()) ?? "", "utf8");
      const exported = parseFlagTests(text, "flags.test.yaml").tests;
      expect(exported).toMatchObject([
        {
          name: "The Dutch see it",
          flag: "kept-case",
          environment: "production",
          context: { targetingKey: "u", country: "NL" },
          expect: "on",
        },
      ]);
      const link = await cases.getByRole("link", { name: "The Dutch see it" }).getAttribute("href");

      const colleague = await open(link ?? "");
      await colleague.getByText("Failed: The Dutch see it expects on, and the user gets off.").waitFor();
      await colleague.getByLabel("File with tests").setInputFiles({
        name: "flags.test.yaml",
        mimeType: "application/yaml",
        buffer: Buffer.from(`${text}  - flag: kept-case\n    environment: production\n    shares: { off: [0, 100] }\n`),
      });
      const imported = colleague.getByRole("region", { name: "Cases" });
      await imported.getByRole("link", { name: "The Dutch see it" }).waitFor();
      await colleague.getByText('Imported 1 case. 1 without "expect" are left out').first().waitFor();
      expect(await seriousFindings(colleague)).toEqual([]);
      await button(imported, "Remove The Dutch see it").click();
      await expect.poll(() => imported.getByRole("link").count()).toBe(0);
    });
  });
}
