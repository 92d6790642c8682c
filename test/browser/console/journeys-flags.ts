import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConsoleWorld } from "./support/console-world.ts";
import { signIn, type Visit } from "./support/visit.ts";

const FLAG = "checkout-redesign";

export function describeFlagJourneys(world: () => ConsoleWorld): void {
  describe("a person with the list of flags", () => {
    let visit: Visit;

    beforeEach(async () => {
      visit = await world().visit();
    });
    afterEach(() => visit?.close());

    const flagSwitch = (flag: string) => visit.page.getByRole("switch", { name: `${flag} enabled` });
    const dialog = () => visit.page.getByRole("dialog");
    const reason = async (flag: string) => (await world().evaluate(flag)).reason;

    it("turns a flag off in production after typing its key", async () => {
      await flagSwitch(FLAG).click();
      const kill = dialog().getByRole("button", { name: "Turn off" });
      expect(await kill.isDisabled()).toBe(true);
      await dialog()
        .getByLabel(/to confirm$/)
        .fill("checkout");
      expect(await kill.isDisabled()).toBe(true);
      expect(await reason(FLAG)).toBe("SPLIT");
      await dialog()
        .getByLabel(/to confirm$/)
        .fill(FLAG);
      await kill.click();
      await expect.poll(() => world().evaluate(FLAG)).toMatchObject({ reason: "DISABLED", value: false });
      expect(await flagSwitch(FLAG).isChecked()).toBe(false);

      await flagSwitch(FLAG).click();
      await dialog()
        .getByLabel(/to confirm$/)
        .fill(FLAG);
      await dialog().getByRole("button", { name: "Turn on" }).click();
      await expect.poll(() => reason(FLAG)).toBe("SPLIT");
    });

    it("turns a flag on again, although the first change ends while the second is confirmed", async () => {
      const { page } = visit;
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      await page.route(
        `**/flags/${FLAG}`,
        async (route) => {
          if (route.request().method() === "PUT") await held;
          await route.continue();
        },
        { times: 1 },
      );
      const confirmed = async (action: string) => {
        await dialog()
          .getByLabel(/to confirm$/)
          .fill(FLAG);
        await dialog().getByRole("button", { name: action }).click();
      };
      await flagSwitch(FLAG).click();
      await confirmed("Turn off");
      await flagSwitch(FLAG).click();
      release();
      await page.getByText(`${FLAG} is now off in production`).waitFor();
      await confirmed("Turn on");
      await page.getByText(`${FLAG} is now on in production`).waitFor();
      expect(await dialog().count()).toBe(0);
      expect(await reason(FLAG)).toBe("SPLIT");
    });

    it("changes nothing without a confirmation", async () => {
      await flagSwitch(FLAG).click();
      await dialog().getByRole("button", { name: "Cancel" }).click();
      expect(await flagSwitch(FLAG).isChecked()).toBe(true);
      expect(await reason(FLAG)).toBe("SPLIT");
    });

    it("can click a switch again before the first response without a conflict", async () => {
      await world().save({ key: "in-a-hurry", default: { variant: "on" } }, "staging");
      await visit.goTo("#/flags?environment=staging");
      const { page } = visit;
      const held: (() => void)[] = [];
      await page.route("**/flags/in-a-hurry", async (route) => {
        if (held.length < 1) await new Promise<void>((go) => held.push(go));
        await route.continue();
      });
      await flagSwitch("in-a-hurry").click();
      await expect.poll(() => held.length).toBe(1);
      await flagSwitch("in-a-hurry").click();
      expect(await flagSwitch("in-a-hurry").isChecked()).toBe(true);
      await flagSwitch("in-a-hurry").click();
      held[0]?.();
      const evaluate = () => world().evaluate("in-a-hurry", { environment: "staging" });
      await expect.poll(evaluate).toMatchObject({ reason: "DISABLED" });
      expect(await dialog().count()).toBe(0);
      expect(await flagSwitch("in-a-hurry").isChecked()).toBe(false);
    });

    it("sees the switch go back when the save fails", async () => {
      await visit.goTo("#/flags?environment=staging");
      visit.expectStatus(500, 502, 503);
      const { neon } = world().backends;
      const before = await flagSwitch(FLAG).isChecked();
      neon.setFaults({ errorRate: 1 });
      await flagSwitch(FLAG).click();
      await visit.page.getByText(`Could not save ${FLAG}`).waitFor();
      neon.setFaults({});
      expect(await flagSwitch(FLAG).isChecked()).toBe(before);
    });
  });

  describe("two people who change the same flag", () => {
    let visit: Visit;

    beforeEach(async () => {
      await world().save({ key: "gift-notes", default: { variant: "off" } }, "staging");
      visit = await world().visit({ token: null });
      // Where streams do not pass, the list is older than the other person's change.
      await visit.page.route("**/stream", (route) => route.fulfill({ contentType: "text/plain", body: "" }));
      await signIn(visit.page, world().keys.adminToken);
      await visit.goTo("#/flags?environment=staging");
      // The second change conflicts, which the browser logs as an error.
      visit.expectStatus(412);
      await visit.page.getByRole("switch", { name: "gift-notes enabled" }).waitFor();
      await world().save({ key: "gift-notes", default: { variant: "on" } }, "staging");
      await expect.poll(atTheEdge).toMatchObject({ reason: "STATIC", value: true });
      await visit.page.getByRole("switch", { name: "gift-notes enabled" }).click();
    });
    afterEach(() => visit?.close());

    const atTheEdge = () => world().evaluate("gift-notes", { environment: "staging" });
    const dialog = () => visit.page.getByRole("dialog", { name: "Someone else changed gift-notes" });

    it("see both changes; the second one can keep the first change", async () => {
      expect(await dialog().textContent()).toMatch(
        /Your changes.*State.*on.*off.*Their changes.*Everyone else.*off.*on/,
      );
      await dialog().getByRole("button", { name: "Keep theirs" }).click();
      await expect.poll(() => visit.page.getByRole("switch", { name: "gift-notes enabled" }).isChecked()).toBe(true);
      expect(await atTheEdge()).toMatchObject({ reason: "STATIC", value: true });
    });

    it("see both changes; the second one can overwrite the first change", async () => {
      await dialog().getByRole("button", { name: "Overwrite with mine" }).click();
      await expect.poll(atTheEdge).toMatchObject({ reason: "DISABLED", value: false });
      const path = { env: "staging", key: "gift-notes" };
      expect((await world().api.call("getFlag", { path })).body).toMatchObject({
        enabled: false,
        default: { variant: "off" },
      });
    });
  });
}
