/** Environments, the audit log and the cache: what people find there, and how they get back. */
import { expect, it } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import { usePages } from "../support/pages.ts";

export function describeProjectPages(world: () => ConsoleWorld): void {
  const { visit, open } = usePages(world);

  it("an environment shows its flags and keys, and its menu renames it", async () => {
    await world().api.call("createEnvironment", { body: { key: "qa" } });
    await world().save({ key: "only-qa" }, "qa");
    const page = await open("#/environments?environment=production");
    const row = page.getByRole("row").filter({ has: page.getByText("qa", { exact: true }) });
    await expect.poll(() => row.getByRole("cell").nth(1).textContent()).toBe("1");
    await expect.poll(() => row.getByRole("cell").nth(2).textContent()).toBe("0");
    await expect.poll(() => row.getByRole("button").count()).toBe(1);
    await row.getByRole("button", { name: "Actions for qa" }).click();
    await expect.poll(() => page.getByRole("menuitem").allTextContents()).toEqual(["Rename", "SDK keys", "Delete"]);
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Testers");
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await page.getByRole("link", { name: "Testers" }).waitFor();
    await world().api.call("deleteEnvironment", { path: { env: "qa" }, query: { confirm: "qa" } });
  });

  it("a dialog has the colour of the environment that it changes, and not of the page", async () => {
    const page = await open("#/flags/checkout-redesign?environment=staging&tab=settings");
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Copy configuration to production…" }).click();
    await expect.poll(() => dialog.getAttribute("data-environment")).toBe("production");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await visit().goTo("#/environments?environment=production");
    await page.getByRole("button", { name: "New environment" }).click();
    await expect.poll(() => dialog.getAttribute("data-environment")).toBe("");
    expect(await page.evaluate("document.documentElement.dataset.environment")).toBe("production");
  });

  it("the audit log finds parts of keys, opens a line, and says when nothing matches", async () => {
    await world().save({ key: "searched-for", description: "before" });
    await world().save({ key: "searched-for", description: "after" });
    const page = await open("#/audit?environment=production&text=arched-f");
    const today = page.getByRole("region", { name: /Today|Yesterday/ });
    const line = today.getByRole("listitem").filter({ hasText: "searched-for" }).first();
    await expect.poll(() => line.textContent()).toContain("Seeded admin token");
    await line.getByRole("button", { name: "Changed", expanded: false }).first().click();
    await line.getByText("As JSON").waitFor();
    await expect
      .poll(() => line.getByRole("link", { name: "Seeded admin token" }).getAttribute("href"))
      .toContain("#/tokens");
    await page.getByRole("searchbox", { name: /^Text/ }).fill("no-such-thing");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
  });

  it("the audit log filters by author behind one button, and a chip takes the filter away", async () => {
    const page = await open("#/audit?environment=production");
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByRole("searchbox", { name: "Author", exact: true }).fill("nobody-at-all");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Remove filter Author: nobody-at-all" }).click();
    await page
      .getByRole("region", { name: /Today|Yesterday/ })
      .first()
      .waitFor();
  });

  it("the preview of a purge names the keys that do not exist", async () => {
    const page = await open("#/cache?environment=production");
    const purge = page.getByRole("region", { name: "Purge" });
    await purge.getByLabel("Flag keys").fill("checkout-redesign nope");
    await purge.getByRole("button", { name: "Preview" }).click();
    await purge.getByText("production has no flag with the key nope.").waitFor();
  });

  it("an address without # leads back to the console", async () => {
    const page = await open("#/segments?environment=production");
    visit().expectStatus(404);
    await page.goto(new URL("/console/flags/dark-mode", page.url()).href);
    await page.getByRole("link", { name: "Open /console/#/flags/dark-mode" }).click();
    await page.getByLabel("Admin token").waitFor();
    expect(page.url()).toMatch(/\/console\/#\/flags\/dark-mode$/);
  });
}
