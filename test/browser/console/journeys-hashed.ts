import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { Condition } from "../../../sdk/client/contract.ts";
import { overflow, seriousFindings } from "./support/audit-page.ts";
import type { ConsoleWorld } from "./support/console-world.ts";
import { loaded } from "./support/loaded.ts";
import type { Visit, VisitOptions } from "./support/visit.ts";

const env = "staging";

/** Returns the hashes that a condition stores for these ids. */
function hashesOf(salt: string, ids: readonly string[]): string {
  const hashes = ids.map((id) => createHash("sha256").update(`${id}${salt}`).digest().subarray(0, 8));
  return Buffer.concat(hashes.toSorted(Buffer.compare)).toString("base64url");
}

/** Journeys of a person who targets people by hashes of their ids. */
export function describeHashedJourneys(world: () => ConsoleWorld): void {
  describe("a person who adds plain ids to a segment", () => {
    let visit: Visit;
    const sent: string[] = [];
    const open = async (options: Partial<VisitOptions> = {}): Promise<Visit["page"]> => {
      visit = await world().visit({ at: `#/segments/invited?environment=${env}`, ...options });
      visit.page.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""}`));
      await loaded(visit.page);
      return visit.page;
    };
    afterEach(() => visit?.close());

    const put = async (condition: Condition): Promise<void> => {
      const body = { key: "invited", condition };
      await world().api.call("putSegment", { path: { env, key: "invited" }, body });
    };
    const stored = async () =>
      (await world().api.call("getSegment", { path: { env, key: "invited" } })).body.condition as {
        read: { sha256: string };
        packed: { width: number; hashes: string };
      };
    const save = async () => {
      await visit.page.getByRole("button", { name: /^Review/ }).click();
      await visit.page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
      await visit.page.getByText(/saved/i).first().waitFor();
    };

    it("stores only hashes, of typed ids and of a file, and no request has a plain id", async () => {
      await put({ attribute: "email", operator: "in", values: ["ann@acme.com"] });
      const page = await open();
      sent.length = 0;
      await page.getByText("More options").click();
      await page.getByLabel("Read the attribute as").selectOption("a SHA-256 hash with a salt");
      await page.getByText("1 hash", { exact: true }).waitFor();
      await page.getByLabel("Ids or e-mail addresses").fill("bob@acme.com\n ann@acme.com");
      await page.getByRole("button", { name: "Add ids" }).click();
      await page.getByText("1 id added, 1 there already").waitFor();
      await page.getByLabel("File with ids").setInputFiles({
        name: "ids.csv",
        mimeType: "text/csv",
        buffer: Buffer.from("email,name\r\ncarl@acme.com,Carl\r\n"),
      });
      await page.getByLabel("Skip the first line of the file").check();
      await page.getByRole("button", { name: "Add ids" }).click();
      await page.getByText("3 hashes", { exact: true }).waitFor();
      await save();
      const { read, packed } = await stored();
      expect(read.sha256).toMatch(/^[\da-f]{32}$/);
      expect(packed).toEqual({
        width: 8,
        hashes: hashesOf(read.sha256, ["ann@acme.com", "bob@acme.com", "carl@acme.com"]),
      });
      expect(sent.length).toBeGreaterThan(0);
      expect(sent.join("\n")).not.toMatch(/(?:bob|ann|carl)@/);
    });

    it("removes and checks ids, and cannot save ids that are not used yet", async () => {
      const packed = { width: 8, hashes: hashesOf("s", ["ann@acme.com", "bob@acme.com"]) };
      await put({ attribute: "email", operator: "in", read: { sha256: "s" }, packed });
      const page = await open();
      const ids = page.getByLabel("Ids or e-mail addresses");
      await ids.fill("ann@acme.com\nzoe@acme.com");
      await page.getByRole("button", { name: "Check ids" }).click();
      await page.getByText("1 of 2 ids in the list; not there: zoe@acme.com").waitFor();
      await expect.poll(() => page.locator("textarea:invalid").count()).toBe(1);
      await page.getByRole("button", { name: "Review and save" }).click();
      await page.getByRole("alert").getByText("has ids that are not used").waitFor();
      await expect.poll(() => page.getByText("has ids that are not used").count()).toBe(2);
      await expect.poll(() => page.locator(":focus").and(ids).count()).toBe(1);
      await page.getByRole("button", { name: "Remove ids" }).click();
      await page.getByText("1 id removed, 1 not there").waitFor();
      await expect.poll(() => page.locator("textarea:invalid").count()).toBe(0);
      await save();
      expect((await stored()).packed.hashes).toBe(hashesOf("s", ["bob@acme.com"]));
    });

    it.each(["light", "dark"] as const)("passes axe, also on a phone: %s", async (scheme) => {
      const ids = Array.from({ length: 5000 }, (_, i) => String(i));
      const packed = { width: 8, hashes: hashesOf("s".repeat(64), ids) };
      await put({ attribute: "email", operator: "in", read: { sha256: "s".repeat(64), first: 1 }, packed });
      for (const width of [1280, 360]) {
        const page = await open({ scheme, width });
        await page.getByText("5,000 hashes", { exact: true }).waitFor();
        expect(await seriousFindings(page)).toEqual([]);
        expect(await overflow(page)).toBeLessThanOrEqual(0);
        await visit.close();
      }
    });
  });
}
