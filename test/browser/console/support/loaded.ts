import type { Page } from "playwright-core";

/** Waits until the page has a heading and everything has loaded. */
export async function loaded(page: Page): Promise<void> {
  await page.getByRole("main").getByRole("heading", { level: 1 }).waitFor();
  await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
}

/** Waits until the fields for JSON in the window are code editors. */
export async function codeLoaded(page: Page): Promise<void> {
  const waiting = `[...document.querySelectorAll(".json-editor:not(:has(.json-code))")]
    .filter((one) => one.getBoundingClientRect().top < innerHeight).length`;
  for (let tries = 0; tries < 500 && Number(await page.evaluate(waiting)) > 0; tries++) await page.waitForTimeout(20);
}

/** Returns the addresses of all pages in the navigation. */
export async function pageAddresses(page: Page): Promise<string[]> {
  const links = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").all();
  return Promise.all(links.map(async (link) => (await link.getAttribute("href")) ?? ""));
}

/** Pages that are not in the navigation. */
export const INNER_PAGES = [
  "#/flags/new?environment=staging",
  "#/flags/new?environment=staging&editor=full",
  "#/flags/checkout-redesign?environment=production",
  "#/flags/checkout-redesign?environment=production&tab=insights",
  "#/flags/checkout-redesign?environment=production&tab=settings",
  "#/flags/basket-limits?environment=production&tab=variants",
  "#/segments/beta-testers?environment=production",
  "#/try/checkout-redesign?environment=production",
  "#/try?environment=production&context=%7B%22targetingKey%22%3A%22user-1%22%7D",
];
