import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConsoleWorld } from "./support/console-world.ts";
import { signIn, type Visit } from "./support/visit.ts";

export function describeLifecycleJourneys(world: () => ConsoleWorld): void {
  describe("a person who cleans up flags", () => {
    let visit: Visit;

    beforeEach(async () => {
      visit = await world().visit();
    });
    afterEach(() => visit?.close());

    const dialog = () => visit.page.getByRole("dialog");
    /** Makes a flag look as if it was created and changed some days ago. */
    const age = async (key: string, days: number): Promise<void> => {
      const { neon } = world().backends;
      const then = `now() - interval '${days} days'`;
      for (const statement of [
        "alter table flags disable trigger user",
        "alter table flag_configurations disable trigger user",
        `update flags set created_at = ${then}, updated_at = ${then} where key = '${key}'`,
        `update flag_configurations set updated_at = ${then} where flag_key = '${key}'`,
        "alter table flags enable trigger user",
        "alter table flag_configurations enable trigger user",
      ])
        await neon.query(statement);
    };

    it("finds a flag that is rolled out, archives it although code names it, and restores it", async () => {
      await world().save({ key: "spring-sale", default: { variant: "on" } });
      await age("spring-sale", 40);
      const scan = { path: { repository: "acme/shop" }, body: { commit: "4f2c1d9", counts: { "spring-sale": 2 } } };
      await world().api.call("putRepository", scan);
      const { page } = visit;
      await page.reload();
      await signIn(page, world().keys.adminToken);
      await page.getByRole("button", { name: "Filter", exact: true }).click();
      await page.getByLabel("State").selectOption("rolled-out");
      await page.keyboard.press("Escape");
      const row = page.getByRole("row").filter({ hasText: "spring-sale" });
      await expect
        .poll(() => row.textContent())
        .toContain('Rolled out: serves "on" to everyone, unchanged for 40 days');
      await expect.poll(() => page.getByRole("link", { name: "checkout-redesign", exact: true }).count()).toBe(0);

      await row.getByRole("link", { name: "spring-sale" }).click();
      await page.getByRole("tab", { name: "Settings" }).click();
      const cleanUp = page.getByRole("region", { name: "Clean up" });
      await cleanUp.getByText("acme/shop names it 2 times (commit 4f2c1d9").waitFor();
      await cleanUp.getByRole("button", { name: "Archive…" }).click();
      await dialog().getByText("acme/shop names it 2 times (commit 4f2c1d9").waitFor();
      await dialog()
        .getByLabel(/to confirm$/)
        .fill("production");
      await dialog().getByRole("button", { name: "Archive flag" }).click();
      await page.getByText("spring-sale archived").waitFor();
      await expect.poll(() => world().evaluate("spring-sale")).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });

      visit.expectStatus(404);
      await visit.goTo("#/flags/spring-sale");
      await page.getByText("spring-sale is archived").waitFor();
      await visit.goTo("#/flags?state=archived");
      await page.getByRole("button", { name: "Restore spring-sale…" }).click();
      await dialog()
        .getByLabel(/to confirm$/)
        .fill("production");
      await dialog().getByRole("button", { name: "Restore flag" }).click();
      await page.getByRole("button", { name: "Restore spring-sale…" }).waitFor({ state: "detached" });
      await expect.poll(() => world().evaluate("spring-sale")).toMatchObject({ variant: "on" });

      await visit.goTo("#/flags/spring-sale?tab=settings");
      await page.getByRole("button", { name: "Delete from production…" }).click();
      await dialog().getByText("acme/shop names it 2 times (commit 4f2c1d9").waitFor();
      await dialog()
        .getByLabel(/to confirm$/)
        .fill("production");
      await dialog().getByRole("button", { name: "Delete flag" }).click();
      await expect.poll(() => world().evaluate("spring-sale")).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });
    });

    it("is told which flags need this one before confirming its removal", async () => {
      await world().save({ key: "foundation" });
      await world().save({ key: "tower", prerequisites: [{ flag: "foundation", variants: ["on"] }] });
      const { page } = visit;
      for (const action of ["Delete from production…", "Archive…"]) {
        await visit.goTo("#/flags/foundation?environment=production&tab=settings");
        await page.getByRole("button", { name: action }).click();
        await dialog().getByText("tower needs it. Remove it from its rules and prerequisites first.").waitFor();
        await expect
          .poll(() =>
            dialog()
              .getByLabel(/to confirm$/)
              .count(),
          )
          .toBe(0);
        await dialog().getByRole("button", { name: "Open tower" }).click();
        await page.getByRole("heading", { name: "tower" }).waitFor();
      }
    });

    it("says how long a flag lives, and finds those that are due", async () => {
      await world().save({ key: "short-lived" });
      const { page } = visit;
      await visit.goTo("#/flags/short-lived?tab=settings");
      await page.getByLabel("Lifetime").selectOption("temporary: to be removed from the code");
      await page.getByLabel("Remove it by").fill("2020-01-31T00:00");
      await page.getByRole("button", { name: "Review and save" }).click();
      await dialog()
        .getByText(/31 Jan 2020/)
        .first()
        .waitFor();
      await dialog().getByRole("button", { name: "Save" }).click();
      await expect
        .poll(async () => (await world().api.call("getDefinition", { path: { key: "short-lived" } })).body)
        .toMatchObject({ lifetime: "temporary", expiresAt: "2020-01-31T00:00:00.000Z" });
      await visit.goTo("#/flags?lifetime=expired");
      const row = page.getByRole("row").filter({ hasText: "short-lived" });
      await row.getByText("Expired on 31 Jan 2020 (UTC)").waitFor();
    });
  });
}
