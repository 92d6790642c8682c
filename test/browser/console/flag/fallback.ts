import { describe, expect, it } from "vitest";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { fillJson, focusedJson, jsonField } from "../support/json-field.ts";
import { usePages } from "../support/pages.ts";

/** Journeys through the fallback on the tab of the variants. */
export function describeFallbacks(world: () => ConsoleWorld): void {
  describe("a person who gives code a fallback", () => {
    const { visit, open } = usePages(world);
    const save = (flag: { key: string } & Partial<Flag>) => world().save(flag, "staging");
    const openValues = (key: string) => open(`#/flags/${key}?environment=staging&tab=variants`);
    const box = () => visit().page.getByRole("checkbox", { name: "Give code a fallback" });
    const review = async () => {
      await visit().page.getByRole("button", { name: "Review and save" }).click();
      const dialog = visit().page.getByRole("dialog");
      // The review asks for the key until it knows that no protected environment has the flag.
      await dialog.getByLabel(/to confirm$/).waitFor({ state: "detached" });
      return dialog;
    };
    /** Returns the value that generated code has for a flag. */
    const inManifest = async (key: string): Promise<unknown> => {
      const { adminToken } = world().keys;
      const headers = { authorization: `Bearer ${adminToken}` };
      const response = await world().colo.fetch("/openfeature/v0/manifest", { headers });
      const { flags } = (await response.json()) as { flags: { key: string; defaultValue: unknown }[] };
      return flags.find((flag) => flag.key === key)?.defaultValue;
    };

    it("sees mistakes at the field, and the edge serves the fallback to generated code", async () => {
      await save({ key: "fallback-limit", type: "integer", variants: { on: 5, off: 1 }, default: { variant: "on" } });
      const page = await openValues("fallback-limit");
      await expect.poll(() => box().isChecked()).toBe(false);
      await box().check();
      const field = page.getByLabel("Fallback", { exact: true });
      await expect.poll(() => field.inputValue()).toBe("1");
      await field.fill("2.5");
      await page.getByText("must be a whole number between").waitFor();
      await page.getByRole("button", { name: "Review and save" }).click();
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
      expect(await seriousFindings(page)).toEqual([]);
      await field.fill("3");
      const dialog = await review();
      await expect.poll(() => dialog.getByRole("region", { name: "Changes" }).textContent()).toMatch(/Fallback.*3/);
      await dialog.getByRole("button", { name: "Save", exact: true }).click();
      const notice = page.locator(".notice").filter({ hasText: "saved in staging. Fallback added: 3" });
      await notice.waitFor();
      expect(await inManifest("fallback-limit")).toBe(3);
      expect(await world().evaluate("fallback-limit", { environment: "staging" })).toMatchObject({ value: 5 });
      await notice.getByRole("button", { name: "Undo" }).click();
      await expect.poll(() => inManifest("fallback-limit")).toBe(1);
      await expect.poll(() => box().isChecked()).toBe(false);
    });

    it("removes it by clearing the box", async () => {
      await save({ key: "fallback-gone", fallback: true });
      const page = await openValues("fallback-gone");
      await expect.poll(() => page.getByLabel("Fallback", { exact: true }).inputValue()).toBe("true");
      await box().uncheck();
      const dialog = await review();
      await expect
        .poll(() => dialog.getByRole("region", { name: "Changes" }).textContent())
        .toMatch(/Fallback.*true.*none/);
      await dialog.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByText("saved in staging. Fallback removed: true").waitFor();
      const path = { env: "staging", key: "fallback-gone" };
      expect((await world().api.call("getFlag", { path })).body).not.toHaveProperty("fallback");
      expect(await inManifest("fallback-gone")).toBe(false);
    });

    it("types the letters of shortcuts into JSON as text, and goes on after a review", async () => {
      const variants = { on: { at: 1 }, off: { at: 2 } };
      await save({ key: "fallback-typed", type: "object", variants });
      const page = await openValues("fallback-typed");
      await box().check();
      await fillJson(page, "Fallback as JSON", "");
      await page.keyboard.type('{ "n": "/?" }');
      const text = jsonField(page, "Fallback as JSON").locator("textarea");
      await expect.poll(() => text.inputValue()).toBe('{ "n": "/?" }');
      expect(await page.getByRole("dialog").count()).toBe(0);

      await page.keyboard.press("Control+s");
      await page.getByRole("dialog").getByRole("button", { name: "Keep editing" }).press("Enter");
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
      await page.locator(".cm-content:focus").waitFor();
      await page.keyboard.press("Control+a");
      await page.keyboard.type("[1]");
      await expect.poll(() => text.inputValue()).toBe("[1]");
    });

    it("sees that it does not fit the JSON Schema before the review", async () => {
      const jsonSchema = { type: "object", required: ["size"] };
      const variants = { on: { size: 2 }, off: { size: 1 } };
      await save({ key: "fallback-schema", type: "object", variants, jsonSchema });
      const page = await openValues("fallback-schema");
      await box().check();
      await fillJson(page, "Fallback as JSON", "null");
      await page.getByText("must be a JSON object or list").waitFor();
      await fillJson(page, "Fallback as JSON", "{}");
      await page.getByRole("button", { name: "Review and save" }).click();
      await jsonField(page, "Fallback as JSON")
        .getByRole("textbox", { includeHidden: false })
        .and(page.locator("[aria-invalid][aria-description*='must have']"))
        .waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await expect.poll(() => focusedJson(page)).toBe("Fallback as JSON");
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    });
  });
}
