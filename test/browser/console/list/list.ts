import { afterEach, describe, expect, it } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import type { Visit, VisitOptions } from "../support/visit.ts";

export function describeListJourneys(world: () => ConsoleWorld): void {
  let visit: Visit;
  const open = async (options: Partial<VisitOptions> = {}) => {
    visit = await world().visit(options);
    return visit.page;
  };
  /** Counts the requests for pages of flags, and for one flag. */
  const requestsOf = ({ page }: Visit) => {
    const counts = { lists: 0, flags: 0 };
    page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.endsWith("/flags")) counts.lists++;
      if (/\/flags\/[^/]+$/.test(pathname)) counts.flags++;
    });
    return counts;
  };
  const rowOf = (key: string) =>
    visit.page.getByRole("row").filter({ has: visit.page.getByRole("link", { name: key, exact: true }) });
  const keys = () => visit.page.locator("a.row-link").allTextContents();

  describe("the list of flags, while others work", () => {
    afterEach(() => visit?.close());

    it("shows a flag that was turned off elsewhere, and reads only that flag", async () => {
      await world().save({ key: "killed-elsewhere" });
      const page = await open();
      const flagSwitch = page.getByRole("switch", { name: "killed-elsewhere enabled" });
      await expect.poll(() => flagSwitch.isChecked()).toBe(true);
      const requests = requestsOf(visit);
      const path = { env: "production", key: "killed-elsewhere" };
      await world().api.call("patchFlag", { path, body: { enabled: false } });
      const killed = performance.now();
      await expect.poll(() => flagSwitch.isChecked(), { interval: 20, timeout: 10_000 }).toBe(false);
      console.log(`a flag turned off elsewhere is shown after ${(performance.now() - killed).toFixed(0)} ms`);
      expect(requests).toEqual({ lists: 0, flags: 1 });
      await expect.poll(() => rowOf("killed-elsewhere").getAttribute("class")).toContain("changed-elsewhere");
    });

    it("reads a change again with the next one if the first read failed", async () => {
      for (const key of ["read-again", "read-next"]) await world().save({ key }, "staging");
      const page = await open({ at: "#/flags?environment=staging&search=read-" });
      const flagSwitch = page.getByRole("switch", { name: "read-again enabled" });
      await expect.poll(() => flagSwitch.isChecked()).toBe(true);
      visit.expectStatus(503);
      await page.route("**/flags/read-again", (route) => route.fulfill({ status: 503, body: "" }), { times: 1 });
      const failed = page.waitForResponse((response) => response.status() === 503);
      await world().save({ key: "read-again", enabled: false }, "staging");
      await failed;
      await world().save({ key: "read-next", enabled: false }, "staging");
      await expect.poll(() => page.getByRole("switch", { name: "read-next enabled" }).isChecked()).toBe(false);
      await expect.poll(() => flagSwitch.isChecked()).toBe(false);
    });

    it("shows new flags, and no longer those that are deleted", async () => {
      const page = await open({ at: "#/flags?environment=staging" });
      await page.getByRole("switch", { name: "checkout-redesign enabled" }).waitFor();
      await world().save({ key: "made-elsewhere" }, "staging");
      await rowOf("made-elsewhere").waitFor();
      await world().api.call("deleteFlag", { path: { env: "staging", key: "made-elsewhere" } });
      await rowOf("made-elsewhere").waitFor({ state: "detached" });
    });

    it("says on a flag's page who changed it, and keeps the draft", async () => {
      await world().save({ key: "two-editors", description: "before" }, "staging");
      const page = await open({ at: "#/flags/two-editors?environment=staging&tab=settings" });
      const description = page.getByLabel("Description", { exact: true });
      await expect.poll(() => description.inputValue()).toBe("before");
      await world().save({ key: "two-editors", description: "theirs" }, "staging");
      await page.getByText(/changed this flag/).waitFor();
      await expect.poll(() => description.inputValue()).toBe("before");
      await page.getByRole("button", { name: "Show", exact: true }).click();
      await expect.poll(() => description.inputValue()).toBe("theirs");
      await page.getByText(/changed this flag/).waitFor({ state: "detached" });

      await description.fill("mine");
      await world().save({ key: "two-editors", description: "theirs again" }, "staging");
      await page.getByRole("button", { name: "Show", exact: true }).click();
      const dialog = page.getByRole("dialog", { name: /changed two-editors/ });
      await dialog.getByText("theirs again").first().waitFor();
      await dialog.getByRole("button", { name: "Close" }).click();
      await expect.poll(() => description.inputValue()).toBe("mine");
    });

    it("looks again when the person comes back, where streams do not pass", async () => {
      await world().save({ key: "no-streams" }, "staging");
      const page = await open({ token: null });
      await page.route("**/stream*", (route) => route.fulfill({ contentType: "text/plain", body: "" }));
      await page.getByLabel("Admin token").fill(world().keys.adminToken);
      await page.getByRole("button", { name: "Sign in" }).click();
      await visit.goTo("#/flags?environment=staging");
      const flagSwitch = page.getByRole("switch", { name: "no-streams enabled" });
      await expect.poll(() => flagSwitch.isChecked()).toBe(true);
      await world().save({ key: "no-streams", enabled: false }, "staging");
      await page.evaluate("dispatchEvent(new Event('focus'))");
      await expect.poll(() => flagSwitch.isChecked()).toBe(false);
    });
  });

  describe("the list of flags, with a column for each environment", () => {
    afterEach(() => visit?.close());

    it("turns a flag on in another environment than the current one", async () => {
      for (const environment of ["production", "staging"]) {
        await world().save({ key: "in-columns", enabled: false, default: { variant: "on" } }, environment);
      }
      const page = await open();
      await page.getByRole("switch", { name: "in-columns in staging" }).click();
      const evaluate = (environment: string) => world().evaluate("in-columns", { environment });
      await expect.poll(() => evaluate("staging")).toMatchObject({ value: true });
      await expect.poll(() => page.getByRole("switch", { name: "in-columns in staging" }).isChecked()).toBe(true);
      await expect.poll(() => page.getByRole("switch", { name: "in-columns enabled" }).isChecked()).toBe(false);
      expect(await evaluate("production")).toMatchObject({ reason: "DISABLED" });
    });

    it("follows changes in the other environments over the one stream of the page", async () => {
      for (const environment of ["production", "staging"]) await world().save({ key: "follows" }, environment);
      const streams: string[] = [];
      const page = await open({ token: null });
      page.on("request", (request) => {
        if (request.url().includes("/stream")) streams.push(request.url());
      });
      await page.getByLabel("Admin token").fill(world().keys.adminToken);
      await page.getByRole("button", { name: "Sign in" }).click();
      const elsewhere = page.getByRole("switch", { name: "follows in staging" });
      await expect.poll(() => elsewhere.isChecked()).toBe(true);
      await expect.poll(() => streams.length).toBe(1);
      expect(new URL(streams[0]!).searchParams.get("also")).toContain("staging");

      const path = { env: "staging", key: "follows" };
      await world().api.call("patchFlag", { path, body: { enabled: false } });
      const killed = performance.now();
      await expect.poll(() => elsewhere.isChecked(), { interval: 20, timeout: 5000 }).toBe(false);
      console.log(`a switch of another environment follows after ${(performance.now() - killed).toFixed(0)} ms`);
      await expect.poll(() => rowOf("follows").getAttribute("class")).toContain("changed-elsewhere");
      await world().api.call("deleteFlag", { path });
      await elsewhere.waitFor({ state: "detached", timeout: 5000 });
      await world().save({ key: "follows" }, "staging");
      await elsewhere.waitFor({ timeout: 5000 });
      expect(streams).toHaveLength(1);
    });

    it("reads the list once for many changes elsewhere, and later only what changes", async () => {
      for (const environment of ["production", "staging"]) await world().save({ key: "one-of-many" }, environment);
      await open();
      const elsewhere = visit.page.getByRole("switch", { name: "one-of-many in staging" });
      await expect.poll(() => elsewhere.isChecked()).toBe(true);
      await visit.page.getByText(/^\d+ flags$/).waitFor();
      const requests = requestsOf(visit);
      const plain = { type: "boolean" as const, variants: { on: true, off: false }, default: { variant: "off" } };
      const flags = Array.from({ length: 25 }, (_, i) => ({ key: `many-${i}`, ...plain, enabled: true }));
      // The list has several pages, and shows nothing of the arrival of the last one.
      const lastPage = visit.page.waitForResponse(
        async (response) =>
          new URL(response.url()).pathname.endsWith("/flags") &&
          ((await response.json()) as { nextCursor: unknown }).nextCursor === null,
      );
      await world().api.call("applyEnvironment", { path: { env: "staging" }, body: { flags, segments: [] } });
      await lastPage;
      const before = requests.lists;
      const path = { env: "staging", key: "one-of-many" };
      await world().api.call("patchFlag", { path, body: { enabled: false } });
      await expect.poll(() => elsewhere.isChecked()).toBe(false);
      expect(requests.lists).toBe(before);
    });

    it("asks for the same confirmation as in the environment itself", async () => {
      await world().save({ key: "asks-too", default: { variant: "on" } });
      await world().save({ key: "asks-too" }, "staging");
      const page = await open({ at: "#/flags?environment=staging" });
      await page.getByRole("switch", { name: "asks-too in production" }).click();
      const dialog = page.getByRole("dialog", { name: /asks-too in production/ });
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await expect.poll(() => page.getByRole("switch", { name: "asks-too in production" }).isChecked()).toBe(true);
      expect(await world().evaluate("asks-too")).toMatchObject({ value: true });
    });
  });

  describe("a person who looks for flags", () => {
    afterEach(() => visit?.close());

    it("finds a flag in spite of a typo, and by a tag in a row", async () => {
      await world().save({ key: "typo-forgiven", tags: ["forgiven"] }, "staging");
      const page = await open({ at: "#/flags?environment=staging" });
      await page.getByRole("searchbox", { name: "Search flags" }).fill("typo-forgven");
      await page.getByText("No flag matches exactly. 1 key is similar.").waitFor();
      await rowOf("typo-forgiven").getByRole("button", { name: "forgiven" }).click();
      await page.getByRole("searchbox", { name: "Search flags" }).fill("");
      await expect.poll(keys).toEqual(["typo-forgiven"]);
      await page.getByRole("button", { name: "Remove filter Tag: forgiven" }).click();
      await expect.poll(async () => (await keys()).length).toBeGreaterThan(1);
    });

    it("orders them as people count, and by the heads of columns", async () => {
      for (const key of ["counted-10", "counted-9", "counted-1"]) await world().save({ key }, "staging");
      const page = await open({ at: "#/flags?environment=staging&search=counted-" });
      await expect.poll(keys).toEqual(["counted-1", "counted-9", "counted-10"]);
      const head = page.getByRole("columnheader", { name: "Flag" });
      await expect.poll(() => head.getAttribute("aria-sort")).toBe("ascending");
      await head.getByRole("button").click();
      await expect.poll(keys).toEqual(["counted-10", "counted-9", "counted-1"]);
      await expect.poll(() => head.getAttribute("aria-sort")).toBe("descending");
      await page.getByRole("columnheader", { name: "Last change" }).getByRole("button").click();
      await expect.poll(keys).toEqual(["counted-1", "counted-9", "counted-10"]);
      await expect.poll(() => page.url()).toContain("sort=changed");
    });

    it("filters by what was never evaluated, and keeps the search as a view", async () => {
      await world().save({ key: "never-asked-for" }, "staging");
      const page = await open({ at: "#/flags?environment=staging&search=never-asked" });
      await page.getByRole("button", { name: "Filter", exact: true }).click();
      await page.getByRole("combobox", { name: "Last evaluated" }).selectOption("in the last 7 days");
      await page.getByText("No flags match").waitFor();
      await page.getByRole("combobox", { name: "Last evaluated" }).selectOption("never");
      await expect.poll(keys).toEqual(["never-asked-for"]);
      await page.keyboard.press("Escape");
      await expect.poll(() => page.url()).toContain("use=never");
      await page.getByRole("button", { name: "View" }).click();
      await page.getByRole("menuitem", { name: "Save this view…" }).click();
      await page.getByLabel("Name").fill("Never asked");
      await page.getByRole("button", { name: "Save view" }).click();
      await visit.goTo("#/flags?environment=staging");
      await expect.poll(async () => (await keys()).length).toBeGreaterThan(1);
      await page.getByRole("button", { name: "View" }).click();
      await page.getByRole("menuitem", { name: "Never asked", exact: true }).click();
      await expect.poll(keys).toEqual(["never-asked-for"]);
    });

    it("comes back from a flag to the same place, without reading the list again", async () => {
      const page = await open({ height: 400 });
      const link = page.getByRole("link", { name: "checkout-redesign", exact: true });
      await link.waitFor();
      await page.mouse.move(600, 300);
      await page.mouse.wheel(0, 300);
      await expect.poll(() => page.evaluate("history.state?.place?.top")).toBeGreaterThan(200);
      const top = await page.evaluate("scrollY");
      const requests = requestsOf(visit);
      // The links in view lead away without a scroll of their own.
      await page.evaluate("location.hash = '#/flags/checkout-redesign?environment=production'");
      await page.getByRole("heading", { name: "checkout-redesign" }).waitFor();
      await page.evaluate("scrollTo(0, 0)");
      const before = requests.lists;
      await page.goBack();
      await link.waitFor();
      await expect.poll(() => page.evaluate("scrollY")).toBe(top);
      expect(requests.lists).toBe(before);
    });
  });
}
