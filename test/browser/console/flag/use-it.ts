import { afterEach, describe, expect, it } from "vitest";
import { overflow, seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { layoutFindings } from "../support/layout-findings.ts";
import { loaded } from "../support/loaded.ts";
import { reportUsage } from "../support/report-usage.ts";
import type { Visit, VisitOptions } from "../support/visit.ts";

export function describeUseIt(world: () => ConsoleWorld): void {
  describe("the code for a flag", () => {
    let visit: Visit;
    const open = async (flag: string, options: Partial<VisitOptions> = {}): Promise<Visit["page"]> => {
      visit = await world().visit({ at: `#/flags/${flag}?environment=staging&tab=use`, ...options });
      await loaded(visit.page);
      await visit.page.getByRole("region", { name: "Code", exact: true }).waitFor();
      return visit.page;
    };
    afterEach(() => visit?.close());

    const code = () => visit.page.getByRole("region", { name: "Code", exact: true }).textContent();

    it("evaluates the flag when it is copied and gets a key", async () => {
      await world().save({ key: "team/code", default: { variant: "on" } }, "staging");
      const page = await open(encodeURIComponent("team/code"));
      await page.getByLabel("SDK").selectOption("curl (OFREP)");
      expect(page.url()).toContain("sdk=curl");
      await page.getByRole("button", { name: "Copy Code" }).click();
      await page.getByText("Copied").waitFor();
      const copied = String(await page.evaluate("navigator.clipboard.readText()"));
      const [, url = "", body = ""] = /'(http[^']+)'.*-d '([^']+)'$/s.exec(copied) ?? [];
      const authorization = `Bearer ${world().keys.environments["staging"]?.serverKey}`;
      const response = await fetch(url, { method: "POST", headers: { authorization }, body });
      expect(await response.json()).toMatchObject({ key: "team/code", value: true });
    });

    it("has the type, the key and the fallback filled in, for each SDK", async () => {
      await world().save({ key: "threshold", type: "float", variants: { on: 49.5, off: 10 }, fallback: 20 }, "staging");
      const page = await open("threshold");
      const expected = {
        "Node (OpenFeature)": 'getNumberValue("threshold", 20,',
        Go: '.FloatValue(ctx, "threshold", 20.0,',
        Python: 'get_float_value(\n    "threshold", 20.0,',
        Java: 'getDoubleValue(\n    "threshold", 20.0,',
        "Node, in your process (burgee/provider)": 'getNumberValue("threshold", 20,',
        "Cloudflare Worker (burgee/binding)": 'env.FLAGS.number("threshold", 20,',
      };
      for (const [sdk, text] of Object.entries(expected)) {
        await page.getByLabel("SDK").selectOption(sdk);
        await expect.poll(code).toContain(text);
      }
      await page.getByText("If the evaluation fails, the code gets 20: the fallback of the flag.").waitFor();
    });

    it("says that client keys cannot see the flag, and leads to the field that changes it", async () => {
      await world().save({ key: "servers-only" }, "staging");
      const page = await open("servers-only", { at: "#/flags/servers-only?environment=staging&tab=use&sdk=web" });
      const note = page.getByRole("note");
      await note.getByText("Browsers and apps cannot see servers-only").waitFor();
      await note.getByRole("button", { name: "Change who sees it" }).click();
      const box = page.getByLabel("Visible to client keys (browsers and apps)");
      await expect.poll(() => page.locator(":focus").getAttribute("data-pointer")).toBe("/clientVisible");
      await box.check();
      await page.getByRole("button", { name: "Review and save" }).click();
      const dialog = page.getByRole("dialog");
      await expect.poll(() => dialog.getByLabel(/to confirm$/).count()).toBe(0);
      await dialog.getByRole("button", { name: "Save", exact: true }).click();
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
      await page.getByRole("tab", { name: "Use it" }).click();
      await expect.poll(() => note.count()).toBe(0);
      const key = world().keys.environments["staging"]?.clientKey ?? "";
      const evaluated = () => world().evaluate("servers-only", { environment: "staging", key });
      await expect.poll(evaluated).toMatchObject({ value: false, status: 200 });
    });

    it("turns its light green at the first evaluation, and says so", async () => {
      await world().save({ key: "first-seen" }, "staging");
      const page = await open("first-seen");
      const light = page.getByRole("status", { name: "First evaluation" });
      await light.getByText("Waiting for an evaluation…").waitFor();
      await light.getByText("It was never evaluated in this environment.").waitFor();
      await expect.poll(() => light.getAttribute("class")).not.toContain("seen");
      await reportUsage(world(), "staging", [{ flag: "first-seen", variant: "off", used: 3 }]);
      await light.getByText("3 since you opened this tab: off 3").waitFor();
      await expect.poll(() => light.getAttribute("class")).toContain("seen");
      // The head reads again when the person comes back to the page.
      await page.getByText("Never evaluated").waitFor();
      await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      await page.getByText("Evaluated just now").waitFor();
    });

    it.each(["light", "dark"] as const)("passes axe and the check of layouts on a phone: %s", async (scheme) => {
      const page = await open("checkout-redesign", { scheme, width: 360, height: 780 });
      expect(await seriousFindings(page)).toEqual([]);
      expect(await layoutFindings(page, { target: 24 })).toEqual([]);
      expect(await overflow(page)).toBe(0);
    });
  });
}
