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

export interface GalleryOptions {
  /** The address in the hash. */
  at: string;
  scheme: "light" | "dark";
  width: number;
  /** Scripts that cannot be loaded. */
  without: RegExp;
}

/** Opens the gallery for one test. */
export type Open = (options?: Partial<GalleryOptions>) => Promise<Page>;

export interface KitWorld {
  open(options?: Partial<GalleryOptions>): Promise<Gallery>;
  close(): Promise<void>;
}

export async function startKitWorld(): Promise<KitWorld> {
  const built = await buildConsole("gallery/index.html");
  const [colo, browser] = await Promise.all([startColo({ bindings: {}, assets: built.directory }), startChromium()]);
  const { origin } = await colo.miniflare.ready;
  return {
    open: (options = {}) => openGallery(browser, `${origin}/console/gallery/`, options),
    async close() {
      await Promise.all([browser.close(), colo.dispose(), built.remove()]);
    },
  };
}

async function openGallery(
  browser: Browser,
  url: string,
  { at = "", scheme = "light", width = 1280, without }: Partial<GalleryOptions>,
): Promise<Gallery> {
  const context = await newVisitor(browser, { colorScheme: scheme, viewport: { width, height: 900 } });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    const isExpected = without !== undefined && message.text().includes("ERR_FAILED");
    if (["error", "warning"].includes(message.type()) && !isExpected)
      problems.push(`${message.type()}: ${message.text()}`);
  });
  if (without !== undefined) await page.route(without, (route) => route.abort());
  await page.goto(`${url}${at}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return { page, problems, close: () => context.close() };
}
