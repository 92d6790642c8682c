import type { Page } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import { seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { loaded } from "../support/loaded.ts";
import type { Visit } from "../support/visit.ts";

/** Opens pages, and presses Undo. */
function useVisits(world: () => ConsoleWorld) {
  let visit: Visit;
  afterEach(() => visit?.close());
  return {
    async open(at: string): Promise<Page> {
      visit = await world().visit({ at });
      await loaded(visit.page);
      return visit.page;
    },
    goTo: (at: string) => visit.goTo(at),
    dialog: () => visit.page.getByRole("dialog"),
    expectStatus: (status: number) => visit.expectStatus(status),
    /** Presses Undo in the notice with this text. */
    async undo(text: string): Promise<void> {
      const notice = visit.page.getByRole("status").locator(".notice").filter({ hasText: text });
      await notice.getByRole("button", { name: "Undo" }).click();
    },
  };
}

export function describeUndoJourneys(world: () => ConsoleWorld): void {
  describe("a person who takes a switch back", () => {
    const { open, dialog, undo } = useVisits(world);

    it("needs one click in staging, and the change of somebody else stays", async () => {
      await world().save({ key: "undo-staging", default: { variant: "on" } }, "staging");
      // A long list draws only the rows in view.
      const page = await open("#/flags?environment=staging&search=undo-staging");
      const toggle = page.getByRole("switch", { name: "undo-staging enabled" });
      await toggle.click();
      const atTheEdge = () => world().evaluate("undo-staging", { environment: "staging" });
      await expect.poll(atTheEdge).toMatchObject({ reason: "DISABLED" });
      await world().save({ key: "undo-staging", enabled: false, default: { variant: "off" } }, "staging");
      await undo("undo-staging is off for everyone in staging");
      await expect.poll(atTheEdge).toMatchObject({ reason: "STATIC", value: false });
      await expect.poll(() => toggle.isChecked()).toBe(true);
    });

    it("reviews the way back in production, and the page has the state before", async () => {
      await world().save({ key: "undo-live", default: { variant: "on" } });
      const page = await open("#/flags/undo-live?environment=production");
      const toggle = page.getByRole("switch", { name: "undo-live enabled" });
      await toggle.click();
      await dialog().getByRole("button", { name: "Turn off" }).click();
      await expect.poll(() => world().evaluate("undo-live")).toMatchObject({ reason: "DISABLED" });
      await undo("undo-live is off for everyone in production");
      await dialog().getByText("State").waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await dialog()
        .getByLabel(/to confirm$/)
        .fill("production");
      await dialog().getByRole("button", { name: "Undo the change" }).click();
      await expect.poll(() => world().evaluate("undo-live")).toMatchObject({ reason: "STATIC", value: true });
      await expect.poll(() => toggle.isChecked()).toBe(true);
    });
  });

  describeLostAndFound(world);
  describeFieldsOfOthers(world);
  describeGone(world);
  describeMembers(world);
}

function describeMembers(world: () => ConsoleWorld): void {
  describe("a person who takes a change of a used segment back", () => {
    const { open, dialog, undo } = useVisits(world);

    it("reads which flags changed, and the edge has the former members again", async () => {
      const path = { env: "staging", key: "undo-plans" };
      const condition = { attribute: "plan", operator: "in" as const, values: ["pro"] };
      await world().api.call("putSegment", { path, body: { key: path.key, condition } });
      const rules = [{ id: "plans", when: { segment: path.key }, serve: { variant: "on" } }];
      for (const key of ["plan-one", "plan-two"]) await world().save({ key, rules }, "staging");
      const atTheEdge = (plan: string) =>
        world().evaluate("plan-one", { environment: "staging", context: { targetingKey: "user-1", plan } });
      const page = await open("#/segments/undo-plans?environment=staging");
      await page.getByRole("textbox", { name: "Values" }).fill("team");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Review, save and update 2 flags" }).click();
      await dialog().getByRole("button", { name: "Save", exact: true }).click();
      await expect.poll(() => atTheEdge("team")).toMatchObject({ value: true });
      await undo("It changes 2 flags: plan-one and plan-two");
      await expect.poll(() => atTheEdge("team")).toMatchObject({ value: false });
      expect(await atTheEdge("pro")).toMatchObject({ value: true });
    });
  });
}

function describeLostAndFound(world: () => ConsoleWorld): void {
  describe("a person who takes another change back", () => {
    const { open, goTo, dialog, undo } = useVisits(world);

    it("has a deleted flag and a deleted segment back", async () => {
      await world().save({ key: "undo-delete", default: { variant: "on" } }, "staging");
      const path = { env: "staging", key: "undo-segment" };
      const condition = { attribute: "plan", operator: "in" as const, values: ["pro"] };
      await world().api.call("putSegment", { path, body: { key: path.key, condition } });
      const page = await open("#/flags/undo-delete?environment=staging&tab=settings");
      await page.getByRole("button", { name: "Delete from staging…" }).click();
      await dialog().getByRole("button", { name: "Delete flag" }).click();
      const atTheEdge = () => world().evaluate("undo-delete", { environment: "staging" });
      await expect.poll(atTheEdge).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });
      await undo("undo-delete deleted from staging");
      await expect.poll(atTheEdge).toMatchObject({ value: true });

      await goTo("#/segments/undo-segment?environment=staging");
      await page.getByRole("button", { name: "Delete segment" }).click();
      await dialog().getByRole("button", { name: "Delete segment" }).click();
      await undo("Segment undo-segment deleted from staging");
      await page.getByRole("link", { name: "undo-segment", exact: true }).waitFor();
      expect((await world().api.call("getSegment", { path })).body.condition).toEqual(condition);
    });

    it("has the former members of a segment and the former origins of a key back", async () => {
      const path = { env: "staging", key: "undo-members" };
      const condition = { attribute: "plan", operator: "in" as const, values: ["pro"] };
      await world().api.call("putSegment", { path, body: { key: path.key, name: "before", condition } });
      const page = await open("#/segments/undo-members?environment=staging");
      await page.getByLabel("Name", { exact: true }).fill("after");
      await page.getByRole("button", { name: "Review and save" }).click();
      await dialog().getByRole("button", { name: "Save", exact: true }).click();
      await undo("Segment undo-members saved in staging. Name: “before” → “after”. Nothing uses it yet");
      await expect.poll(() => page.getByLabel("Name", { exact: true }).inputValue()).toBe("before");
      await page.getByText("Name: “after” → “before”").waitFor();
      expect((await world().api.call("getSegment", { path })).body.name).toBe("before");

      const body = { kind: "client" as const, name: "undo-key", origins: ["https://a.example.com"] };
      const { id } = (await world().api.call("createKey", { path: { env: "staging" }, body })).body.key;
      await goTo("#/keys?environment=staging");
      await page.getByRole("button", { name: "Actions for undo-key" }).click();
      await page.getByRole("menuitem", { name: "Edit" }).click();
      await dialog().getByLabel("Allowed origins").fill("https://b.example.com");
      await expect.poll(() => dialog().textContent()).toMatch(/https:\/\/a\.example.*https:\/\/b\.example/s);
      await dialog().getByRole("button", { name: "Save" }).click();
      const key = { env: "staging", id };
      await world().api.call("updateKey", { path: key, body: { name: "renamed-since" } });
      await undo("SDK key undo-key changed in staging");
      await expect
        .poll(async () => (await world().api.call("getKey", { path: key })).body)
        .toMatchObject({ origins: ["https://a.example.com"], name: "renamed-since" });
    });
  });
}

function describeFieldsOfOthers(world: () => ConsoleWorld): void {
  describe("a person who takes a change back after somebody else changed the same thing", () => {
    const { open, goTo, dialog, undo } = useVisits(world);

    it("keeps a new segment and the name of a webhook that somebody else has changed since", async () => {
      const page = await open("#/segments/new?environment=staging");
      await page.getByLabel("Key", { exact: true }).fill("undo-kept");
      await page.getByRole("button", { name: "Create segment" }).click();
      await page.getByRole("heading", { name: "undo-kept", level: 1 }).waitFor();
      const path = { env: "staging", key: "undo-kept" };
      await world().api.call("patchSegment", { path, body: { description: "used now" } });
      await undo("Segment undo-kept created in staging");
      await page.getByText("Segment undo-kept in staging has changed since, so it stays").waitFor();
      expect((await world().api.call("getSegment", { path })).body.description).toBe("used now");

      const body = { name: "undo-hook", url: "https://receiver.example.com/x", tags: ["before"] };
      const { id } = (await world().api.call("createWebhook", { body })).body.webhook;
      await goTo(`#/webhooks/${id}?environment=staging`);
      await page.getByRole("button", { name: "Actions for undo-hook" }).click();
      await page.getByRole("menuitem", { name: "Edit" }).click();
      await dialog().getByLabel("Name", { exact: true }).fill("undo-hook-2");
      await dialog().getByLabel("Tags").fill("after");
      await dialog().getByRole("button", { name: "Save" }).click();
      await dialog().waitFor({ state: "detached" });
      await world().api.call("updateWebhook", { path: { id }, body: { name: "renamed-since" } });
      await undo("Webhook undo-hook-2 changed");
      await page.getByText("Webhook renamed-since: name has changed since, so it stays as it is").waitFor();
      // The webhook reports production too.
      const review = page.getByRole("dialog", { name: "Undo the change of webhook renamed-since?" });
      await expect.poll(() => review.textContent()).toMatch(/after.*before/s);
      expect((await world().api.call("getWebhook", { path: { id } })).body.tags).toEqual(["after"]);
      await review.getByRole("button", { name: "Undo the change" }).click();
      await expect
        .poll(async () => (await world().api.call("getWebhook", { path: { id } })).body)
        .toMatchObject({ name: "renamed-since", tags: ["before"] });
      await world().api.call("deleteWebhook", { path: { id } });
    });
  });
}

function describeGone(world: () => ConsoleWorld): void {
  describe("a person on the page of a thing that an Undo removes", () => {
    const { open, goTo, dialog, undo, expectStatus } = useVisits(world);

    it("sees that a flag and a segment whose creation it undoes are gone", async () => {
      const page = await open("#/flags/new?environment=staging&editor=full");
      expectStatus(404);
      await page.getByLabel("Key", { exact: true }).fill("undo-creation");
      await page.getByRole("button", { name: "Review and create" }).click();
      await dialog().getByRole("button", { name: "Create flag" }).click();
      await page.getByRole("heading", { name: "undo-creation", level: 1 }).waitFor();
      await undo("undo-creation created in staging");
      await page.getByText("Flag undo-creation does not exist in staging").waitFor();

      await goTo("#/segments/new?environment=staging");
      await page.getByLabel("Key", { exact: true }).fill("undo-creation");
      await page.getByRole("button", { name: "Create segment" }).click();
      await page.getByRole("heading", { name: "undo-creation", level: 1 }).waitFor();
      await undo("Segment undo-creation created in staging");
      await page.getByRole("heading", { name: "Segments", level: 1 }).waitFor();
      await expect.poll(() => page.getByText(/Could not load/).count()).toBe(0);
    });

    it("sees that a flag is archived again after an Undo of its return", async () => {
      await world().save({ key: "undo-restoring" }, "staging");
      await world().api.call("archiveFlag", { path: { key: "undo-restoring" } });
      const page = await open("#/flags?environment=staging");
      expectStatus(404);
      await goTo("#/flags/undo-restoring?environment=staging");
      await page.getByRole("button", { name: "Restore…" }).click();
      await dialog().getByRole("button", { name: "Restore flag" }).click();
      await page.getByRole("switch", { name: "undo-restoring enabled" }).waitFor();
      await undo("undo-restoring restored");
      await page.getByText("undo-restoring is archived", { exact: true }).waitFor();
      await expect.poll(() => page.getByText(/Could not load/).count()).toBe(0);
    });
  });
}
