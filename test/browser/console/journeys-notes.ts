import { describe, expect, it } from "vitest";
import { seriousFindings } from "./support/audit-page.ts";
import type { ConsoleWorld } from "./support/console-world.ts";
import { usePages } from "./support/pages.ts";

export function describeNoteJourneys(world: () => ConsoleWorld): void {
  describe("the note of a change", () => {
    const { visit, open } = usePages(world);

    const newest = async (env: string) => {
      const { body } = await world().api.call("listAudit", { path: { env }, query: { limit: "1" } });
      return body.items[0];
    };
    it("of a switch is kept when the save conflicts", async () => {
      await world().save({ key: "noted-switch" });
      const page = await open("#/flags?environment=production");
      visit().expectStatus(412);
      const toggle = page.getByRole("switch", { name: "noted-switch enabled" });
      await toggle.waitFor();
      await world().save({ key: "noted-switch", default: { variant: "on" } });
      await toggle.click();
      const dialog = page.getByRole("dialog", { name: "Turn off noted-switch in production?" });
      await dialog.getByLabel("Why? (optional)").fill("INC-12: too slow");
      await dialog.getByRole("button", { name: "Turn off" }).click();
      await expect.poll(() => world().evaluate("noted-switch")).toMatchObject({ reason: "DISABLED" });
      expect(await newest("production")).toMatchObject({ key: "noted-switch", note: "INC-12: too slow" });
      // The note belongs to that change alone.
      await toggle.click();
      const again = page.getByRole("dialog", { name: "Turn on noted-switch in production?" });
      await again.getByLabel(/to confirm$/).fill("production");
      await again.getByRole("button", { name: "Turn on" }).click();
      await page.getByText("noted-switch is on in production").waitFor();
      expect(await newest("production")).toMatchObject({ key: "noted-switch", note: null });
    });

    it("of a switch is not sent with the next change if the switch was not saved", async () => {
      await world().save({ key: "noted-theirs" });
      const page = await open("#/flags?environment=production");
      visit().expectStatus(503);
      const toggle = page.getByRole("switch", { name: "noted-theirs enabled" });
      await toggle.waitFor();
      const unavailable = { status: 503, json: { status: 503, title: "unavailable" } };
      await page.route("**/flags/noted-theirs", (route) => route.fulfill(unavailable), { times: 1 });
      for (const note of ["not sent", ""]) {
        await toggle.click();
        const dialog = page.getByRole("dialog", { name: "Turn off noted-theirs in production?" });
        await dialog.getByLabel("Why? (optional)").fill(note);
        await dialog.getByRole("button", { name: "Turn off" }).click();
        await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
        if (note !== "") await page.getByText(/Could not save noted-theirs/).waitFor();
      }
      await page.getByText("noted-theirs is off for everyone in production").waitFor();
      expect(await newest("production")).toMatchObject({ key: "noted-theirs", note: null });
    });

    it("of a change of many flags, or of its Undo, is in each of its entries and in no other", async () => {
      const keys = ["noted-many-1", "noted-many-2"];
      for (const key of keys) await world().save({ key });
      const page = await open("#/flags?environment=production&search=noted-many");
      const dialog = page.getByRole("dialog");
      const confirm = async (typed: string, note: string, action: string) => {
        await dialog.getByLabel(/to confirm$/).fill(typed);
        await dialog.getByLabel("Why? (optional)").fill(note);
        await dialog.getByRole("button", { name: action }).click();
        await dialog.waitFor({ state: "detached" });
      };
      for (const key of keys) await page.getByRole("checkbox", { name: `Select ${key}` }).click();
      await page.getByRole("button", { name: "Change", exact: true }).click();
      await page.getByRole("menuitem", { name: "Archive…" }).click();
      await confirm("archive", "INC-5: unused", "Archive 2");
      const notice = page.locator(".notice").filter({ hasText: "Archived in every environment" });
      await notice.getByRole("button", { name: "Undo" }).click();
      await confirm("production", "INC-6: still used", "Undo the change");
      await page.getByText("Change undone for noted-many-1 and noted-many-2").waitFor();
      await page.getByRole("switch", { name: "noted-many-1 enabled" }).click();
      await dialog.getByRole("button", { name: "Turn off" }).click();
      await page.getByText("noted-many-1 is off for everyone in production").waitFor();
      const query = { limit: "10" };
      const { items } = (await world().api.call("listAudit", { path: { env: "production" }, query })).body;
      // Each flag has an entry of its definition and one of its configuration.
      const four = (note: string) => keys.flatMap(() => [note, note]);
      expect(items.map(({ note }) => note)).toEqual([
        null,
        ...four("INC-6: still used"),
        ...four("INC-5: unused"),
        null,
      ]);
    });

    it("of a segment is asked for in its review, and kept when the save conflicts", async () => {
      const path = { env: "production", key: "noted-segment" };
      const condition = { attribute: "plan", operator: "in" as const, values: ["pro"] };
      const put = (description: string) =>
        world().api.call("putSegment", { path, body: { key: path.key, description, condition } });
      await put("");
      await world().save({
        key: "uses-segment",
        rules: [{ id: "r", when: { segment: path.key }, serve: { variant: "on" } }],
      });
      const page = await open("#/segments/noted-segment?environment=production");
      visit().expectStatus(412);
      await page.getByLabel("Description").fill("typed here");
      await put("typed elsewhere");
      await page.getByRole("button", { name: "Review, save and update 1 flag" }).click();
      const review = page.getByRole("dialog", { name: "Save segment noted-segment in production?" });
      await expect.poll(() => review.textContent()).toMatch(/Description.*typed here.*uses-segment/s);
      await review.getByLabel("Why? (optional)").fill("PAY-7: new customers");
      expect(await seriousFindings(page)).toEqual([]);
      await review.getByRole("button", { name: "Save", exact: true }).click();
      const conflict = page.getByRole("dialog", { name: "Someone else changed noted-segment" });
      expect(await seriousFindings(page)).toEqual([]);
      await conflict.getByRole("radio", { name: /^Mine/ }).check();
      await conflict.getByRole("button", { name: "Continue" }).click();
      const saved = "Segment noted-segment saved in production. Description: “typed elsewhere” → “typed here”.";
      await page.getByText(`${saved} Its members are the same, so no flag changes`).waitFor();
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
      expect(await newest("production")).toMatchObject({
        entity: "segment",
        key: "noted-segment",
        note: "PAY-7: new customers",
      });
      expect((await world().api.call("getSegment", { path })).body.description).toBe("typed here");
    });

    it("of a new segment is asked for on its page, because it has no review", async () => {
      const page = await open("#/segments/new?environment=staging");
      await page.getByLabel("Key", { exact: true }).fill("first-noted");
      await page.getByLabel("Why? (optional)").fill("a start");
      await page.getByRole("button", { name: "Create segment" }).click();
      await page.getByRole("heading", { name: "first-noted", level: 1 }).waitFor();
      expect(await newest("staging")).toMatchObject({ entity: "segment", action: "create", note: "a start" });
    });
  });
}
