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

    it("turns a flag off in production after a review, and on after typing the environment's key", async () => {
      await flagSwitch(FLAG).click();
      const kill = dialog().getByRole("button", { name: "Turn off" });
      await expect.poll(() => dialog().textContent()).toMatch(/State.*on.*off/s);
      await expect
        .poll(() =>
          dialog()
            .getByLabel(/to confirm$/)
            .count(),
        )
        .toBe(0);
      expect(await reason(FLAG)).toBe("SPLIT");
      await kill.click();
      await expect.poll(() => world().evaluate(FLAG)).toMatchObject({ reason: "DISABLED", value: false });
      await expect.poll(() => flagSwitch(FLAG).isChecked()).toBe(false);

      await flagSwitch(FLAG).click();
      const turnOn = dialog().getByRole("button", { name: "Turn on" });
      await expect.poll(() => turnOn.isDisabled()).toBe(true);
      await dialog()
        .getByLabel(/to confirm$/)
        .fill("produc");
      await expect.poll(() => turnOn.isDisabled()).toBe(true);
      await dialog()
        .getByLabel(/to confirm$/)
        .fill("production");
      await turnOn.click();
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
      await flagSwitch(FLAG).click();
      await dialog().getByRole("button", { name: "Turn off" }).click();
      await flagSwitch(FLAG).click();
      release();
      await page.getByText(`${FLAG} is off for everyone in production`).waitFor();
      await dialog()
        .getByLabel(/to confirm$/)
        .fill("production");
      await dialog().getByRole("button", { name: "Turn on" }).click();
      await page.getByText(`${FLAG} is on in production`).waitFor();
      await expect.poll(() => dialog().count()).toBe(0);
      expect(await reason(FLAG)).toBe("SPLIT");
    });

    it("changes nothing without a confirmation", async () => {
      await flagSwitch(FLAG).click();
      await dialog().getByRole("button", { name: "Cancel" }).click();
      await expect.poll(() => flagSwitch(FLAG).isChecked()).toBe(true);
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
      await expect.poll(() => flagSwitch("in-a-hurry").isChecked()).toBe(true);
      await flagSwitch("in-a-hurry").click();
      held[0]?.();
      const evaluate = () => world().evaluate("in-a-hurry", { environment: "staging" });
      await expect.poll(evaluate).toMatchObject({ reason: "DISABLED" });
      await expect.poll(() => dialog().count()).toBe(0);
      await expect.poll(() => flagSwitch("in-a-hurry").isChecked()).toBe(false);
    });

    it("sees the switch go back when the save fails", async () => {
      await visit.goTo("#/flags?environment=staging");
      visit.expectStatus(500, 502, 503);
      const { neon } = world().backends;
      const before = await flagSwitch(FLAG).isChecked();
      neon.setFaults({ errorRate: 1 });
      try {
        await flagSwitch(FLAG).click();
        await visit.page.getByText(`Could not save ${FLAG}`).waitFor();
      } finally {
        // The other tests share the store.
        neon.setFaults({});
      }
      await expect.poll(() => flagSwitch(FLAG).isChecked()).toBe(before);
    });
  });

  describe("two people who change the same flag", () => {
    let visit: Visit;
    const path = { env: "staging", key: "gift-notes" };
    const atTheEdge = () => world().evaluate("gift-notes", { environment: "staging" });
    const stored = async () => (await world().api.call("getFlag", { path })).body;
    const dialog = () => visit.page.getByRole("dialog", { name: "Someone else changed gift-notes" });
    const description = () => visit.page.getByLabel("Description", { exact: true });

    beforeEach(async () => {
      await world().save({ key: "gift-notes", default: { variant: "off" }, description: "notes" }, "staging");
    });
    afterEach(() => visit?.close());

    const open = async (at: string): Promise<void> => {
      visit = await world().visit({ token: null });
      // Where streams do not pass, the page is older than the other person's change.
      await visit.page.route("**/stream*", (route) => route.fulfill({ contentType: "text/plain", body: "" }));
      await signIn(visit.page, world().keys.adminToken);
      // Without a stream, the page asks for the version once, and sees no later change by itself.
      const asked = visit.page.waitForResponse((response) => response.url().endsWith("/environments/staging"));
      await visit.goTo(at);
      await asked;
      // The second change conflicts, which the browser logs as an error.
      visit.expectStatus(412);
    };
    /** Changes the description and the tags on the page, after somebody else changed the same description. */
    const conflict = async (): Promise<void> => {
      await open("#/flags/gift-notes?environment=staging&tab=settings");
      await description().fill("mine");
      await visit.page.getByLabel("Tags").fill("kept");
      await world().save({ key: "gift-notes", default: { variant: "on" }, description: "theirs" }, "staging");
      await visit.page.getByRole("button", { name: "Review and save" }).click();
      const review = visit.page.getByRole("dialog");
      await review.getByLabel(/to confirm$/).waitFor({ state: "detached" });
      await review.getByRole("button", { name: "Save", exact: true }).click();
    };

    it("need not choose if their changes do not touch: both are served", async () => {
      await open("#/flags?environment=staging");
      await visit.page.getByRole("switch", { name: "gift-notes enabled" }).waitFor();
      await world().save({ key: "gift-notes", default: { variant: "on" } }, "staging");
      await expect.poll(atTheEdge).toMatchObject({ reason: "STATIC", value: true });
      await visit.page.getByRole("switch", { name: "gift-notes enabled" }).click();
      await visit.page.getByText(/off for everyone.*Someone else's changes are kept too: Everyone else/).waitFor();
      await expect.poll(atTheEdge).toMatchObject({ reason: "DISABLED", value: false });
      expect(await stored()).toMatchObject({ enabled: false, default: { variant: "on" } });
    });

    it("are asked only about the field that both changed; theirs keeps the rest of the draft", async () => {
      await conflict();
      const asked = dialog().getByRole("group", { name: "Description" });
      await expect.poll(() => asked.textContent()).toMatch(/mine.*theirs/s);
      await expect.poll(() => dialog().getByRole("group").count()).toBe(1);
      // The review says "Saving…", which is not so while the conflict is open.
      await expect.poll(() => visit.page.locator("dialog:visible").count()).toBe(1);
      await dialog()
        .getByRole("radio", { name: /^Theirs/ })
        .check();
      await dialog().getByRole("button", { name: "Continue" }).click();
      await expect.poll(stored).toMatchObject({ description: "theirs", tags: ["kept"], default: { variant: "on" } });
      await expect.poll(atTheEdge).toMatchObject({ value: true });
      await expect.poll(() => description().inputValue()).toBe("theirs");
    });

    it("can keep the second change of that field; the rest of the first one stays", async () => {
      await conflict();
      await dialog().getByRole("radio", { name: /^Mine/ }).check();
      await dialog().getByRole("button", { name: "Continue" }).click();
      await expect.poll(stored).toMatchObject({ description: "mine", tags: ["kept"], default: { variant: "on" } });
      await expect.poll(atTheEdge).toMatchObject({ value: true });
    });

    it("keep the draft if the second one does not choose", async () => {
      await conflict();
      await dialog().getByRole("button", { name: "Cancel" }).click();
      await expect.poll(() => visit.page.getByRole("dialog").count()).toBe(0);
      await expect.poll(() => description().inputValue()).toBe("mine");
      expect(await stored()).toMatchObject({ description: "theirs" });
    });
  });
}
