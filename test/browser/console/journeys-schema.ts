import type { Page } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import type { Flag } from "../../../sdk/client/contract.ts";
import { overflow, seriousFindings } from "./support/audit-page.ts";
import type { ConsoleWorld } from "./support/console-world.ts";
import { fillJson, focusedJson, jsonField } from "./support/json-field.ts";
import { loaded } from "./support/loaded.ts";
import type { Visit, VisitOptions } from "./support/visit.ts";

const SCHEMA = { type: "object", properties: { size: { type: "integer" } }, required: ["size"] };

/** Journeys through the JSON Schema of an object flag. */
export function describeSchemaJourneys(world: () => ConsoleWorld): void {
  describe("a person who describes the values of a flag", () => {
    let visit: Visit;
    const open = async (at: string, options: Partial<VisitOptions> = {}): Promise<Visit["page"]> => {
      visit = await world().visit({ at: `#/flags/${at}?environment=staging&tab=variants&editor=full`, ...options });
      await loaded(visit.page);
      return visit.page;
    };
    afterEach(() => visit?.close());

    const save = (flag: { key: string } & Partial<Flag>) =>
      world().save(
        {
          type: "object",
          variants: { s: { size: 1 }, l: { size: "L" } },
          default: { variant: "s" },
          offVariant: "s",
          ...flag,
        },
        "staging",
      );
    const stored = async (key: string) => (await world().api.call("getFlag", { path: { env: "staging", key } })).body;
    const text = (page: Page) => page.locator('textarea[data-pointer="/jsonSchema"]');
    const review = () => visit.page.getByRole("button", { name: /^Review and/ }).click();
    const confirm = async (action: string) => {
      const dialog = visit.page.getByRole("dialog");
      await dialog.getByRole("button", { name: action, exact: true }).click();
      await expect.poll(() => visit.page.getByRole("dialog").count()).toBe(0);
    };

    it("sees mistakes in the text, in the schema and in the variants before the review", async () => {
      await save({ key: "sizes" });
      const page = await open("sizes");
      const fill = (schema: string) => fillJson(page, "JSON Schema", schema);
      await fill("{");
      await page.getByText("line 1, column 2: } is missing").waitFor();
      await fill("[]");
      await page.getByText("must be a JSON object", { exact: true }).waitFor();
      await fill(JSON.stringify({ ...SCHEMA, contains: {} }));
      await review();
      await page
        .getByText(/\/contains "contains" is not a keyword/)
        .first()
        .waitFor();
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
      await expect.poll(() => focusedJson(page)).toBe("JSON Schema");

      await fill(JSON.stringify(SCHEMA));
      await expect.poll(() => page.getByText(/is not a keyword/).count()).toBe(0);
      await review();
      const large = page.getByRole("group", { name: "Variant l" });
      await large.getByText("/size must be a whole number (/jsonSchema/properties/size/type)").waitFor();
      await expect.poll(() => page.getByRole("alert").textContent()).toContain("variant l, size");
      expect(await seriousFindings(page)).toEqual([]);
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);

      await fillJson(large, "Value as JSON", '{ "size": 9 }');
      await review();
      await confirm("Save");
      expect(await stored("sizes")).toMatchObject({ jsonSchema: SCHEMA, variants: { l: { size: 9 } } });
      await expect
        .poll(() => world().evaluate("sizes", { environment: "staging" }))
        .toMatchObject({ value: { size: 1 } });
    });

    it("removes the schema by emptying the field, and discards a change of it", async () => {
      await save({ key: "emptied", variants: { s: { size: 1 } }, jsonSchema: SCHEMA });
      const page = await open("emptied");
      const fill = (schema: string) => fillJson(page, "JSON Schema", schema);
      await fill('{ "type": "array" }');
      await page.getByRole("button", { name: "Discard" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Discard" }).click();
      await expect.poll(() => text(page).inputValue()).toBe(JSON.stringify(SCHEMA, null, 2));
      await fill("");
      await review();
      await confirm("Save");
      expect(await stored("emptied")).not.toHaveProperty("jsonSchema");
    });

    it("gives a new flag a schema with the keyboard alone, on a phone", async () => {
      const page = await open("new", { width: 360, height: 780 });
      await expect.poll(() => text(page).count()).toBe(0);
      await page.getByLabel("Key", { exact: true }).focus();
      await page.keyboard.type("described");
      await page.getByLabel("Type", { exact: true }).selectOption("object");
      await page.getByLabel("Visible to client keys (browsers and apps)").focus();
      const schema = jsonField(page, "JSON Schema").getByRole("textbox");
      const hasFocus = () => schema.and(page.locator(":focus")).count();
      for (let tabs = 0; tabs < 15 && (await hasFocus()) === 0; tabs++) await page.keyboard.press("Tab");
      await page.keyboard.type('{ "type": "array" }');
      await expect.poll(() => text(page).inputValue()).toBe('{ "type": "array" }');
      expect(await overflow(page)).toBe(0);
      await page.keyboard.press("Tab");
      await review();
      await page.getByRole("group", { name: "Variant a" }).getByText("must be a list (/jsonSchema/type)").waitFor();
      for (const name of ["a", "b"]) {
        await fillJson(page.getByRole("group", { name: `Variant ${name}` }), "Value as JSON", "[]");
      }
      await review();
      await confirm("Create flag");
      await expect
        .poll(() => stored("described"))
        .toMatchObject({ jsonSchema: { type: "array" }, variants: { a: [] } });
    });
  });
}
