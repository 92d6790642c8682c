import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { createClient } from "../../../sdk/client/client.ts";
import type { ConsoleWorld } from "./support/console-world.ts";
import { signIn, type Visit, type VisitOptions } from "./support/visit.ts";

const FIRST_LOAD_BYTES = 120 * 1024;

export function describeSession(world: () => ConsoleWorld): void {
  const visits: Visit[] = [];
  const open = async (options: Partial<VisitOptions> = {}): Promise<Visit> => {
    const visit = await world().visit(options);
    visits.push(visit);
    return visit;
  };
  afterEach(async () => {
    for (const visit of visits.splice(0)) await visit.close();
  });

  /** Returns everything that outlives the page, or that the browser sends by itself. */
  const stored = async ({ page, context }: Visit): Promise<string> =>
    JSON.stringify([
      await page.evaluate("[{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]"),
      await context.storageState({ indexedDB: true }),
    ]);

  describe("signing in", () => {
    it("keeps the token only in memory, so that a reload asks for it again", async () => {
      const visit = await open();
      await visit.page.getByRole("link", { name: "Keys" }).click();
      await visit.page.getByRole("heading", { name: "SDK keys" }).waitFor();
      expect(await stored(visit)).not.toContain("bga_");
      await visit.page.reload();
      await visit.page.getByLabel("Admin token").waitFor();
    });

    it("keeps the token for this tab on request, and forgets it at sign-out", async () => {
      const visit = await open({ token: null });
      const { page, context } = visit;
      await signIn(page, world().keys.adminToken, { isKept: true });
      await page.reload();
      await page.getByRole("navigation", { name: "Pages" }).waitFor();
      expect(await page.evaluate("localStorage.length + document.cookie + location.href")).not.toContain("bga_");
      const other = await context.newPage();
      await other.goto(page.url());
      await other.getByLabel("Admin token").waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Admin token").waitFor();
      expect(await stored(visit)).not.toContain("bga_");
    });

    it.each([
      ["nonsense", "This is not an admin token, which begins with bga_."],
      ["bgs_production_AAAAAAAA_AAAA", "This is an SDK key. Sign in with an admin token, which begins with bga_."],
      [
        "bga_write_AAAAAAAAAAAAAAAA_AAAAAAAAAAAAAAAAAAAAAA",
        "This admin token does not belong to this deployment. Check that it is complete.",
      ],
    ])("says why the token %s is rejected", async (token, reason) => {
      const visit = await open({ token: null });
      visit.expectStatus(401);
      await visit.page.getByLabel("Admin token").fill(token);
      await visit.page.getByRole("button", { name: "Sign in" }).click();
      await expect.poll(() => visit.page.getByRole("alert").textContent()).toBe(reason);
      expect(await stored(visit)).not.toContain(token);
    });

    it("rejects an SDK key", async () => {
      const visit = await open({ token: null });
      visit.expectStatus(401, 403);
      await visit.page.getByLabel("Admin token").fill(world().keys.environments["production"]?.serverKey ?? "");
      await visit.page.getByRole("button", { name: "Sign in" }).click();
      await visit.page.getByRole("alert").waitFor();
    });
  });

  describe("a read-only token", () => {
    it("shows every page without a way to change anything", async () => {
      const { page } = await open({ token: world().readToken });
      await page.getByText("Read-only").waitFor();
      const switches = page.getByRole("switch");
      await expect.poll(() => switches.count()).toBeGreaterThan(10);
      await expect.poll(() => page.getByRole("switch", { disabled: false }).count()).toBe(0);
      const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
      const changes = page.getByRole("main").getByRole("button", {
        name: /^(New|Create|Revoke|Restore|Save|Delete|Purge|Warm|Apply|Copy)\b/,
        disabled: false,
      });
      for (const link of await links.all()) {
        await link.click();
        await page.getByRole("main").getByRole("heading", { level: 1 }).waitFor();
        await expect.poll(() => page.getByRole("status", { name: "Loading" }).count()).toBe(0);
        expect(await changes.allTextContents(), (await link.textContent()) ?? "").toEqual([]);
      }
    });

    it("cannot change anything through the API either", async () => {
      const { colo, readToken } = world();
      const reader = createClient({ url: (await colo.miniflare.ready).origin, token: () => readToken });
      const path = { env: "production", key: "checkout-redesign" };
      const { body: flag } = await reader.call("getFlag", { path });
      await expect(reader.call("putFlag", { path, body: { ...flag, enabled: false } })).rejects.toMatchObject({
        status: 403,
      });
      const purge = { path: { env: "production" }, body: { all: true } };
      await expect(reader.call("purgeCache", purge as never)).rejects.toMatchObject({ status: 403 });
    });
  });

  describe("the files of the console", () => {
    it("come with a policy that runs only files of this origin", async () => {
      const { page, problems } = await open();
      const response = await page.request.get(page.url());
      const policy = response.headers()["content-security-policy"] ?? "";
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      const injected =
        "document.head.append(Object.assign(document.createElement('style'), { textContent: 'body{}' }))";
      await page.evaluate(injected);
      // The browser reports the injected style, so this suite would notice an inline style of the console too.
      await expect.poll(() => problems.length).toBe(1);
      expect(problems.splice(0)[0]).toContain("Content Security Policy");
    });

    it("load at most 120 KiB of compressed script before the first page", async () => {
      const { directory } = world().built;
      const html = await readFile(join(directory, "console/index.html"), "utf8");
      const scripts = [...html.matchAll(/(?:src|href)="\/(console\/[^"]+\.js)"/g)].map(([, path]) => path ?? "");
      expect(scripts.length).toBeGreaterThan(0);
      const sizes = await Promise.all(
        scripts.map(async (path) => gzipSync(await readFile(join(directory, path)), { level: 6 }).byteLength),
      );
      const total = sizes.reduce((sum, size) => sum + size, 0);
      console.log(`the console's first load: ${(total / 1024).toFixed(1)} KB of script, gzip`);
      expect(total).toBeLessThanOrEqual(FIRST_LOAD_BYTES);
    });
  });
}
