/** One person at the console: a page in its own profile. Any error that the browser logs fails the test. */
import type { Browser, BrowserContext, ConsoleMessage, Page } from "playwright-core";
import { newVisitor } from "../../support/chromium.ts";

export interface VisitOptions {
  /** The admin token, or `null` to stay on the sign-in page. */
  token: string | null;
  /** The address in the hash. */
  at: string;
  scheme: "light" | "dark";
  width: number;
  height: number;
  /** The time zone of the browser, such as Europe/Berlin. Default: that of the machine. */
  timezone: string;
  /** Whether the pointer is a finger. */
  isTouch: boolean;
}

export interface Visit {
  page: Page;
  context: BrowserContext;
  /** The errors that the browser logged: from scripts, from the policy, and from the network. */
  problems: string[];
  /** Expects responses with these statuses, which the browser logs as errors. */
  expectStatus(...statuses: number[]): void;
  /** Goes to another page of the console, as a link would. */
  goTo(address: string): Promise<void>;
  /** @throws Error with the errors that the browser logged */
  close(): Promise<void>;
}

const DESK = { width: 1280, height: 900 };

export async function openVisit(
  browser: Browser,
  origin: string,
  {
    token,
    at = "#/flags?environment=production",
    scheme = "light",
    timezone,
    isTouch = false,
    ...size
  }: { token: string | null } & Partial<VisitOptions>,
): Promise<Visit> {
  const context = await newVisitor(browser, {
    colorScheme: scheme,
    viewport: { ...DESK, ...size },
    ...(timezone !== undefined && { timezoneId: timezone }),
    ...(isTouch && { hasTouch: true, isMobile: true }),
  });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
  const page = await context.newPage();
  const problems: string[] = [];
  const expected = new Set<number>();
  page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    if (isProblem(message) && !isExpected(message, expected)) problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) problems.push(`request to another origin: ${request.url()}`);
  });
  try {
    await page.goto(`${origin}/console/${at}`);
    if (token !== null) await signIn(page, token);
  } catch (error) {
    const shown = await page.textContent("body").catch(() => "");
    await context.close();
    throw new Error(`the console did not open: ${[shown, ...problems].join("\n")}`, { cause: error });
  }
  return {
    page,
    context,
    problems,
    expectStatus: (...statuses) => statuses.forEach((status) => expected.add(status)),
    async goTo(address) {
      // Only the hash changes, so the page stays in memory. It learns of that in a later task, and then renders: until
      // then, a busy machine still shows the switches of the former address.
      await page.goto(`${origin}/console/${address}`);
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))");
    },
    async close() {
      await context.close();
      // Only the first close reports them, because the hooks of later suites may close this visit again.
      const logged = problems.splice(0);
      if (logged.length > 0) throw new Error(`the browser logged errors:\n${logged.join("\n")}`);
    },
  };
}

export async function signIn(page: Page, token: string, { isKept = false } = {}): Promise<void> {
  await page.getByLabel("Admin token").fill(token);
  if (isKept) await page.getByLabel("Keep me signed in").check();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
}

function isProblem(message: ConsoleMessage): boolean {
  return message.type() === "error" || message.type() === "warning";
}

function isExpected(message: ConsoleMessage, statuses: ReadonlySet<number>): boolean {
  const status = /^Failed to load resource: the server responded with a status of (\d+)/.exec(message.text())?.[1];
  return status !== undefined && statuses.has(Number(status));
}
