import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startBackends } from "../../../../dev/endpoints/backends.ts";
import { createAdminToken } from "../../../../dev/project/seed.ts";
import { createDatabase } from "../../../../src/store/client.ts";
import { startColo } from "../../../support/edge/colo.ts";
import { KEY_SECRET } from "../../../support/project.ts";
import { seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { openVisit, signIn, type Visit } from "../support/visit.ts";

const run = promisify(execFile);

/** The time that a database of its own takes to start on a busy machine. */
const START_MS = 120_000;

interface EmptyDeployment {
  origin: string;
  token: string;
  close(): Promise<void>;
}

async function startEmpty(assets: string): Promise<EmptyDeployment> {
  const backends = await startBackends();
  const { neon } = backends;
  const db = createDatabase(neon.connectionString, { timeoutMs: 20_000, fetchEndpoint: neon.url });
  const token = await createAdminToken(db, KEY_SECRET, { role: "write", name: "first", actor: "test" });
  const bindings = { ...backends.bindings, KEY_SECRET, USAGE_FLUSH_SECONDS: "1" };
  const colo = await startColo({ bindings, assets });
  const { origin } = await colo.miniflare.ready;
  const close = async (): Promise<void> => {
    await colo.dispose();
    await backends.close();
  };
  return { origin, token, close };
}

export function describeFirstSteps(world: () => ConsoleWorld): void {
  describe("a person with an empty deployment", () => {
    let empty: EmptyDeployment;
    let visit: Visit;
    beforeAll(async () => void (empty = await startEmpty(world().built.directory)), START_MS);
    afterEach(() => visit?.close());
    afterAll(() => empty?.close());

    it("is led from nothing to the first evaluation, and hides the steps", async () => {
      const { origin, token } = empty;
      visit = await openVisit(world().browser, origin, { token, at: "#/" });
      const { page } = visit;
      const steps = page.getByRole("region", { name: "First steps" });
      await steps.getByText("0 of 4 done").waitFor();

      await createEnvironment(page);
      await steps.getByText("1 of 4 done").waitFor();
      expect(await seriousFindings(page)).toEqual([]);

      await steps.getByRole("link", { name: "New flag: three questions" }).click();
      await createFlag(page);
      await steps.getByText("2 of 4 done").waitFor();

      await page.reload();
      await signIn(page, token);
      await steps.getByText("2 of 4 done").waitFor();

      await steps.getByRole("button", { name: "Create key" }).click();
      const secret = await createServerKey(page);
      await steps.getByText("3 of 4 done").waitFor();
      const shown = steps.getByRole("region", { name: "Code", exact: true });
      await steps.getByLabel("SDK").selectOption("Node (OpenFeature)");
      await expect.poll(() => shown.textContent()).toMatch(`Bearer ${secret}`);
      await steps.getByLabel("SDK").selectOption("curl (OFREP)");
      await steps.getByText("Waiting for the first evaluation in live").waitFor();
      expect(await seriousFindings(page)).toEqual([]);

      const { stdout } = await run("bash", ["-c", (await shown.textContent()) ?? ""]);
      expect(JSON.parse(stdout)).toMatchObject({ key: "first-flag", value: false });
      await steps.getByText("Seen: first-flag was evaluated at").waitFor();
      await steps.getByText("4 of 4 done").waitFor();
      await steps.getByRole("button", { name: "Done, hide the steps" }).click();
      await steps.waitFor({ state: "detached" });

      await page.reload();
      await signIn(page, token);
      await page.getByRole("link", { name: "first-flag" }).waitFor();
      await expect.poll(() => steps.count()).toBe(0);
    });

    it("sees what exists already, and that the secret of a key is not known", async () => {
      const { origin, token } = empty;
      visit = await openVisit(world().browser, origin, { token, at: "#/flags" });
      const { page } = visit;
      await page.evaluate("localStorage.setItem('burgee.first-steps', 'open')");
      await page.reload();
      await signIn(page, token);
      const steps = page.getByRole("region", { name: "First steps" });
      await steps.getByText("4 of 4 done").waitFor();
      await expectUnknownSecret(steps);
    });

    it("never sees the steps where flags are in use", async () => {
      visit = await world().visit({ at: "#/flags?environment=production" });
      await visit.page.getByRole("switch").first().waitFor();
      await expect.poll(() => visit.page.getByRole("region", { name: "First steps" }).count()).toBe(0);
    });
  });
}

async function expectUnknownSecret(steps: Locator): Promise<void> {
  const code = steps.getByRole("region", { name: "Code", exact: true });
  await expect.poll(() => code.textContent()).toContain("Bearer bgs_live_…");
  const hint = steps.getByText("Put the secret of your key into the code.");
  await hint.waitFor();
  // The code of a service binding has no SDK key.
  await steps.getByLabel("SDK").selectOption("Cloudflare Worker (burgee/binding)");
  await hint.waitFor({ state: "detached" });
}

async function toFlags(page: Visit["page"]): Promise<void> {
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Flags" }).click();
}

async function createEnvironment(page: Visit["page"]): Promise<void> {
  await page.getByRole("button", { name: "New environment" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Key").fill("live");
  await dialog.getByLabel("Name").fill("Live");
  await dialog.getByRole("button", { name: "Create" }).click();
  await toFlags(page);
}

async function createFlag(page: Visit["page"]): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill("First flag");
  await page.getByRole("radio", { name: "Servers only" }).check();
  await page.getByRole("button", { name: "Review and create" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Create flag" }).click();
  await page.getByRole("heading", { name: "first-flag", level: 1 }).waitFor();
  await toFlags(page);
}

/** Returns the secret of the key. */
async function createServerKey(page: Visit["page"]): Promise<string> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Servers:").check();
  await dialog.getByRole("button", { name: "Create key" }).click();
  const secret = (await dialog.getByLabel("Key", { exact: true }).textContent()) ?? "";
  await dialog.getByRole("button", { name: "Done" }).click();
  return secret.trim();
}
