import type { Page } from "playwright-core";

/** Waits until the page has its heading and nothing on it is being loaded. */
export async function loaded(page: Page): Promise<void> {
  await page.getByRole("main").getByRole("heading", { level: 1 }).waitFor();
  await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
}

/** Addresses of all pages that the navigation leads to. */
export async function pageAddresses(page: Page): Promise<string[]> {
  const links = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").all();
  return Promise.all(links.map(async (link) => (await link.getAttribute("href")) ?? ""));
}
