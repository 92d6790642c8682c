/** SDK keys and admin tokens: people create, rotate and revoke them, and the edge and the API follow. */
import type { Page } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import { createClient } from "../../../../sdk/client/client.ts";
import { overflow, seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { loaded } from "../support/loaded.ts";
import type { Visit } from "../support/visit.ts";

export function describeAccessPages(world: () => ConsoleWorld): void {
  let visit: Visit;
  const open = async (at: string, token?: string): Promise<Page> => {
    visit = await world().visit({ at, ...(token === undefined ? {} : { token }) });
    await loaded(visit.page);
    return visit.page;
  };
  afterEach(() => visit?.close());

  const choose = async (
    page: Page,
    name: string,
    action: string,
    row = page.getByRole("row").filter({ hasText: name }),
  ) => {
    await row.getByRole("button", { name: `Actions for ${name}` }).click();
    await page.getByRole("menuitem", { name: action }).click();
  };
  /** Reads the secret of the open dialog, and closes the dialog. */
  const secretOf = async (page: Page, title: string, label: string): Promise<string> => {
    const dialog = page.getByRole("dialog", { name: title });
    const secret = ((await dialog.getByLabel(label, { exact: true }).textContent()) ?? "").trim();
    await dialog.getByRole("button", { name: "Done" }).click();
    return secret;
  };
  const apiOf = (page: Page, token: string) =>
    createClient({ url: new URL(page.url()).origin, token: () => token, timeoutMs: 60_000 });
  const tokenNamed = async (name: string) => {
    const { body } = await world().api.call("listTokens", { query: { limit: "200" } });
    return body.items.filter((token) => token.name === name);
  };

  describe("a person on the keys page", () => {
    it("creates a key, sees its secret once, and revokes it; then the edge rejects it", async () => {
      const page = await open("#/keys?environment=production");
      await page.getByRole("button", { name: "New key" }).click();
      await page.getByRole("radio", { name: /Servers/ }).check();
      await page.getByLabel("Name").fill("billing");
      await page.getByRole("button", { name: "Create key" }).click();
      const dialog = page.getByRole("dialog", { name: "Your new SDK key" });
      const key = ((await dialog.getByLabel("Key", { exact: true }).textContent()) ?? "").trim();
      await dialog.getByRole("button", { name: "Copy" }).click();
      await expect.poll(() => page.evaluate("navigator.clipboard.readText()")).toBe(key);
      await dialog.getByRole("button", { name: "Done" }).click();
      expect(await page.content()).not.toContain(key);
      expect(await world().evaluate("checkout-redesign", { key })).toMatchObject({ status: 200 });

      const row = page.getByRole("row").filter({ hasText: "billing" });
      await expect.poll(() => row.getByRole("button").count()).toBe(1);
      await choose(page, "billing", "Revoke");
      const revoke = page.getByRole("dialog", { name: "Revoke billing?" });
      await revoke.getByLabel(/to confirm$/).fill("production");
      await revoke.getByRole("button", { name: "Revoke" }).click();
      await expect.poll(async () => (await world().evaluate("checkout-redesign", { key })).status).toBe(401);
      // Revoked keys are folded away, without actions.
      await page.getByText(/revoked key/).click();
      await expect.poll(() => row.textContent()).toContain("Revoked");
      await expect.poll(() => row.getByRole("button").count()).toBe(0);
    });

    it("rotates a key: both work until the old one is revoked, and the page says when", async () => {
      const path = { env: "production" };
      const body = { kind: "client" as const, name: "shop", origins: ["https://shop.example.com"] };
      const { body: old } = await world().api.call("createKey", { path, body });
      const page = await open("#/keys?environment=production");
      await choose(page, "shop", "Rotate");
      const dialog = page.getByRole("dialog", { name: "Rotate shop?" });
      await dialog.getByRole("button", { name: "Create new key" }).click();
      const key = await secretOf(page, "Your new SDK key", "Key");
      const { body: all } = await world().api.call("listKeys", { path, query: { limit: "200" } });
      const shops = all.items.filter(({ name }) => name === "shop");
      expect(shops).toMatchObject([body, body]);
      for (const one of [old.token, key]) {
        expect((await world().evaluate("checkout-redesign", { key: one })).status).not.toBe(401);
      }
      const rows = page.getByRole("row").filter({ hasText: "shop" });
      await expect.poll(() => rows.count()).toBe(2);
      await expect.poll(() => rows.first().textContent()).toContain("Replaced and never used: you can revoke it.");
      await expect.poll(() => rows.nth(1).textContent()).not.toContain("Replaced");
    });

    it("cannot lose the secret of a new key by a key press or by going back", async () => {
      const page = await open("#/segments?environment=staging");
      await visit.goTo("#/keys?environment=staging");
      await page.getByRole("button", { name: "New key" }).click();
      await page.getByLabel("Name").fill("kept");
      await page.getByRole("button", { name: "Create key" }).click();
      const dialog = page.getByRole("dialog", { name: "Your new SDK key" });
      await dialog.waitFor();
      for (const press of ["Escape", "Escape", "Enter", "Escape"]) await page.keyboard.press(press);
      await expect.poll(() => dialog.isVisible()).toBe(true);
      await page.evaluate("history.back()");
      await page.getByText("The new SDK key is shown only here. Copy it first.").waitFor();
      await page.keyboard.press("Escape");
      await expect.poll(() => dialog.getByLabel("Key", { exact: true }).textContent()).toMatch(/^bgc_staging_/);
      await dialog.getByRole("button", { name: "Done" }).click();
    });
  });

  describe("a person on the tokens page", () => {
    it("creates a token for one environment, which then works there only, and revokes it", async () => {
      const page = await open("#/tokens");
      await page.getByRole("button", { name: "New token" }).click();
      const dialog = page.getByRole("dialog", { name: "New admin token" });
      await dialog.getByLabel("Name").fill("Staging pipeline");
      await dialog.getByRole("radio", { name: /^Read/ }).check();
      await dialog.getByRole("radio", { name: "Only some environments" }).check();
      await expect.poll(() => dialog.getByRole("button", { name: "Create token" }).isDisabled()).toBe(true);
      await dialog.getByRole("checkbox", { name: "Staging" }).check();
      await dialog.getByLabel("Expires").selectOption("in 30 days");
      await dialog.getByRole("button", { name: "Create token" }).click();
      const token = await secretOf(page, "Your new admin token", "Token");
      expect(await page.content()).not.toContain(token);
      const api = apiOf(page, token);
      await api.call("listFlags", { path: { env: "staging" } });
      await expect(api.call("listFlags", { path: { env: "production" } })).rejects.toMatchObject({ status: 403 });

      const row = page.getByRole("row").filter({ hasText: "Staging pipeline" });
      await expect.poll(() => row.textContent()).toMatch(/Read.*staging.*in 30 days.*by Seeded admin token/);
      await visit.goTo("#/keys");
      await visit.goTo("#/tokens");
      await expect.poll(() => row.getByRole("cell").nth(4).textContent()).toBe("today");
      expect(await seriousFindings(page)).toEqual([]);
      await choose(page, "Staging pipeline", "Revoke");
      const revoke = page.getByRole("dialog", { name: "Revoke Staging pipeline?" });
      await revoke.getByLabel(/to confirm$/).fill("Staging pipeline");
      await revoke.getByRole("button", { name: "Revoke" }).click();
      await page.getByText("Admin token Staging pipeline revoked").waitFor();
      expect(await tokenNamed("Staging pipeline")).toMatchObject([{ revokedAt: expect.any(String) }]);
      await expect.poll(() => page.getByText(/that (is|are) revoked or expired/).count()).toBe(1);
    });

    it("rotates a token: the old one expires after the overlap, and the new one has its settings", async () => {
      const body = { role: "write" as const, name: "Deployment", environments: ["staging"] };
      const { body: old } = await world().api.call("createToken", { body });
      const page = await open("#/tokens");
      await choose(page, "Deployment", "Rotate");
      const dialog = page.getByRole("dialog", { name: "Rotate Deployment?" });
      await dialog.getByLabel("The old token expires after").selectOption("1 day");
      const before = Date.now();
      await dialog.getByRole("button", { name: "Rotate", exact: true }).click();
      const token = await secretOf(page, "Your new admin token", "Token");
      for (const one of [old.token, token]) await apiOf(page, one).call("listFlags", { path: { env: "staging" } });
      const [first, second] = await tokenNamed("Deployment");
      expect(second).toMatchObject({ role: "write", environments: ["staging"], expiresAt: null });
      const overlapMs = Date.parse(first?.expiresAt ?? "") - before;
      expect(overlapMs).toBeGreaterThan(86_000_000);
      expect(overlapMs).toBeLessThan(87_000_000);
      const rows = page.getByRole("row").filter({ hasText: "Deployment" });
      await expect
        .poll(() => rows.allTextContents())
        .toEqual([expect.stringContaining("Never"), expect.stringMatching(/in 24 hours|tomorrow/)]);
      await page.setViewportSize({ width: 360, height: 780 });
      expect(await overflow(page)).toBe(0);
    });

    it("says why a limited token cannot show it, and is read-only with a reading one", async () => {
      const { body } = await world().api.call("createToken", {
        body: { role: "write", name: "Only staging", environments: ["staging"] },
      });
      const page = await open("#/keys?environment=staging", body.token);
      visit.expectStatus(403);
      await visit.goTo("#/tokens?environment=staging");
      await page.getByRole("heading", { name: "You cannot see the tokens of this project" }).waitFor();
      await expect.poll(() => page.getByRole("main").textContent()).toMatch(/the token is for staging only/);
      await expect.poll(() => page.getByRole("button", { name: "New token" }).isVisible()).toBe(false);
      await visit.goTo("#/webhooks?environment=staging");
      await page.getByRole("heading", { name: "You cannot see the webhooks of this project" }).waitFor();
      await expect.poll(() => page.getByRole("button", { name: "New webhook" }).isVisible()).toBe(false);
      await visit.goTo("#/flags/checkout-redesign?environment=staging&tab=settings");
      await page.getByText("Your admin token is for some environments only.").waitFor();
      await expect.poll(() => page.getByRole("button", { name: "Try again" }).count()).toBe(0);
      await visit.close();
      const reading = await open("#/tokens", world().readToken);
      await reading.getByRole("row").filter({ hasText: "reader" }).waitFor();
      await expect.poll(() => reading.getByRole("button", { name: "New token" }).isVisible()).toBe(false);
      await expect
        .poll(() =>
          reading
            .getByRole("button", { name: /^Actions for/ })
            .first()
            .isDisabled(),
        )
        .toBe(true);
    });
  });
}
