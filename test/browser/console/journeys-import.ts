import { afterEach, describe, expect, it } from "vitest";
import { addUsage } from "../../../src/store/usage/add-usage.ts";
import { overflow, seriousFindings } from "./support/audit-page.ts";
import type { ConsoleWorld } from "./support/console-world.ts";
import { loaded } from "./support/loaded.ts";
import { UNLEASH } from "./support/unleash.ts";
import { usePages } from "./support/pages.ts";
import type { Visit, VisitOptions } from "./support/visit.ts";

const HOUR_MS = 3_600_000;

const fileOf = (name: string, text: string) => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(text),
});

/** Imports the example into staging. */
async function importInto(page: Visit["page"], source: object = UNLEASH): Promise<void> {
  await page.getByLabel("System").selectOption("Unleash");
  await page.getByLabel("Files").setInputFiles([fileOf("features.json", JSON.stringify(source))]);
  await page.getByRole("button", { name: "Show report" }).click();
  await page.getByRole("button", { name: "Review and apply" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Apply to staging" }).click();
  await page.getByRole("region", { name: "Apply" }).getByText("Import into staging: created").waitFor();
}

/** The example with other keys, because the environments of the tests are shared. */
function renamedUnleash(stem: string): object {
  return JSON.parse(
    JSON.stringify(UNLEASH).replaceAll("new-search", `${stem}-flag`).replaceAll("dutch", `${stem}-segment`),
  );
}

export function describeImportUndo(world: () => ConsoleWorld): void {
  describe("a person who takes an import back", () => {
    const { open } = usePages(world);
    const flagOf = (key: string) =>
      world().evaluate(key, { environment: "staging", context: { targetingKey: "u", userId: "u", country: "NL" } });

    it("reviews what is deleted, and the edge has what it had before", async () => {
      const page = await open("#/import?environment=staging");
      await importInto(page, renamedUnleash("undo-import"));
      await expect.poll(() => flagOf("undo-import-flag")).toMatchObject({ value: true });
      const hour = Math.floor(Date.now() / HOUR_MS);
      const at = hour * HOUR_MS;
      await addUsage(world().db, "undo-import", [["staging", hour, "undo-import-flag", "on", "", "", 9, 0, at, at]]);
      const notice = page.locator(".notice").filter({ hasText: "Import into staging: created" });
      await notice.getByRole("button", { name: "Undo" }).click();
      const review = page.getByRole("dialog", { name: "Undo the import into staging?" });
      await review.getByText("Delete flag undo-import-flag").waitFor();
      const uses = review.getByRole("list", { name: "Still in use" }).getByRole("listitem");
      await expect
        .poll(() => uses.allTextContents())
        .toEqual([expect.stringMatching(/^staging last evaluated undo-import-flag /)]);
      await review.getByText("Delete segment undo-import-segment").click();
      expect(await seriousFindings(page)).toEqual([]);
      await review.getByRole("button", { name: "Undo the import" }).click();
      await page
        .getByText(/^Import into staging undone: deleted segment undo-import-segment and flag undo-import-flag/)
        .first()
        .waitFor();
      await expect.poll(() => flagOf("undo-import-flag")).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });
      const path = { env: "staging", key: "undo-import-segment" };
      await expect(world().api.call("getSegment", { path })).rejects.toMatchObject({ status: 404 });
    });

    it("reads which flags have changed since and stay, with the segment that they use", async () => {
      const page = await open("#/import?environment=staging");
      await importInto(page, renamedUnleash("kept-import"));
      const path = { env: "staging", key: "kept-import-flag" };
      const { version: _, ...flag } = (await world().api.call("getFlag", { path })).body;
      await world().api.call("putFlag", { path, body: { ...flag, description: "changed since" } });
      await page.getByRole("button", { name: "Undo this import" }).click();
      await page
        .getByText(
          "The import into staging cannot be undone. flag kept-import-flag: it has changed since and segment kept-import-segment: flag kept-import-flag uses it",
        )
        .waitFor();
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
      expect(await flagOf("kept-import-flag")).toMatchObject({ value: true });
      await page.getByRole("link", { name: "Show the changes in the audit log" }).click();
      // Only the import: neither what came before it, nor the change since.
      const writes = page.locator("ol.history:not(.nested) > li");
      await writes.getByText("kept-import-segment").waitFor();
      await expect.poll(() => writes.count()).toBe(1);
      await expect.poll(() => writes.textContent()).not.toContain("changed since");
    });
  });
}

export function describeImportJourneys(world: () => ConsoleWorld): void {
  describe("a person on the Import page", () => {
    let visit: Visit;
    const open = async (options: Partial<VisitOptions> = {}): Promise<Visit["page"]> => {
      visit = await world().visit({ at: "#/import?environment=staging", ...options });
      await loaded(visit.page);
      return visit.page;
    };
    afterEach(() => visit?.close());

    /** Chooses a system and its files, and asks for the report. */
    async function read(system: string, ...files: ReturnType<typeof fileOf>[]): Promise<void> {
      const { page } = visit;
      await page.getByLabel("System").selectOption(system);
      await page.getByLabel("Files").setInputFiles(files);
      await page.getByRole("button", { name: "Show report" }).click();
    }

    it("sees the report, and applies the flags after a review", async () => {
      const page = await open();
      await read("Unleash", fileOf("features.json", JSON.stringify(UNLEASH)));
      const report = page.getByRole("region", { name: "Report" });
      await expect
        .poll(() => report.getByRole("status").textContent())
        .toBe("2 flags of Unleash: 1 exact, 1 not importable");
      await report.getByLabel("Outcome").selectOption("not importable");
      await expect
        .poll(() => report.getByRole("row").allTextContents())
        .toEqual([
          "KeyKindOutcomePlaceNote",
          expect.stringContaining("own-codeflagnot importable/features/1/strategies/0"),
        ]);
      const apply = page.getByRole("region", { name: "Apply" });
      await apply.getByLabel("To environment").selectOption("production");
      await apply.getByRole("button", { name: "Review and apply" }).click();
      const dialog = page.getByRole("dialog", { name: "Import into production?" });
      await dialog.getByText("Create flag new-search").click();
      await expect.poll(() => dialog.textContent()).toContain('"hash":"unleash-1"');
      await expect.poll(() => dialog.getByRole("button", { name: "Apply to production" }).isDisabled()).toBe(true);
      await dialog.getByLabel(/to confirm$/).fill("production");
      await dialog.getByRole("button", { name: "Apply to production" }).click();
      await expect
        .poll(() => apply.getByRole("status").textContent())
        .toContain("Import into production: created segment dutch and flag new-search");
      const of = (country: string) =>
        world().evaluate("new-search", { context: { targetingKey: "u", userId: "u", country } });
      await expect.poll(() => of("NL")).toMatchObject({ value: true });
      expect(await of("BE")).toMatchObject({ value: false });
      await apply.getByRole("button", { name: "Review and apply" }).click();
      await expect.poll(() => apply.getByRole("status").textContent()).toContain("nothing to change");
    });

    it("reads several files, in YAML too, and the choices of a system", async () => {
      const page = await open();
      const [features, segments] = [UNLEASH.features, UNLEASH.segments].map((part, i) =>
        JSON.stringify({ [i === 0 ? "features" : "segments"]: part }),
      );
      await page.getByLabel("System").selectOption("Unleash");
      await page.getByLabel("SDK that evaluates the flags now").selectOption("Node.js");
      const files = [fileOf("one.json", features ?? ""), fileOf("two.yaml", `# from staging\n${segments}`)];
      await page.getByLabel("Files").setInputFiles(files);
      await page.getByRole("button", { name: "Show report" }).click();
      const report = page.getByRole("region", { name: "Report" });
      await expect.poll(() => report.textContent()).toContain("dutch");
      await page.getByRole("button", { name: "Review and apply" }).click();
      const dialog = page.getByRole("dialog", { name: "Import into staging?" });
      await expect.poll(() => dialog.textContent()).toContain("unleash-low-byte-1");
      await expect.poll(() => dialog.textContent()).toContain("Create segment dutch");
      await dialog.getByRole("button", { name: "Cancel" }).click();
      // The form has changed, so its report is no longer true.
      await page.getByLabel("Also import flags").check();
      await expect.poll(() => report.count()).toBe(0);
    });

    it("keeps the report when another environment is chosen in the bar, and applies to that one", async () => {
      const page = await open();
      await read("Unleash", fileOf("features.json", JSON.stringify(UNLEASH)));
      await page.getByText("1 flag and 1 segment can be applied, and 1 is left out").waitFor();
      await page.getByRole("combobox", { name: "Environment", exact: true }).selectOption("Production");
      await expect.poll(() => page.getByLabel("To environment").inputValue()).toBe("production");
      await expect.poll(() => page.getByRole("region", { name: "Report" }).count()).toBe(1);
    });

    it("loads the importers, and the reader of YAML only for YAML", async () => {
      const page = await open({ at: "#/flags?environment=staging" });
      const scripts: string[] = [];
      page.on("request", (request) => {
        if (request.resourceType() === "script")
          scripts.push(new URL(request.url()).pathname.replace(/-[\w-]{8}\.js$/, ""));
      });
      await page.getByRole("link", { name: "Import" }).click();
      await page.getByLabel("System").waitFor();
      expect(scripts).toContain("/console/assets/importing");
      // The other files are those that pages of flags load too.
      const importers = [...scripts];
      await read("Unleash", fileOf("features.yaml", `# from staging\n${JSON.stringify(UNLEASH)}`));
      await page.getByRole("region", { name: "Report" }).waitFor();
      expect(scripts.slice(importers.length)).toEqual(["/console/assets/yaml"]);
    });

    it("downloads the report as JSON", async () => {
      const page = await open();
      await read("Unleash", fileOf("features.json", JSON.stringify(UNLEASH)));
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: "Download as JSON" }).click();
      const stream = await (await download).createReadStream();
      const report = JSON.parse(Buffer.concat(await stream.toArray()).toString()) as { system: string };
      expect((await download).suggestedFilename()).toBe("unleash-report.json");
      expect(report).toMatchObject({ system: "unleash", entries: [{ key: "new-search", outcome: "exact" }, {}, {}] });
    });

    it("is told what is wrong with a file", async () => {
      const page = await open();
      const problem = page.getByRole("main").getByRole("alert");
      await read("Unleash", fileOf("broken.json", '{ "features": ['));
      await expect.poll(() => problem.textContent()).toContain("broken.json is neither JSON nor YAML");
      await read("LaunchDarkly", fileOf("features.json", JSON.stringify({ toggles: {} })));
      await expect
        .poll(() => problem.textContent())
        .toContain("features.json contains toggles, but no flags of LaunchDarkly");
      await read("Unleash", fileOf("custom.json", JSON.stringify({ features: UNLEASH.features.slice(1) })));
      await page.getByText("Nothing can be imported").waitFor();
      await expect.poll(() => page.getByRole("button", { name: "Review and apply" }).count()).toBe(0);
    });

    it("sees the reason if the environment refuses the flags or has changed since the review", async () => {
      const page = await open();
      await read("Unleash", fileOf("features.json", JSON.stringify(UNLEASH)));
      await page.getByRole("button", { name: "Review and apply" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Apply to staging" }).waitFor();
      await world().save({ key: "somebody-else" }, "staging");
      visit.expectStatus(412);
      await dialog.getByRole("button", { name: "Apply to staging" }).click();
      await expect
        .poll(() => dialog.getByRole("alert").textContent())
        .toContain("Someone else has changed staging since the review");
    });

    it("can read the report with a read-only token, but not apply it", async () => {
      const page = await open({ token: world().readToken });
      await read("Unleash", fileOf("features.json", JSON.stringify(UNLEASH)));
      await page.getByText("Your token is read-only").waitFor();
      await expect.poll(() => page.getByRole("button", { name: "Review and apply" }).count()).toBe(0);
    });

    it.each(["light", "dark"] as const)("passes axe with a report and with its review: %s", async (scheme) => {
      for (const width of [1280, 360]) {
        const page = await open({ scheme, width });
        await read("Unleash", fileOf("features.json", JSON.stringify(UNLEASH)));
        await page.getByRole("region", { name: "Report" }).waitFor();
        expect(await seriousFindings(page)).toEqual([]);
        expect(await overflow(page)).toBeLessThanOrEqual(0);
        await page.getByRole("button", { name: "Review and apply" }).click();
        await page.getByRole("dialog").waitFor();
        await page.getByText("Create segment").click();
        expect(await seriousFindings(page)).toEqual([]);
        await visit.close();
      }
    });
  });
}
