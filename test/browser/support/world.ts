/** The world of the SDK tests: backends with flags of every type, one data centre, a counting edge, and Chromium. */
import type { JsonValue } from "@openfeature/web-sdk";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";
import type { PageClient, StartOptions } from "../pages/web-sdk.ts";
import { newVisitor, startChromium } from "./chromium.ts";
import { type Edge, startEdge } from "./edge.ts";
import { type Site, startSite } from "./site.ts";

/** The path of the bulk evaluation. */
export const BULK = "/ofrep/v1/evaluate/flags";

export interface World {
  project: TestProject;
  colo: Colo;
  edge: Edge;
  site: Site;
  browser: Browser;
  /** Changes a flag through the worker, as an operator does. Returns the version of the environment. */
  update(flag: string, patch: object): Promise<number>;
  /** Creates a client key for pages of these origins, or of any origin if the list is empty. */
  createKey(origins: string[]): Promise<{ token: string; revoke(): Promise<void> }>;
  /** Opens a page in its own profile, with every flag in its initial state. */
  open(page?: keyof typeof PAGES): Promise<Visit>;
  close(): Promise<void>;
}

export interface Visit {
  page: Page;
  context: BrowserContext;
  /** Starts the SDK as user-1. With `clock`, the timers of the page run only when a test moves `page.clock`. */
  start(options?: Partial<StartOptions> & { clock?: boolean }): Promise<string>;
  /** Loads the page again in the same profile. */
  reload(): Promise<void>;
  /** Sends a request from the page, beside those of the SDK, and waits for its response. */
  reachEdge(): Promise<void>;
  /** Calls a function of the page (pages/web-sdk.ts). */
  call<K extends Exclude<keyof PageClient, "events">>(
    method: K,
    ...args: Parameters<PageClient[K]>
  ): Promise<Awaited<ReturnType<PageClient[K]>>>;
  events(): Promise<PageClient["events"]>;
  /** Returns the value of a flag, as a component would show it. */
  value(flag: string, fallback: JsonValue): Promise<JsonValue>;
  close(): Promise<void>;
}

const PAGES = { "web-sdk": "pages/web-sdk.ts", react: "pages/react.ts" };

/** The initial state of the flags in example-flags.ts that tests change. */
const AS_SAVED = { enabled: true, offVariant: "off", default: { variant: "on" } };

/** Starts the world, with a limit of three requests with unknown keys in ten seconds. On failure, closes its parts. */
export async function startWorld(): Promise<World> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer().catch(() => undefined);
  };
  const keep = <T>(thing: T, closer: (thing: T) => Promise<unknown>): T => {
    closers.push(() => closer(thing));
    return thing;
  };
  try {
    const project = keep(await startTestProject(), (one) => one.close());
    const colo = keep(await startColo({ bindings: project.bindings, rateLimits: { LIMIT_UNKNOWN_KEYS: 3 } }), (one) =>
      one.dispose(),
    );
    const edge = keep(await startEdge(await colo.miniflare.ready), (one) => one.close());
    const site = keep(await startSite(PAGES), (one) => one.close());
    const browser = keep(await startChromium(), (one) => one.close());
    const manage = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
      const response = await colo.fetch(path, {
        method,
        headers: { authorization: `Bearer ${project.adminToken}`, "content-type": "application/json" },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path} returned status ${response.status}: ${text}`);
      return JSON.parse(text || "{}") as Record<string, unknown>;
    };
    const changed = new Set<string>();
    const update = async (flag: string, patch: object): Promise<number> => {
      changed.add(flag);
      return Number((await manage("POST", `/flags/${flag}/update?environment=production`, patch))["version"]);
    };
    const createKey = async (origins: string[]) => {
      const keys = "/api/v1/environments/production/keys";
      const { token, key } = (await manage("POST", keys, { kind: "client", name: "test", origins })) as {
        token: string;
        key: { id: string };
      };
      return { token, revoke: async () => void (await manage("DELETE", `${keys}/${key.id}`)) };
    };
    const open = async (page: keyof typeof PAGES = "web-sdk"): Promise<Visit> => {
      for (const flag of changed) await update(flag, AS_SAVED);
      changed.clear();
      const context = await newVisitor(browser);
      const defaults = { baseUrl: edge.url, key: project.clientKey, context: { targetingKey: "user-1" } };
      return visitOf(await context.newPage(), context, site.url(page), defaults);
    };
    return { project, colo, edge, site, browser, update, createKey, open, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function visitOf(page: Page, context: BrowserContext, url: string, defaults: StartOptions): Promise<Visit> {
  const load = async (): Promise<void> => {
    await page.goto(url);
    await page.waitForFunction(() => "client" in globalThis, undefined, { polling: 20 });
  };
  const call = ((method: string, ...args: unknown[]) =>
    page.evaluate(
      ([name, parameters]) =>
        (globalThis.client as unknown as Record<string, (...all: unknown[]) => unknown>)[name]?.(...parameters),
      [method, args] as [string, unknown[]],
    )) as Visit["call"];
  let hasClock = false;
  await load();
  return {
    page,
    context,
    async start({ clock = false, ...options } = {}) {
      if (clock && !hasClock) await page.clock.install();
      hasClock ||= clock;
      return call("start", { ...defaults, ...options });
    },
    reload: load,
    reachEdge: () =>
      page.evaluate((edge) => fetch(`${edge}/healthz`, { mode: "no-cors" }).then(() => undefined), defaults.baseUrl),
    call,
    events: () => page.evaluate(() => globalThis.client.events),
    value: async (flag, fallback) => (await call("evaluate", flag, fallback)).value,
    close: () => context.close(),
  };
}
