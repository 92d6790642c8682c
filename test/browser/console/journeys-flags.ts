import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConsoleWorld } from "./support/console-world.ts";
import type { Visit } from "./support/visit.ts";

const FLAG = "checkout-redesign";

export function describeFlagJourneys(theWorld: () => ConsoleWorld): void {
  describe("a person with the list of flags", () => {
    let visit: Visit;
    const world = theWorld;

    beforeEach(async () => {
      visit = await world().visit();
    });
    afterEach(() => visit?.close());

    const flagSwitch = (flag: string) => visit.page.getByRole("switch", { name: `${flag} enabled` });
    const dialog = () => visit.page.getByRole("dialog");
    const reason = async (flag: string) => (await world().evaluate(flag)).reason;

    /** Presses the switch, types the key as production asks, and confirms. */
    async function toggle(flag: string, action: "Turn off" | "Turn on"): Promise<void> {
      await flagSwitch(flag).click();
      await dialog().getByRole("textbox").fill(flag);
      await dialog().getByRole("button", { name: action }).click();
    }

    it("kills a flag in production, once its key is typed", async () => {
      await flagSwitch(FLAG).click();
      const kill = dialog().getByRole("button", { name: "Turn off" });
      expect(await kill.isDisabled()).toBe(true);
      await dialog().getByRole("textbox").fill("checkout");
      expect(await kill.isDisabled()).toBe(true);
      expect(await reason(FLAG)).not.toBe("DISABLED");
      await dialog().getByRole("textbox").fill(FLAG);
      await kill.click();
      await expect.poll(() => world().evaluate(FLAG)).toMatchObject({ reason: "DISABLED", value: false });
      expect(await flagSwitch(FLAG).isChecked()).toBe(false);
      await toggle(FLAG, "Turn on");
      await expect.poll(() => reason(FLAG)).toBe("SPLIT");
    });

    it("changes nothing when it is not confirmed", async () => {
      await flagSwitch(FLAG).click();
      await dialog().getByRole("button", { name: "Cancel" }).click();
      expect(await flagSwitch(FLAG).isChecked()).toBe(true);
      expect(await reason(FLAG)).toBe("SPLIT");
    });
  });
}
