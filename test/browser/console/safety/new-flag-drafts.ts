import type { Route } from "playwright-core";
import { describe, expect, it } from "vitest";
import { seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { loaded } from "../support/loaded.ts";
import { useReloads } from "./reloads.ts";

/** Sends the request with a token that the worker rejects. */
const rejectedToken = (route: Route) =>
  route.continue({ headers: { ...route.request().headers(), authorization: "Bearer bga_write_rejected" } });

export function describeNewFlagDrafts(world: () => ConsoleWorld): void {
  describe("a person in the middle of the form of a new flag", () => {
    const { visit, open, again, back, kept } = useReloads(world);
    // Variants have names too.
    const field = (label: string) => visit().page.getByLabel(label, { exact: true }).first();
    const discard = () => visit().page.getByRole("main").getByRole("button", { name: "Discard" });

    it("has its fields back after a reload, can discard them, and is asked before leaving", async () => {
      const page = await open("#/flags/new?environment=staging");
      await expect.poll(() => discard().isDisabled()).toBe(true);
      await field("Name").fill("Kept colour");
      await field("Type").selectOption("string");
      await page.getByRole("button", { name: "Add variant" }).click();
      await page.getByRole("group", { name: "Variant treatment" }).getByLabel("Value").fill("blue");
      await page.getByRole("radio", { name: "Servers only" }).check();
      await again();
      await back().waitFor();
      await expect.poll(() => field("Name").inputValue()).toBe("Kept colour");
      await expect.poll(() => field("Key").inputValue()).toBe("kept-colour");
      await expect
        .poll(() => page.getByRole("group", { name: "Variant treatment" }).getByLabel("Value").inputValue())
        .toBe("blue");
      await expect.poll(() => page.getByRole("radio", { name: "Servers only" }).isChecked()).toBe(true);
      // The rows of the draft get identities that new rows do not have.
      await page.getByRole("button", { name: "Add variant" }).click();
      await expect.poll(() => page.getByRole("group", { name: /^Variant / }).count()).toBe(4);
      expect(await seriousFindings(page)).toEqual([]);

      await page.getByRole("link", { name: "Keys" }).click();
      const question = page.getByRole("dialog", { name: "Leave without saving?" });
      await question.getByText("Your unsaved changes to the new flag stay in this tab").waitFor();
      await question.getByRole("button", { name: "Cancel" }).click();
      await discard().click();
      // The notice in the dialog has a Discard too.
      await page.getByRole("dialog").locator("form").getByRole("button", { name: "Discard" }).click();
      await expect.poll(() => field("Name").inputValue()).toBe("");
      await expect.poll(() => field("Type").inputValue()).toBe("boolean");
      expect(await kept()).toEqual([]);
    });
  });

  describeInterruptions(world);
}

function describeInterruptions(world: () => ConsoleWorld): void {
  describe("a person whose new flag meets the end of the session", () => {
    const { visit, open, again, back, kept } = useReloads(world);
    const field = (label: string) => visit().page.getByLabel(label, { exact: true });

    it("loses nothing when the session and the network end, and keeps nothing afterwards", async () => {
      const page = await open("#/flags/new?environment=staging");
      visit().expectStatus(401);
      await field("Name").fill("Kept through all");
      await page.getByRole("radio", { name: "Everybody", exact: true }).check();
      await page.getByRole("radio", { name: "Servers only" }).check();
      const review = page.getByRole("dialog", { name: "Create kept-through-all?" });
      const create = async (): Promise<void> => {
        await page.getByRole("button", { name: "Review and create" }).click();
        await review.getByRole("button", { name: "Create flag" }).click();
      };
      await visit().context.setOffline(true);
      await create();
      await page.getByText(/^Could not create kept-through-all: .*cannot be reached/).waitFor();
      await expect.poll(() => page.getByRole("button", { name: "Review and create" }).isEnabled()).toBe(true);
      await visit().context.setOffline(false);
      await again();
      await back().waitFor();
      await expect.poll(() => field("Name").inputValue()).toBe("Kept through all");

      await page.route("**/api/v1/environments/staging/flags", rejectedToken, { times: 1 });
      await create();
      const signIn = page.getByRole("dialog", { name: "Sign in again" });
      await signIn.getByLabel("Admin token").fill(world().keys.adminToken);
      await signIn.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "kept-through-all", level: 1 }).waitFor();
      expect(await kept()).toEqual([]);
      const atTheEdge = () => world().evaluate("kept-through-all", { environment: "staging" });
      await expect.poll(atTheEdge).toMatchObject({ value: true });
      await visit().goTo("#/flags/new?environment=staging");
      await loaded(page);
      await expect.poll(() => field("Name").inputValue()).toBe("");
      // The browser logs the request that had no network.
      const { problems } = visit();
      expect(problems.splice(0).filter((text) => !text.includes("ERR_INTERNET_DISCONNECTED"))).toEqual([]);
    });
  });
}
