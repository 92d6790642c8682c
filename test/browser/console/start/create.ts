import { describe, expect, it } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import { usePages } from "../support/pages.ts";
import { Steps } from "../support/steps.ts";

const SUBJECTS = Array.from({ length: 200 }, (_, i) => `customer-${i}`);

export function describeCreateJourneys(world: () => ConsoleWorld): void {
  describe("a person who creates a flag", () => {
    const { open } = usePages(world);

    /** Returns how many of the subjects of a country get `true`. */
    async function served(flag: string, country: string): Promise<number> {
      const responses = await Promise.all(
        SUBJECTS.map((targetingKey) => world().evaluate(flag, { context: { targetingKey, country } })),
      );
      return responses.filter(({ value }) => value === true).length;
    }

    it("has it live for 10% of NL in production after six steps and one confirmation", async () => {
      // The attribute is known from a condition.
      const when = { attribute: "country", operator: "in" as const, values: ["NL"] };
      await world().save({ key: "knows-country", rules: [{ id: "home", when, serve: { variant: "on" } }] });
      const page = await open("#/flags?environment=production");
      const steps = new Steps();
      await steps.press(page.getByRole("link", { name: "New flag" }));
      await steps.fill(page.getByLabel("Name", { exact: true }), "Gift cards (beta)");
      await expect.poll(() => page.getByLabel("Key", { exact: true }).inputValue()).toBe("gift-cards-beta");
      await expect.poll(() => page.getByRole("combobox", { name: "Attribute" }).inputValue()).toBe("country");
      await steps.fill(page.getByRole("textbox", { name: "is one of" }), "NL");
      await steps.fill(page.getByLabel("Percentage of them"), "10");
      await expect.poll(() => page.getByRole("radio", { name: "Some people" }).isChecked()).toBe(true);
      await expect.poll(() => page.getByRole("radio", { name: "Servers only" }).isChecked()).toBe(true);
      await steps.press(page.getByRole("button", { name: "Review and create" }));
      const dialog = page.getByRole("dialog", { name: "Create gift-cards-beta?" });
      await expect.poll(() => dialog.textContent()).toContain("It is on in production, and off in");
      await expect.poll(() => dialog.textContent()).toContain("if country is NL, on for 10%");
      await steps.confirm(dialog, "production");
      await steps.press(dialog.getByRole("button", { name: "Create flag" }));
      const notice = page.getByRole("status").filter({ hasText: "now exists in" });
      await notice.waitFor();
      const said = (await notice.textContent()) ?? "";
      expect(said).toMatch(/^gift-cards-beta now exists in production(, | and )/);
      expect(said).toContain("Only servers see it; browsers do not");
      expect(said).toMatch(/It is on in production: if country is NL, on for 10%.*\. It is off in .*staging/);
      expect(steps.taken).toEqual({ steps: 6, confirmations: 1 });

      await expect.poll(() => served("gift-cards-beta", "NL")).toBeGreaterThan(5);
      expect(await served("gift-cards-beta", "NL")).toBeLessThan(40);
      expect(await served("gift-cards-beta", "BE")).toBe(0);
      const key = world().keys.environments["production"]!.clientKey;
      expect(await world().evaluate("gift-cards-beta", { key })).toMatchObject({ status: 404 });
      expect(await world().evaluate("gift-cards-beta", { environment: "staging" })).toMatchObject({
        value: false,
        reason: "DISABLED",
      });
    });
  });

  describeChoices(world);
  describeCreationUndo(world);
}

function describeChoices(world: () => ConsoleWorld): void {
  describe("a person who creates a flag by other choices", () => {
    const { visit, open } = usePages(world);

    it("chooses from named values, and keeps the flag from browsers", async () => {
      const page = await open("#/flags/new?environment=staging");
      await page.getByLabel("Name", { exact: true }).fill("Button colour");
      await page.getByLabel("Type", { exact: true }).selectOption("string");
      await page.getByRole("group", { name: "Variant treatment" }).getByLabel("Value").fill("blue");
      await page.getByRole("group", { name: "Variant control" }).getByLabel("Value").fill("grey");
      await page.getByRole("radio", { name: "Everybody", exact: true }).check();
      await page.getByRole("radio", { name: "Servers only" }).check();
      await page.getByRole("button", { name: "Review and create" }).click();
      const dialog = page.getByRole("dialog", { name: "Create button-colour?" });
      await expect.poll(() => dialog.getByLabel(/to confirm$/).count()).toBe(0);
      await dialog.getByRole("button", { name: "Create flag" }).click();
      await page.getByText("Only servers see it; browsers do not").waitFor();
      const staging = { environment: "staging" };
      await expect.poll(() => world().evaluate("button-colour", staging)).toMatchObject({ value: "blue" });
      expect(await world().evaluate("button-colour")).toMatchObject({ value: "grey", reason: "DISABLED" });
      const key = world().keys.environments["staging"]!.clientKey;
      expect(await world().evaluate("button-colour", { ...staging, key })).toMatchObject({ status: 404 });
    });

    it("sees at the key that another flag has it, and loses nothing", async () => {
      await world().save({ key: "taken-key" }, "staging");
      const page = await open("#/flags/new?environment=staging");
      visit().expectStatus(409);
      await page.getByLabel("Name", { exact: true }).fill("Taken key");
      await page.getByRole("radio", { name: "Servers only" }).check();
      await page.getByRole("button", { name: "Review and create" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Create flag" }).click();
      await page.getByText("taken-key is already the key of a flag", { exact: true }).waitFor();
      await expect.poll(() => page.getByLabel("Name", { exact: true }).inputValue()).toBe("Taken key");
      await page.getByLabel("Key", { exact: true }).fill("free-key");
      await page.getByRole("button", { name: "Review and create" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Create flag" }).click();
      await page.getByRole("heading", { name: "free-key", level: 1 }).waitFor();
    });

    it("turns a flag on for a segment from the flag's page", async () => {
      await world().save({ key: "not-yet", enabled: false });
      const page = await open("#/flags/not-yet?environment=production");
      await page.getByRole("button", { name: "Turn on for…" }).click();
      const dialog = page.getByRole("dialog", { name: "Turn on not-yet in production" });
      await dialog.getByRole("radio", { name: "A segment" }).check();
      const segment = dialog.getByRole("combobox", { name: "Segment" });
      await dialog.getByRole("button", { name: "Review" }).click();
      await dialog.getByText("is missing", { exact: true }).waitFor();
      await expect.poll(() => page.locator(":focus").and(segment).count()).toBe(1);
      await segment.selectOption("business-customers");
      await dialog.getByText("is missing", { exact: true }).waitFor({ state: "detached" });
      await dialog.getByRole("button", { name: "Review" }).click();
      const review = page.getByRole("dialog", { name: "Save not-yet in production?" });
      await expect.poll(() => review.textContent()).toContain("business-customers");
      await review.getByLabel(/to confirm$/).fill("production");
      await review.getByRole("button", { name: "Save" }).click();
      const of = (plan: string) => world().evaluate("not-yet", { context: { targetingKey: "user-1", plan } });
      await expect.poll(() => of("business")).toMatchObject({ value: true, reason: "TARGETING_MATCH" });
      expect(await of("free")).toMatchObject({ value: false });
      await page.getByRole("button", { name: "Turn on for…" }).waitFor({ state: "detached" });
    });
  });
}

function describeCreationUndo(world: () => ConsoleWorld): void {
  describe("a person who has created a flag by mistake", () => {
    const { open } = usePages(world);

    it("takes the creation back in every environment", async () => {
      const page = await open("#/flags/new?environment=staging");
      await page.getByLabel("Name", { exact: true }).fill("Made by mistake");
      await page.getByRole("radio", { name: "Servers only" }).check();
      await page.getByRole("button", { name: "Review and create" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Create flag" }).click();
      const notice = page.getByRole("status").filter({ hasText: "made-by-mistake now exists in" });
      await notice.getByRole("button", { name: "Undo" }).click();
      const review = page.getByRole("dialog", { name: "Delete made-by-mistake again?" });
      // The flag is off in production, so nobody can lose it.
      await expect.poll(() => review.getByLabel(/to confirm$/).count()).toBe(0);
      await review.getByRole("button", { name: "Delete flag" }).click();
      await page.getByText("made-by-mistake deleted from").waitFor();
      await page.getByRole("heading", { name: "Flags", level: 1 }).waitFor();
      for (const environment of ["staging", "production"]) {
        expect(await world().evaluate("made-by-mistake", { environment })).toMatchObject({ status: 404 });
      }
    });
  });
}
