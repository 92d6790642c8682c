/** The world of the kit's tests: the gallery of the console's parts, with the console's headers, in Chromium. */
import type { Browser, Page } from "playwright-core";
import { startColo } from "../../support/edge/colo.ts";
import { buildConsole } from "../console/support/build.ts";
import { newVisitor, startChromium } from "../support/chromium.ts";

export interface Gallery {
  page: Page;
  /** Errors and warnings that the browser logged, such as violations of the policy. */
  problems: string[];
  close(): Promise<void>;
}

export interface KitWorld {
  open(options?: { at?: string; scheme?: "light" | "dark"; width?: number }): Promise<Gallery>;
  close(): Promise<void>;
}

export async function startKitWorld(): Promise<KitWorld> {
  const built = await buildConsole("gallery/index.html");
  const [colo, browser] = await Promise.all([startColo({ bindings: {}, assets: built.directory }), startChromium()]);
  const { origin } = await colo.miniflare.ready;
  return {
    open: ({ at = "", scheme = "light", width = 1280 } = {}) =>
      openGallery(browser, `${origin}/console/gallery/${at}`, scheme, width),
    async close() {
      await Promise.all([browser.close(), colo.dispose(), built.remove()]);
    },
  };
}

async function openGallery(
  browser: Browser,
  url: string,
  colorScheme: "light" | "dark",
  width: number,
): Promise<Gallery> {
  const context = await newVisitor(browser, { colorScheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
  });
  await page.goto(url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return { page, problems, close: () => context.close() };
}
