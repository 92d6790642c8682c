/** Pictures of the console with the example project. */
import { setTimeout } from "node:timers/promises";
import type { Page } from "playwright-core";
import { addUsage } from "../../../src/store/usage/add-usage.ts";
import type { CountRow } from "../../../src/usage/usage-count.ts";
import { type ConsoleWorld, startConsoleWorld } from "./support/console-world.ts";
import { loaded } from "./support/loaded.ts";
import { UNLEASH } from "./support/unleash.ts";
import type { VisitOptions } from "./support/visit.ts";

interface Photograph extends Partial<VisitOptions> {
  /** Runs before the page opens. */
  before?(world: ConsoleWorld): Promise<void>;
  /** Uses the page before the picture is taken. */
  prepare?(page: Page, world: ConsoleWorld): Promise<void>;
}

const HOUR_MS = 3_600_000;
const DESK = { width: 1120, height: 760 };
const LIST = { width: 1120, height: 596 };
const PHONE = { width: 390, height: 780, isTouch: true };
const FLAG = "#/flags/checkout-redesign?environment=production";

const PHOTOGRAPHS: Record<string, Photograph> = {
  "console-flags": { ...LIST, before: evaluations, prepare: seeEvaluations },
  "console-flags-dark": { ...LIST, scheme: "dark", prepare: seeEvaluations },
  "console-flag": { ...DESK, height: 840, at: FLAG, prepare: openShare },
  "console-flag-dark": { ...DESK, height: 840, at: FLAG, scheme: "dark", prepare: openShare },
  "console-review": { ...DESK, at: FLAG, prepare: review },
  "console-segments": { ...DESK, at: "#/segments/beta-testers?environment=production" },
  "console-try-it": { ...DESK, height: 940, at: "#/try/checkout-redesign?environment=production", prepare: tryIt },
  "console-keys": { ...DESK, height: 420, at: "#/keys?environment=production" },
  "console-audit": { ...DESK, height: 560, at: "#/audit?environment=production", before: change },
  "console-cache": { ...DESK, height: 1000, at: "#/cache?environment=production", prepare: traffic },
  "console-environments": {
    ...DESK,
    height: 420,
    at: "#/environments?environment=production",
    prepare: seeCounts,
  },
  "console-import": { ...DESK, height: 980, at: "#/import?environment=staging", prepare: importFlags },
  "console-phone": { ...PHONE },
  "console-phone-flag": { ...PHONE, at: FLAG, scheme: "dark", prepare: seeStates },
};

async function seeStates(page: Page): Promise<void> {
  await page.getByRole("navigation", { name: "State in each environment" }).getByText("staging").waitFor();
}

export async function photographConsole(
  isWanted: (name: string) => boolean,
  pathOf: (name: string) => string,
): Promise<void> {
  const photographs = Object.entries(PHOTOGRAPHS).filter(([name]) => isWanted(name));
  if (photographs.length === 0) return;
  const world = await startConsoleWorld();
  try {
    for (const [name, { before, prepare, ...options }] of photographs) {
      await before?.(world);
      const visit = await world.visit(options);
      await loaded(visit.page);
      await prepare?.(visit.page, world);
      // The pictures have no scrollbar, so they need no room for one.
      await visit.page.evaluate("document.documentElement.style.scrollbarGutter = 'auto'");
      await visit.page.screenshot({ path: pathOf(name), animations: "disabled" });
      await visit.close();
    }
  } finally {
    await world.close();
  }
}

/** Evaluations of most flags in two weeks, with fewer at weekends. */
async function evaluations({ db, api }: ConsoleWorld): Promise<void> {
  const { items } = (await api.call("listFlags", { path: { env: "production" }, query: { limit: "200" } })).body;
  const hour = Math.floor(Date.now() / HOUR_MS);
  const rows = items.flatMap(({ key }, i): CountRow[] =>
    Array.from({ length: i % 7 === 4 ? 0 : 14 }, (_, day): CountRow => {
      const [at, level] = [hour - day * 24, [5, 9, 6, 8, 10, 3, 2][(day + i) % 7] ?? 1];
      const used = level * (40 + ((i * 37) % 90)) + (i % 3) * (14 - day) * 20;
      return ["production", at, key, "on", "", "", 0, used, 0, at * HOUR_MS];
    }),
  );
  await addUsage(db, "pictures", rows);
}

async function seeEvaluations(page: Page): Promise<void> {
  await page
    .getByRole("img", { name: /evaluations in 14 days/ })
    .first()
    .waitFor();
  await page.mouse.move(0, 0);
}

/** Opens one part of a sentence, where it is edited. */
async function openShare(page: Page): Promise<void> {
  await seeStates(page);
  await page.getByRole("button", { name: "Everyone else, share of on: 25%" }).click();
  await page.evaluate("scrollTo(0, 0)");
}

async function seeCounts(page: Page): Promise<void> {
  for (const row of await page
    .getByRole("row")
    .filter({ has: page.getByRole("switch") })
    .all())
    await row.getByRole("link").nth(1).waitFor();
}

async function review(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Everyone else, share of on: 25%" }).click();
  await page.getByRole("textbox", { name: "Percentage of on" }).fill("50");
  await page.getByRole("button", { name: /^Review and/ }).click();
  await page
    .getByRole("dialog")
    .getByLabel(/to confirm$/)
    .fill("production");
}

async function tryIt(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Edit as JSON" }).click();
  await page
    .getByLabel("Context as JSON")
    .fill(JSON.stringify({ targetingKey: "user-1", email: "jo@example.org", plan: "pro" }, null, 2));
  await page.getByRole("button", { name: "Evaluate" }).click();
  await page.getByRole("heading", { name: "Why" }).waitFor();
  await page.getByRole("button", { name: "Sample 1,000" }).click();
  await page.getByRole("heading", { name: "1,000 sampled users" }).waitFor();
  await page.evaluate("scrollTo(0, 0)");
}

async function change({ api }: ConsoleWorld): Promise<void> {
  for (const key of ["search-page-size", "dark-mode"]) {
    await api.call("patchFlag", { path: { env: "production", key }, body: { enabled: false } });
  }
}

async function importFlags(page: Page): Promise<void> {
  const buffer = Buffer.from(JSON.stringify(UNLEASH));
  await page.getByLabel("System").selectOption("Unleash");
  await page.getByLabel("Files").setInputFiles({ name: "features.json", mimeType: "application/json", buffer });
  await page.getByRole("button", { name: "Show report" }).click();
  await page.getByRole("region", { name: "Report" }).waitFor();
}

/** Makes changes, sweeps and evaluations until the plots of the cache page have a few points. */
async function traffic(page: Page, { api, colo, keys }: ConsoleWorld): Promise<void> {
  const path = { env: "production", key: "checkout-redesign" };
  const authorization = `Bearer ${keys.environments["production"]?.serverKey}`;
  const until = performance.now() + 12_000;
  for (let i = 0; performance.now() < until; i++) {
    if (i % 50 === 0) {
      await api.call("patchFlag", { path, body: { enabled: i % 100 !== 0 } });
      if (i % 100 !== 0) await colo.scheduled();
    }
    await colo.fetch(`/flags/checkout-redesign?targetingKey=user-${i}`, { headers: { authorization } });
    await setTimeout(30);
  }
  await page.getByText("Waiting for a second sample…").waitFor({ state: "detached" });
}
