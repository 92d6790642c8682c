import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Returns the path of Chromium: `CHROMIUM` if it is set, otherwise the usual places. */
export function chromiumPath(): string | undefined {
  return [process.env["CHROMIUM"], ...PLACES].find((path) => path !== undefined && existsSync(path));
}

/**
 * Parts of the browser's own surface and a renderer in reserve, which each new window starts. Without them, a visit
 * costs half the processor time, and pages do not notice.
 */
const UNUSED = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "SpareRendererForSitePerProcess"];

/** Starts a headless Chromium without background traffic. @throws Error with instructions if there is no Chromium */
export async function startChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) {
    throw new Error("no Chromium found: install Debian's (apt-get install chromium), or name one in CHROMIUM");
  }
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Playwright's own list stays: Chromium gets one list of both.
      `--disable-features=${UNUSED.join(",")}`,
    ],
  });
}

/** Creates a visitor with its own storage and preflight cache. Waiting on its pages times out after 15 seconds. */
export async function newVisitor(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(15_000);
  return context;
}
