import { afterEach, describe, expect, it } from "vitest";
import { seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { loaded } from "../support/loaded.ts";
import type { Visit } from "../support/visit.ts";
import { describeNewFlagDrafts } from "./new-flag-drafts.ts";
import { useReloads } from "./reloads.ts";

export function describeDraftJourneys(world: () => ConsoleWorld): void {
  describe("a person whose page reloads in the middle of an edit", () => {
    const { visit, open, again, back, kept, save } = useReloads(world);
    const description = () => visit().page.getByLabel("Description", { exact: true });

    it("has the changes of a flag back, can discard them, and keeps nothing that is saved", async () => {
      await world().save({ key: "draft-reload", description: "stored" }, "staging");
      await open("#/flags/draft-reload?environment=staging&tab=settings");
      await description().fill("typed");
      await again();
      await back().waitFor();
      await expect.poll(() => description().inputValue()).toBe("typed");
      expect(await seriousFindings(visit().page)).toEqual([]);
      await visit().page.getByRole("status").getByRole("button", { name: "Discard" }).click();
      await expect.poll(() => description().inputValue()).toBe("stored");
      expect(await kept()).toEqual([]);

      await description().fill("typed again");
      await again();
      await save();
      await visit().page.getByText("draft-reload saved in staging").waitFor();
      await expect.poll(() => back().count()).toBe(0);
      expect(await kept()).toEqual([]);
      const path = { env: "staging", key: "draft-reload" };
      expect((await world().api.call("getFlag", { path })).body.description).toBe("typed again");
    });

    it("has them back on a flag that somebody else has changed since, and saves both changes", async () => {
      await world().save({ key: "draft-merged", description: "stored" }, "staging");
      await open("#/flags/draft-merged?environment=staging&tab=settings");
      await description().fill("typed");
      await world().save({ key: "draft-merged", description: "stored", default: { variant: "on" } }, "staging");
      await again();
      await back().waitFor();
      await save();
      await visit().page.getByText("draft-merged saved in staging").waitFor();
      const path = { env: "staging", key: "draft-merged" };
      expect((await world().api.call("getFlag", { path })).body).toMatchObject({
        description: "typed",
        default: { variant: "on" },
      });
      await expect
        .poll(() => world().evaluate("draft-merged", { environment: "staging" }))
        .toMatchObject({ value: true });
    });
  });

  describeOtherDrafts(world);
  describeNewFlagDrafts(world);
  describeOffline(world);
  describeLocalChecks(world);
}

function describeOtherDrafts(world: () => ConsoleWorld): void {
  describe("a person with other drafts", () => {
    const { visit, open, again, back, kept } = useReloads(world);

    it("has a new flag and the changes of a segment back, until the person signs out", async () => {
      await open("#/flags/new?environment=staging&editor=full");
      await visit().page.getByLabel("Key", { exact: true }).fill("half-made");
      await again();
      await back().waitFor();
      await expect.poll(() => visit().page.getByLabel("Key", { exact: true }).inputValue()).toBe("half-made");

      await visit().goTo("#/segments/business-customers?environment=production");
      await visit().page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
      await loaded(visit().page);
      await visit().page.getByLabel("Name", { exact: true }).fill("Renamed");
      await again();
      await back().waitFor();
      await expect.poll(() => visit().page.getByLabel("Name", { exact: true }).inputValue()).toBe("Renamed");
      expect(await kept()).toHaveLength(2);
      await visit().page.getByRole("button", { name: "Sign out" }).click();
      await visit().page.getByLabel("Admin token").waitFor();
      expect(await kept()).toEqual([]);
    });
  });
}

function describeOffline(world: () => ConsoleWorld): void {
  describe("a person whose network goes away", () => {
    let visit: Visit;
    afterEach(() => visit?.close());

    it("sees it, keeps the draft, and the page that failed loads when the network is back", async () => {
      await world().save({ key: "offline-draft" });
      visit = await world().visit({ at: "#/flags/offline-draft?environment=production&tab=settings" });
      const { page, context, problems } = visit;
      await loaded(page);
      await page.getByLabel("Description", { exact: true }).fill("typed offline");
      await context.setOffline(true);
      await page.getByText("You are offline.").waitFor();
      await page.getByRole("link", { name: "Segments" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
      await page
        .getByRole("alert")
        .getByText(/cannot be reached/)
        .waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await context.setOffline(false);
      await page.getByText("business-customers", { exact: true }).waitFor();
      await expect.poll(() => page.getByText("You are offline.").count()).toBe(0);
      await visit.goTo("#/flags/offline-draft?environment=production&tab=settings");
      await page.getByText(/^Your unsaved changes from/).waitFor();
      await expect.poll(() => page.getByLabel("Description", { exact: true }).inputValue()).toBe("typed offline");
      // The browser logs each request that has no network.
      const others = problems.splice(0).filter((text) => !text.includes("ERR_INTERNET_DISCONNECTED"));
      expect(others).toEqual([]);
    });
  });
}

function describeLocalChecks(world: () => ConsoleWorld): void {
  describe("a mistake that needs no server", () => {
    let visit: Visit;
    afterEach(() => visit?.close());

    it("is shown at its field before the review, and nothing is sent", async () => {
      await world().save({ key: "cycle-a", default: { variant: "on" } });
      await world().save({ key: "cycle-b", prerequisites: [{ flag: "cycle-a", variants: ["on"] }] });
      visit = await world().visit({ at: "#/flags/cycle-a?environment=production" });
      const { page } = visit;
      await loaded(page);
      // The other flags have loaded.
      await page.locator("datalist option[value=cycle-b]").first().waitFor({ state: "attached" });
      const sent: string[] = [];
      page.on("request", (request) => request.method() !== "GET" && sent.push(request.url()));
      await page.getByRole("button", { name: "Add prerequisite" }).click();
      const added = page.getByRole("group", { name: "Prerequisite 1" });
      await added.getByLabel("Flag", { exact: true }).fill("cycle-b");
      const prerequisite = page.getByRole("group", { name: "Prerequisite cycle-b" });
      await prerequisite.getByRole("checkbox", { name: "on", exact: true }).check();
      await page.getByRole("button", { name: "Review and save" }).click();
      await prerequisite.getByText("makes a cycle: cycle-a → cycle-b → cycle-a").waitFor();
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
      expect(sent).toEqual([]);
      expect((await world().evaluate("cycle-a")).value).toBe(true);
    });
  });
}
