import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newVisitor, startChromium } from "./support/chromium.ts";
import { runCommand } from "./support/command.ts";
import { type ExampleWorld, startExampleWorld } from "./support/example-world.ts";
import { BULK } from "./support/world.ts";

let world: ExampleWorld;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  [world, browser] = await Promise.all([startExampleWorld(), startChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});
beforeEach(async () => {
  context = await newVisitor(browser);
  page = await context.newPage();
});
afterEach(() => context?.close());

const text = (selector: string) => page.textContent(selector);

describe("npm run example:web", () => {
  it("shows flags of every type, and a change on the server without a reload", async () => {
    const { match: url, stop } = await world.example("web");
    await page.goto(url);
    await expect.poll(() => text("#flags")).toMatch(/search-page-size(12|24|48)/);
    expect(await text("#flags")).toMatch(/checkout-redesignthe (new|old) checkout/);
    expect(await text("#flags")).toMatch(/homepage-herohero-/);
    expect(await text("#flags")).toMatch(/basket-limitsat most \d+ items/);
    await world.serve("search-page-size", "large");
    await expect.poll(() => text("#flags")).toContain("search-page-size48");
    await world.serve("search-page-size", "small");
    await expect.poll(() => text("#flags")).toContain("search-page-size12");
    expect(await text("#news")).toContain("search-page-size");
    await stop();
  });

  it("keeps the variant of a visitor who signs in", async () => {
    const { match: url, stop } = await world.example("web");
    await page.goto(url);
    const threshold = async () => /free-shipping-threshold([\d.]+)/.exec((await text("#flags")) ?? "")?.[1];
    await expect.poll(threshold).toBeDefined();
    const before = await threshold();
    await page.click("#sign-in");
    await expect.poll(() => text("#flags")).toContain("youcustomer-7");
    expect(await threshold()).toBe(before);
    await stop();
  });
});

describe("npm run example:react", () => {
  it("renders a change on the server", async () => {
    const { match: url, stop } = await world.example("react");
    await page.goto(url);
    await expect.poll(() => text("#root")).toMatch(/hero-.*(new|old) checkout.*results on a page.*At most \d+/s);
    await world.serve("homepage-hero", "spring");
    await expect.poll(() => text("h1")).toBe("hero-spring");
    await stop();
  });
});

describe("npm run example:ssr", () => {
  it("shows only the rendered page, confirms it with a 304, and follows changes", async () => {
    await world.serve("homepage-hero", "winter");
    const { match: url, stop } = await world.example("ssr");
    world.edge.seen.length = 0;
    // Records every text that the page has ever shown, from before its first byte.
    await page.addInitScript(() => {
      const shown: (string | undefined)[] = [];
      (globalThis as { shown?: unknown }).shown = shown;
      const { document, MutationObserver } = globalThis as unknown as {
        document: { querySelector(selector: string): { textContent: string } | null };
        MutationObserver: new (act: () => void) => { observe(target: unknown, options: object): void };
      };
      const note = () => shown.push(document.querySelector("main")?.textContent);
      new MutationObserver(note).observe(document, { childList: true, subtree: true, characterData: true });
    });
    await page.goto(url);
    // The script sends one request, and one more if the stream tells it to. The rendered values are still right.
    const posts = () => world.edge.seen.filter(({ method, path }) => method === "POST" && path === BULK);
    await expect.poll(() => posts()[0]?.status).toBe(304);
    await expect.poll(() => world.edge.openStreams()).toBe(1);
    expect(world.edge.count({ method: "POST", path: BULK, status: 200 })).toBe(0);
    const shown = () =>
      page.evaluate(() => [...new Set((globalThis as unknown as { shown: (string | undefined)[] }).shown)]);
    const rendered = (await shown()).filter((one) => one !== undefined && one !== "");
    expect(rendered).toHaveLength(1);
    expect(rendered[0]).toMatch(/hero-winter.*checkout.*Free shipping from/s);

    await world.serve("homepage-hero", "brand");
    await expect.poll(() => text("h1")).toBe("hero-brand");
    await stop();
  });
});

describe("npm run example:node", () => {
  it("evaluates a flag for each request", async () => {
    const { match: url, stop } = await world.example("node");
    await world.serve("free-shipping-threshold", "low");
    const shipping = async (total: number) =>
      (await fetch(`${url}/shipping?customer=customer-7&total=${total}`)).json();
    expect(await shipping(30)).toEqual({ isFree: true, value: 29, variant: "low", reason: "STATIC" });
    expect(await shipping(20)).toMatchObject({ isFree: false });
    await stop();
  });
});

describe("an example without npm run dev", () => {
  it.each(["web", "curl"])("says how to start Burgee first: %s", async (name) => {
    const started = runCommand(`example:${name}`, { BURGEE_DIR: "no/such/directory" });
    await expect(started).rejects.toThrow("Start Burgee first, in another terminal: npm run dev");
  });
});

describe("npm run example:curl", () => {
  it("evaluates one flag and all flags, and gets a 304 for an unchanged response", async () => {
    const output = await world.run("curl");
    expect(output.match(/\{"key":"checkout-redesign","value":(true|false)/g)).toHaveLength(2);
    expect(output).toContain('{"flags":[{"key":"app-upgrade-notice"');
    expect(output.trimEnd()).toMatch(/If-None-Match: "[0-9a-f]+"\n304$/);
  });
});
