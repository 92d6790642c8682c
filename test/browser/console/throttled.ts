import type { Page } from "playwright-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ConsoleWorld } from "./support/console-world.ts";
import { signIn, type Visit } from "./support/visit.ts";

/** About a 3G connection: the latency in milliseconds, and bytes per second. */
const SLOW = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
/** More than the two first pages of the list. */
const FLAGS = 300;
const ENVIRONMENT = "slow-list";

/** Must run last, because it adds an environment that the other suites would see. */
export function describeThrottled(world: () => ConsoleWorld): void {
  describe("a person with a slow connection", () => {
    let visit: Visit;
    let key = "";

    beforeAll(async () => {
      const { api } = world();
      const path = { env: ENVIRONMENT };
      await api.call("createEnvironment", { body: { key: ENVIRONMENT } });
      const plain = { type: "boolean" as const, variants: { on: true, off: false }, enabled: true };
      const flags = Array.from({ length: FLAGS }, (_, i) => ({
        key: `slow-${String(i).padStart(3, "0")}`,
        ...plain,
        default: { variant: "on" },
      }));
      await api.call("applyEnvironment", { path, body: { flags, segments: [] } });
      key = (await api.call("createKey", { path, body: { kind: "server", name: "slow" } })).body.token;
    });
    afterEach(() => visit?.close());

    /** Opens the sign-in page over a slow connection, without the files of an earlier visit. */
    async function openSlowly(at: string): Promise<Page> {
      visit = await world().visit({ token: null, at });
      const { page, context } = visit;
      const session = await context.newCDPSession(page);
      await session.send("Network.enable");
      await session.send("Network.setCacheDisabled", { cacheDisabled: true });
      await session.send("Network.emulateNetworkConditions", SLOW);
      await page.reload();
      return page;
    }
    const flagSwitch = (flag: string) => visit.page.getByRole("switch", { name: `${flag} enabled` });
    const failures = () => visit.page.locator(".notice.failed, [role=alert]").allTextContents();

    it("uses the first page of flags while the rest still loads, and the rest keeps the change", async () => {
      const page = await openSlowly(`#/flags?environment=${ENVIRONMENT}`);
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      await page.route(
        ({ pathname, searchParams }) => pathname.endsWith(`/${ENVIRONMENT}/flags`) && searchParams.has("cursor"),
        async (route) => {
          await released;
          await route.continue();
        },
      );
      await signIn(page, world().keys.adminToken);
      await page.getByText("loading more…").waitFor();
      await page.getByRole("searchbox", { name: "Search flags" }).fill("slow-007");
      await expect.poll(() => page.getByRole("row").count()).toBe(2);
      await flagSwitch("slow-007").click();
      const evaluate = (flag: string) => world().evaluate(flag, { environment: ENVIRONMENT, key });
      await expect.poll(() => evaluate("slow-007")).toMatchObject({ reason: "DISABLED" });
      await expect.poll(() => page.getByText("loading more…").count()).toBe(1);

      release();
      await page.getByText("loading more…").waitFor({ state: "detached" });
      // Read once: a page that took the change back would be corrected later.
      expect(await flagSwitch("slow-007").isChecked()).toBe(false);
      await page.getByRole("searchbox", { name: "Search flags" }).fill("");
      await page.getByText(`${FLAGS} flags`).waitFor();
      expect(await evaluate("slow-008")).toMatchObject({ value: true });
      expect(await failures()).toEqual([]);
    });

    it("turns a flag off in production, and on again", async () => {
      await world().save({ key: "slow-kill", default: { variant: "on" } });
      const page = await openSlowly("#/flags?environment=production");
      await signIn(page, world().keys.adminToken);
      await page.getByRole("searchbox", { name: "Search flags" }).fill("slow-kill");
      await flagSwitch("slow-kill").click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Turn off" }).click();
      await page.getByText("slow-kill is off for everyone in production").waitFor();
      await expect.poll(() => world().evaluate("slow-kill")).toMatchObject({ reason: "DISABLED", value: false });
      await flagSwitch("slow-kill").click();
      await dialog.getByLabel(/to confirm$/).fill("production");
      await dialog.getByRole("button", { name: "Turn on" }).click();
      await expect.poll(() => world().evaluate("slow-kill")).toMatchObject({ reason: "STATIC", value: true });
      await page.getByText("slow-kill is on in production").waitFor();
      expect(await failures()).toEqual([]);
    });
  });
}
