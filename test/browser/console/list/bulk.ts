import type { Route } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import type { Visit } from "../support/visit.ts";

/** Opens the list, and changes the selected flags. */
function useBulk(world: () => ConsoleWorld) {
  let visit: Visit;
  afterEach(() => visit?.close());
  const dialog = () => visit.page.getByRole("dialog");
  return {
    dialog,
    changes: () => dialog().getByRole("list", { name: "Changes" }),
    expectStatus: (status: number) => visit.expectStatus(status),
    open: async (search: string, environment = "staging") => {
      visit = await world().visit({ at: `#/flags?environment=${environment}&search=${search}` });
      return visit.page;
    },
    /** Makes a change by somebody else when the next request for this address is on its way. */
    during: async (address: string, change: () => Promise<unknown>) => {
      const late = async (route: Route): Promise<void> => {
        await change();
        await route.continue();
      };
      await visit.page.route(address, late, { times: 1 });
    },
    choose: async (action: string) => {
      await visit.page.getByRole("button", { name: "Change", exact: true }).click();
      await visit.page.getByRole("menuitem", { name: action }).click();
    },
  };
}

export function describeBulkJourneys(world: () => ConsoleWorld): void {
  describe("a person who changes many flags", () => {
    const { dialog, changes, expectStatus, open, choose } = useBulk(world);
    const version = async (environment: string) =>
      (await world().api.call("getEnvironment", { path: { env: environment } })).body.version;

    it("turns a range of them off in production, in one write, after one review", async () => {
      for (const i of [1, 2, 3, 4]) await world().save({ key: `bulk-off-${i}`, default: { variant: "on" } });
      await world().save({ key: "bulk-off-3", enabled: false });
      const page = await open("bulk-off-", "production");
      await page.getByRole("checkbox", { name: "Select bulk-off-1" }).click();
      await page.getByRole("checkbox", { name: "Select bulk-off-3" }).click({ modifiers: ["Shift"] });
      await page.getByText("3 selected").waitFor();
      await choose("Turn off…");
      await expect
        .poll(() => changes().getByRole("listitem").allTextContents())
        .toEqual(["bulk-off-1: on → off in production", "bulk-off-2: on → off in production"]);
      const before = await version("production");
      await dialog()
        .getByLabel(/to confirm$/)
        .fill("production");
      await dialog().getByRole("button", { name: "Turn off 2" }).click();
      await dialog().waitFor({ state: "detached" });
      expect(await version("production")).toBe(before + 1);
      await expect.poll(() => world().evaluate("bulk-off-1")).toMatchObject({ reason: "DISABLED" });
      expect(await world().evaluate("bulk-off-4")).toMatchObject({ value: true });
      await expect.poll(() => page.getByRole("switch", { name: "bulk-off-2 enabled" }).isChecked()).toBe(false);
      await world().save({ key: "bulk-off-2", default: { variant: "on" } });
      const notice = page.locator(".notice").filter({ hasText: "Turned off in production: bulk-off-1 and bulk-off-2" });
      await notice.getByRole("button", { name: "Undo" }).click();
      await changes().getByText("bulk-off-1: off → on").waitFor();
      await dialog()
        .getByLabel(/to confirm$/)
        .fill("production");
      await dialog().getByRole("button", { name: "Undo the change" }).click();
      await page
        .getByText("Change undone for bulk-off-1. Left as they are, because they have changed since: bulk-off-2")
        .waitFor();
      await expect.poll(() => world().evaluate("bulk-off-1")).toMatchObject({ value: true });
      await expect.poll(() => page.getByRole("switch", { name: "bulk-off-1 enabled" }).isChecked()).toBe(true);
    });

    it("tags all that a search finds", async () => {
      for (const i of [1, 2]) await world().save({ key: `bulk-tag-${i}` }, "staging");
      const page = await open("bulk-tag-");
      await page.getByRole("checkbox", { name: "Select bulk-tag-1" }).click();
      await page.getByRole("button", { name: "Select all 2" }).click();
      await choose("Add a tag…");
      await dialog().getByLabel("Tag", { exact: true }).fill("tidy");
      await dialog().getByRole("button", { name: "Save" }).click();
      await dialog().waitFor({ state: "detached" });
      const { items } = (await world().api.call("listDefinitions", { query: { tag: "tidy" } })).body;
      expect(items.map(({ key }) => key)).toEqual(["bulk-tag-1", "bulk-tag-2"]);
      const notice = page.locator(".notice").filter({ hasText: "Tag tidy added to bulk-tag-1 and bulk-tag-2" });
      await notice.getByRole("button", { name: "Undo" }).click();
      await page.getByText("Change undone for bulk-tag-1 and bulk-tag-2").waitFor();
      expect((await world().api.call("listDefinitions", { query: { tag: "tidy" } })).body.items).toEqual([]);
    });

    it("archives those that can be archived, and lists the others with the reason", async () => {
      for (const key of ["bulk-gone", "bulk-needed"]) await world().save({ key }, "staging");
      const prerequisites = [{ flag: "bulk-needed", variants: ["on"] }];
      await world().save({ key: "needs-another", prerequisites }, "staging");
      const page = await open("bulk-");
      expectStatus(409);
      for (const key of ["bulk-gone", "bulk-needed"])
        await page.getByRole("checkbox", { name: `Select ${key}` }).click();
      await choose("Archive…");
      await dialog()
        .getByLabel(/to confirm$/)
        .fill("archive");
      await dialog().getByRole("button", { name: "Archive 2" }).click();
      await dialog()
        .getByRole("alert")
        .getByText(/^bulk-needed: .*needs-another/)
        .waitFor();
      const definition = async () => (await world().api.call("getDefinition", { path: { key: "bulk-gone" } })).body;
      expect((await definition()).archivedAt).toBeDefined();
      const notice = page.locator(".notice").filter({ hasText: "Archived in every environment: bulk-gone" });
      await notice.getByRole("button", { name: "Undo" }).click();
      await page.getByText("Change undone for bulk-gone").waitFor();
      expect((await definition()).archivedAt).toBeUndefined();
    });

    it("reviews again what somebody else has changed in the meantime", async () => {
      await world().save({ key: "bulk-raced" }, "staging");
      const page = await open("bulk-raced");
      expectStatus(412);
      await page.getByRole("checkbox", { name: "Select bulk-raced" }).click();
      await choose("Set the owner…");
      await dialog().getByLabel("Owner").fill("growth");
      await changes().getByText("owner nobody → growth").waitFor();
      await world().save({ key: "bulk-raced", owner: "payments" }, "staging");
      await dialog().getByRole("button", { name: "Save" }).click();
      await dialog()
        .getByText(/^bulk-raced: somebody else has changed it since the review/)
        .waitFor();
      await changes().getByText("owner payments → growth").waitFor();
      await dialog().getByRole("button", { name: "Save" }).click();
      await dialog().waitFor({ state: "detached" });
      expect((await world().api.call("getDefinition", { path: { key: "bulk-raced" } })).body.owner).toBe("growth");
    });
  });

  describeRaces(world);
  describeBulkUndo(world);
}

function describeRaces(world: () => ConsoleWorld): void {
  describe("a person who changes many flags while others change one of them", () => {
    const { dialog, expectStatus, open, choose, during } = useBulk(world);
    const evaluate = (key: string) => world().evaluate(key, { environment: "staging" });

    it("overwrites nothing that arrives just before the write, and writes the rest", async () => {
      for (const i of [1, 2]) await world().save({ key: `bulk-late-${i}` }, "staging");
      const page = await open("bulk-late-");
      expectStatus(412);
      for (const i of [1, 2]) await page.getByRole("checkbox", { name: `Select bulk-late-${i}` }).click();
      await choose("Turn off…");
      await during("**/apply", () => world().save({ key: "bulk-late-1", default: { variant: "on" } }, "staging"));
      await dialog().getByRole("button", { name: "Turn off 2" }).click();
      const left = dialog().getByRole("alert").getByRole("listitem");
      await expect.poll(() => left.allTextContents()).toHaveLength(1);
      await expect
        .poll(() => left.textContent())
        .toContain("bulk-late-1: somebody else has changed it since the review");
      await dialog().getByRole("button", { name: "Turn off 1" }).waitFor();
      await expect.poll(() => evaluate("bulk-late-2")).toMatchObject({ reason: "DISABLED" });
      await expect.poll(() => evaluate("bulk-late-1")).toMatchObject({ reason: "STATIC", value: true });
      await page.locator(".notice").filter({ hasText: "Turned off in staging: bulk-late-2" }).waitFor();
    });

    it("confirms again by typing when there is another change to review, and keeps the reason", async () => {
      await world().save({ key: "bulk-retyped", default: { variant: "on" } });
      await open("bulk-retyped", "production").then((page) =>
        page.getByRole("checkbox", { name: "Select bulk-retyped" }).click(),
      );
      expectStatus(412);
      await choose("Turn off…");
      const [typed, reason] = [dialog().getByLabel(/to confirm$/), dialog().getByLabel("Why? (optional)")];
      const turnOff = dialog().getByRole("button", { name: "Turn off 1" });
      await typed.fill("production");
      await reason.fill("INC-4: too slow");
      await during("**/apply", () => world().save({ key: "bulk-retyped", default: { variant: "off" } }));
      await turnOff.click();
      await dialog()
        .getByText(/^bulk-retyped: somebody else has changed it/)
        .waitFor();
      await expect.poll(() => typed.inputValue()).toBe("");
      await expect.poll(() => turnOff.isDisabled()).toBe(true);
      expect(await reason.inputValue()).toBe("INC-4: too slow");
      await typed.fill("production");
      await turnOff.click();
      await dialog().waitFor({ state: "detached" });
      await expect.poll(() => world().evaluate("bulk-retyped")).toMatchObject({ reason: "DISABLED" });
    });

    it("archives no flag that somebody else has just changed", async () => {
      await world().save({ key: "bulk-wanted" }, "staging");
      await open("bulk-wanted").then((page) => page.getByRole("checkbox", { name: "Select bulk-wanted" }).click());
      expectStatus(412);
      await choose("Archive…");
      await dialog()
        .getByLabel(/to confirm$/)
        .fill("archive");
      await during("**/archive", () => world().save({ key: "bulk-wanted", default: { variant: "on" } }, "staging"));
      await dialog().getByRole("button", { name: "Archive 1" }).click();
      await dialog()
        .getByText(/^bulk-wanted: somebody else has changed it/)
        .waitFor();
      await expect.poll(() => evaluate("bulk-wanted")).toMatchObject({ value: true });
    });

    it("undoes the change of the others at once, and of that one without its other changes", async () => {
      for (const i of [1, 2]) await world().save({ key: `bulk-back-${i}`, default: { variant: "on" } }, "staging");
      const page = await open("bulk-back-");
      expectStatus(412);
      for (const i of [1, 2]) await page.getByRole("checkbox", { name: `Select bulk-back-${i}` }).click();
      await choose("Turn off…");
      await dialog().getByRole("button", { name: "Turn off 2" }).click();
      await dialog().waitFor({ state: "detached" });
      const later = { key: "bulk-back-1", enabled: false, default: { variant: "off" } };
      await during("**/apply", () => world().save(later, "staging"));
      const notice = page.locator(".notice").filter({ hasText: "Turned off in staging: bulk-back-1 and bulk-back-2" });
      await notice.getByRole("button", { name: "Undo" }).click();
      for (const key of ["bulk-back-2", "bulk-back-1"]) {
        await page
          .locator(".notice")
          .filter({ hasText: `Change undone for ${key}` })
          .waitFor();
      }
      await expect.poll(() => evaluate("bulk-back-2")).toMatchObject({ value: true });
      await expect.poll(() => evaluate("bulk-back-1")).toMatchObject({ reason: "STATIC", value: false });
    });
  });
}

function describeBulkUndo(world: () => ConsoleWorld): void {
  describe("a person who undoes a change of many flags", () => {
    const { dialog, changes, expectStatus, open, choose } = useBulk(world);

    it("undoes a change without losing one that someone else makes during the review", async () => {
      await world().save({ key: "bulk-kept", default: { variant: "on" } });
      const page = await open("bulk-kept", "production");
      expectStatus(412);
      await page.getByRole("checkbox", { name: "Select bulk-kept" }).click();
      await choose("Turn off…");
      const confirm = async (action: string) => {
        await dialog()
          .getByLabel(/to confirm$/)
          .fill("production");
        await dialog().getByRole("button", { name: action }).click();
      };
      await confirm("Turn off 1");
      await dialog().waitFor({ state: "detached" });
      const notice = page.locator(".notice").filter({ hasText: "Turned off in production: bulk-kept" });
      await notice.getByRole("button", { name: "Undo" }).click();
      await changes().getByText("bulk-kept: off → on").waitFor();
      const later = { key: "bulk-kept", enabled: false, default: { variant: "on" }, description: "during the review" };
      await world().save(later);
      await confirm("Undo the change");
      await page.getByText("Someone else has just changed bulk-kept").waitFor();
      await confirm("Undo the change");
      await page.getByText("Change undone for bulk-kept").waitFor();
      const stored = (await world().api.call("getFlag", { path: { env: "production", key: "bulk-kept" } })).body;
      expect(stored).toMatchObject({ enabled: true, description: "during the review" });
    });

    it("reviews the return of archived flags if production has one, also from elsewhere", async () => {
      for (const environment of ["staging", "production"]) await world().save({ key: "bulk-live" }, environment);
      const page = await open("bulk-live", "staging");
      await page.getByRole("checkbox", { name: "Select bulk-live" }).click();
      await choose("Archive…");
      await dialog()
        .getByLabel(/to confirm$/)
        .fill("archive");
      await dialog().getByRole("button", { name: "Archive 1" }).click();
      await dialog().waitFor({ state: "detached" });
      for (const [text, isArchived] of [
        ["Archived in every environment: bulk-live", false],
        ["Change undone for bulk-live", true],
      ] as const) {
        await page.locator(".notice").filter({ hasText: text }).getByRole("button", { name: "Undo" }).click();
        await dialog()
          .getByLabel(/to confirm$/)
          .fill("production");
        await dialog().getByRole("button", { name: "Undo the change" }).click();
        await dialog().waitFor({ state: "detached" });
        const read = async () => (await world().api.call("getDefinition", { path: { key: "bulk-live" } })).body;
        await expect.poll(async () => (await read()).archivedAt !== undefined).toBe(isArchived);
      }
    });
  });
}
