import type { Route } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { ConsoleWorld } from "./support/console-world.ts";
import { usePages } from "./support/pages.ts";

/** Sends the request with a token that the worker rejects. */
const withBadToken = (route: Route) =>
  route.continue({ headers: { ...route.request().headers(), authorization: "Bearer bga_write_rejected" } });

export function describeUnsavedWork(world: () => ConsoleWorld): void {
  describe("unsaved work", () => {
    const { visit, open } = usePages(world);

    it("survives the end of the session, and is saved after signing in again", async () => {
      await world().save({ key: "draft-kept" }, "staging");
      const page = await open("#/flags/draft-kept?environment=staging&tab=settings");
      visit().expectStatus(401);
      await page.getByLabel("Description", { exact: true }).fill("typed before the session ended");
      await page.route("**/api/v1/environments/*/flags/draft-kept", withBadToken, { times: 1 });
      await page.getByRole("button", { name: "Review and save" }).click();
      const review = page.getByRole("dialog");
      // The review asks for the key until it knows that no protected environment has the flag.
      await expect.poll(() => review.getByLabel(/to confirm$/).count()).toBe(0);
      await review.getByRole("button", { name: "Save", exact: true }).click();
      const again = page.getByRole("dialog", { name: "Sign in again" });
      await again.waitFor();
      for (let i = 0; i < 3; i++) await page.keyboard.press("Escape");
      await expect
        .poll(() => page.getByLabel("Description", { exact: true }).inputValue())
        .toBe("typed before the session ended");
      await again.getByLabel("Admin token").fill(world().keys.adminToken);
      await again.getByRole("button", { name: "Sign in" }).click();
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
      const path = { env: "staging", key: "draft-kept" };
      await expect
        .poll(async () => (await world().api.call("getFlag", { path })).body.description)
        .toBe("typed before the session ended");
    });

    it("on a segment is not left without a question, and Discard removes text that is not a value", async () => {
      const page = await open("#/segments/large-business-customers?environment=production");
      const description = page.getByLabel("Description");
      const before = await description.inputValue();
      const seats = page.getByLabel("Value", { exact: true }).first();
      const discard = page.getByRole("button", { name: "Discard changes" });
      await expect.poll(() => discard.isDisabled()).toBe(true);
      await seats.fill("ten");
      await expect.poll(() => discard.isEnabled()).toBe(true);
      await discard.click();
      await expect.poll(() => seats.inputValue()).toBe("50");
      await seats.fill("ten");
      await description.fill("changed");
      await page.getByRole("link", { name: "Keys" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
      await expect.poll(() => description.inputValue()).toBe("changed");
      await discard.click();
      await expect.poll(() => description.inputValue()).toBe(before);
      await expect.poll(() => page.locator(":invalid").count()).toBe(0);
      await page.getByRole("link", { name: "Keys" }).click();
      await page.getByRole("heading", { name: "SDK keys" }).waitFor();
    });

    it("once saved, shows the time of the change, and the list has the flag first", async () => {
      await world().save({ key: "toggled-now" }, "staging");
      const page = await open("#/flags?environment=staging&sort=changed");
      const row = page.getByRole("row").filter({ hasText: "toggled-now" });
      await row.getByRole("switch").click();
      await page.getByText(/toggled-now is off for everyone/).waitFor();
      await expect.poll(() => row.getByRole("time").count()).toBe(1);
      await expect.poll(() => page.getByRole("row").nth(1).textContent()).toContain("toggled-now");
    });

    it("in a dialog shows its problems in the dialog, at the field", async () => {
      const page = await open("#/keys?environment=staging");
      visit().expectStatus(422);
      await page.getByRole("button", { name: "New key" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Allowed origins").fill("https://shop.example.com, not a url");
      await dialog.getByRole("button", { name: "Create key" }).click();
      await dialog.getByText(/item 2/).waitFor();
      await expect.poll(() => dialog.getByText(/item 1|\/origins/).count()).toBe(0);
    });

    it("shows notices above an open dialog, where they can be read and dismissed", async () => {
      const page = await open("#/keys?environment=staging");
      await page.route("**/api/v1/environments/staging/keys", (route) =>
        route.request().method() === "POST" ? route.fulfill({ status: 204 }) : route.continue(),
      );
      await page.getByRole("button", { name: "New key" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Create key" }).click();
      await dialog.getByText(/Could not create the SDK key/).waitFor();
      await dialog.getByRole("button", { name: "Dismiss" }).click();
      await expect.poll(() => dialog.getByText(/Could not create the SDK key/).count()).toBe(0);
    });

    it("in a dialog keeps the focus after a failed save, and nothing closes it in the meantime", async () => {
      const page = await open("#/keys?environment=staging");
      visit().expectStatus(503);
      const failure = { status: 503, json: { status: 503, title: "unavailable" } };
      let respond = (): void => undefined;
      const asked = new Promise<void>((resolve) => (respond = resolve));
      await page.route("**/api/v1/environments/staging/keys", async (route) => {
        if (route.request().method() !== "POST") return await route.continue();
        await asked;
        await route.fulfill(failure);
      });
      await page.getByRole("button", { name: "New key" }).click();
      const dialog = page.getByRole("dialog", { name: "New SDK key for staging" });
      await dialog
        .getByText("The new client key reads the client-visible flags of staging, from every origin")
        .waitFor();
      await dialog.getByRole("button", { name: "Create key" }).press("Enter");
      const busy = dialog.getByRole("button", { name: "Creating…" });
      await busy.waitFor();
      await expect.poll(() => busy.getAttribute("aria-disabled")).toBe("true");
      for (let i = 0; i < 3; i++) await page.keyboard.press("Escape");
      await expect.poll(() => dialog.isVisible()).toBe(true);
      respond();
      await dialog.getByText(/Could not create the SDK key/).waitFor();
      await expect.poll(() => page.locator(":focus").textContent()).toBe("Create key");
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    });

    it("creates one key for two clicks, and only Done closes the only view of its secret", async () => {
      const page = await open("#/keys?environment=staging");
      await page.getByRole("button", { name: "New key" }).click();
      await page.getByRole("dialog").getByLabel("Name").fill("clicked twice");
      await page.getByRole("button", { name: "Create key" }).evaluate((button: { click(): void }) => {
        button.click();
        button.click();
      });
      const secret = page.getByRole("dialog", { name: "Your new SDK key" });
      await secret.waitFor();
      for (let i = 0; i < 3; i++) await page.keyboard.press("Escape");
      await expect.poll(() => secret.isVisible()).toBe(true);
      await page.evaluate("location.hash = '#/flags?environment=staging'");
      const question = page.getByRole("dialog", { name: "Leave without saving?" });
      await question.getByText("The new SDK key is shown only here. Copy it first.").waitFor();
      await question.getByRole("button", { name: "Cancel" }).click();
      await expect.poll(() => secret.isVisible()).toBe(true);
      await secret.getByRole("button", { name: "Done" }).click();
      const { body } = await world().api.call("listKeys", { path: { env: "staging" }, query: { limit: "200" } });
      expect(body.items.filter(({ name }) => name === "clicked twice")).toHaveLength(1);
    });
  });
}
