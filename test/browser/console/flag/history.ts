import { afterEach, describe, expect, it } from "vitest";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { overflow, seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { loaded } from "../support/loaded.ts";
import type { Visit, VisitOptions } from "../support/visit.ts";

export function describeFlagHistory(world: () => ConsoleWorld): void {
  describe("the history of a flag", () => {
    let visit: Visit;
    const open = async (key: string, options: Partial<VisitOptions> = {}): Promise<Visit["page"]> => {
      visit = await world().visit({ at: `#/flags/${key}?environment=staging&tab=history`, ...options });
      await loaded(visit.page);
      await visit.page.getByRole("region", { name: "Today" }).waitFor();
      return visit.page;
    };
    afterEach(() => visit?.close());

    const entry = (text: string | RegExp) => visit.page.getByRole("listitem").filter({ hasText: text });
    const choose = async (text: string | RegExp, action: string) => {
      await entry(text)
        .getByRole("button", { name: /^Actions for the change/ })
        .click();
      await visit.page.getByRole("menuitem", { name: action }).click();
    };
    const save = async (key: string) => {
      const dialog = visit.page.getByRole("dialog", { name: `Save ${key} in staging?` });
      await dialog.waitFor();
      const text = await dialog.textContent();
      await expect.poll(() => dialog.getByLabel(/to confirm$/).count()).toBe(0);
      await dialog.getByLabel("Why? (optional)").fill("went wrong");
      await dialog.getByRole("button", { name: "Save", exact: true }).click();
      await expect.poll(() => visit.page.getByRole("dialog").count()).toBe(0);
      return text;
    };
    const stored = async (key: string): Promise<Flag> =>
      (await world().api.call("getFlag", { path: { env: "staging", key } })).body;
    const rules = [{ id: "dutch", when: { attribute: "country", operator: "equals" as const, values: ["NL"] } }].map(
      (rule) => ({ ...rule, serve: { variant: "on" } }),
    );

    it("says the time of a change with its zone, and with UTC beside it", async () => {
      await world().save({ key: "timed" }, "staging");
      const page = await open("timed", { timezone: "Asia/Kolkata" });
      const time = page.getByRole("region", { name: "Today" }).getByRole("time").first();
      await expect.poll(() => time.textContent()).toMatch(/^\d\d:\d\d GMT\+5:30$/);
      await expect.poll(() => time.getAttribute("title")).toMatch(/, \d\d:\d\d GMT\+5:30 \(.*, \d\d:\d\d UTC\)$/);
    });

    it("says each change in words, and undoes one of them without the later ones", async () => {
      await world().save({ key: "undone" }, "staging");
      await world().save({ key: "undone", default: { variant: "on" } }, "staging");
      await world().save({ key: "undone", default: { variant: "on" }, rules }, "staging");
      const page = await open("undone");
      await expect.poll(() => page.getByRole("listitem").count()).toBe(3);
      await expect
        .poll(() => page.getByRole("listitem").allTextContents())
        .toEqual([
          expect.stringContaining("Rule dutch added: IF country is NL THEN on"),
          expect.stringContaining("Everyone else: off → on"),
          expect.stringContaining("Created. Serves: off"),
        ]);
      await choose("Everyone else: off → on", "Undo this change");
      expect(await save("undone")).toContain("Everyone else");
      await entry("Everyone else: on → off").getByText("went wrong").first().waitFor();
      expect(await stored("undone")).toMatchObject({ default: { variant: "off" }, rules });
      const of = (country: string) =>
        world().evaluate("undone", { environment: "staging", context: { targetingKey: "user-1", country } });
      await expect.poll(() => of("BE")).toMatchObject({ value: false });
      expect(await of("NL")).toMatchObject({ value: true });
    });

    it("names the fields that changed again, and undoes the rest", async () => {
      const key = "partly-undone";
      await world().save({ key }, "staging");
      await world().save({ key, default: { variant: "on" }, offVariant: "on" }, "staging");
      await world().save({ key, default: { variant: null }, offVariant: "on" }, "staging");
      const page = await open(key);
      await choose("Everyone else: off → on (and 1 more)", "Undo this change");
      const question = page.getByRole("dialog", { name: "Undo the rest of this change?" });
      await question.getByText("stay as they are now: everyone else").waitFor();
      await question.getByRole("button", { name: "Review" }).click();
      expect(await save(key)).toContain("When off");
      expect(await stored(key)).toMatchObject({ default: { variant: null }, offVariant: "off" });
    });

    it("restores a version after a review from now to then", async () => {
      const key = "restored";
      await world().save({ key, rules }, "staging");
      await world().save({ key, enabled: false }, "staging");
      await open(key);
      await choose("Created", "Restore this version");
      expect(await save(key)).toMatch(/State.*off.*on/s);
      expect(await stored(key)).toMatchObject({ enabled: true, rules });
      const context = { targetingKey: "user-1", country: "NL" };
      await expect
        .poll(() => world().evaluate(key, { environment: "staging", context }))
        .toMatchObject({ value: true });
    });

    it("cannot replace unsaved changes, and opens Try it at the version of a change", async () => {
      const key = "replayed";
      await world().save({ key }, "staging");
      await world().save({ key, enabled: false }, "staging");
      const page = await open(key);
      await page.getByRole("tab", { name: "Settings" }).click();
      await page.getByLabel("Owner").fill("ann");
      await page.getByRole("tab", { name: "History" }).click();
      await entry("State: on → off")
        .getByRole("button", { name: /^Actions/ })
        .click();
      const undoing = page.getByRole("menuitem", { name: "Undo this change" });
      await expect.poll(() => undoing.textContent()).toContain("Save or discard your changes first");
      await expect.poll(() => undoing.getAttribute("aria-disabled")).toBe("true");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Discard" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Discard" }).click();
      await choose("Created", "Replay in Try it");
      await expect.poll(() => page.url()).toMatch(/#\/try\/replayed\?environment=staging&version=\d+/);
    });

    it.each(["light", "dark"] as const)("passes axe on a phone, with a change open: %s", async (scheme) => {
      const page = await open("checkout-redesign", { scheme, width: 360, height: 780 });
      await page.getByRole("listitem").locator("summary").first().click();
      expect(await seriousFindings(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
    });
  });
}
