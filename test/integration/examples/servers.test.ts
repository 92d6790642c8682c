/** The examples for servers, started as `npm run example:…` starts them, with a worker in workerd. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { OpenFeature } from "@openfeature/server-sdk";
import { afterAll, beforeAll, describe, test } from "vitest";
import { signOverrides } from "../../../sdk/testing/index.ts";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const KEY = "free-shipping-threshold";
/** A busy machine exceeds the examples' own timeout, after which flags have their defaults. */
const PATIENCE = { BURGEE_TIMEOUT_MS: "60000" };

let project: TestProject;
let colo: Colo;
let burgee: string;
let directory: string;

beforeAll(async () => {
  project = await startTestProject();
  await project.save({
    key: KEY,
    type: "float",
    variants: { high: 49.9, low: 29, none: 0, abroad: 99 },
    offVariant: "high",
    rules: [
      { id: "pro", when: { attribute: "plan", operator: "equals", values: ["pro"] }, serve: { variant: "none" } },
      {
        id: "abroad",
        when: { attribute: "country", operator: "equals", values: ["CH"] },
        serve: { variant: "abroad" },
      },
      {
        id: "elsewhere",
        when: { not: { attribute: "ip", operator: "ip_in_cidr", values: ["127.0.0.0/8"] } },
        serve: { variant: null },
      },
    ],
    default: {
      rollout: {
        by: ["anonymousId", "targetingKey"],
        salt: KEY,
        hash: "murmur3-mulshift",
        weights: [
          ["high", 50_000],
          ["low", 50_000],
        ],
        onMissingKey: "error",
      },
    },
  });
  await project.save({ key: "checkout-redesign", default: { variant: "off" } });
  await project.backends.neon.query("update environments set overrides_allowed_at = now()");
  colo = await startColo({ bindings: project.bindings });
  burgee = (await colo.miniflare.ready).href.replace(/\/$/, "");
  directory = await mkdtemp(join(tmpdir(), "burgee-servers-"));
  const { clientKey, serverKey } = project;
  const file = { url: burgee, environments: { production: { clientKey, serverKey } } };
  await writeFile(join(directory, "dev.json"), JSON.stringify(file));
});
afterAll(async () => {
  await colo?.dispose();
  await project?.close();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
});

async function tokenFor(flags: Record<string, string>): Promise<string> {
  const { adminToken } = project;
  return (await signOverrides({ url: burgee, adminToken, environment: "production", flags })).token;
}

describe.each(["hono", "express"])("npm run example:%s", (name) => {
  let service: ChildProcess;
  let url: string;
  beforeAll(async () => {
    service = spawn(process.execPath, [`examples/middleware/${name}-service.ts`], {
      cwd: ROOT,
      env: { ...process.env, ...PATIENCE, BURGEE_DIR: directory, PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    for await (const text of service.stdout ?? []) {
      printed += String(text);
      if (printed.includes("\n")) break;
    }
    url = /http:\S+/.exec(printed)?.[0] ?? "";
  });
  afterAll(async () => {
    const ended = once(service, "exit");
    service.kill();
    await ended;
  });

  const shipping = async (headers: Record<string, string> = {}, query = "") => {
    const response = await fetch(`${url}/shipping${query}`, { headers });
    return { cookie: response.headers.get("set-cookie")?.split(";")[0], body: (await response.json()) as object };
  };

  test("gives a visitor an id, and the same variant in each visit", async ({ expect }) => {
    const { cookie = "", body } = await shipping();
    expect(cookie).toMatch(/^visitor=[\w-]{36}$/);
    expect(body).toMatchObject({ reason: "SPLIT", variant: expect.stringMatching(/^(?:high|low)$/) });
    expect(await shipping({ cookie })).toEqual({ cookie, body });
    const others = await Promise.all(Array.from({ length: 20 }, (_, i) => shipping({ cookie: `visitor=other-${i}` })));
    expect(new Set(others.map((other) => JSON.stringify(other.body))).size).toBe(2);
  });

  test("keeps a visitor's variant at sign-in, and applies the rules for the user", async ({ expect }) => {
    const { cookie = "", body } = await shipping();
    expect((await shipping({ cookie: `session=ada; ${cookie}` })).body).toEqual(body);
    const signedIn = await shipping({ cookie: `session=grace; ${cookie}` });
    expect(signedIn.body).toEqual({ freeFrom: 0, variant: "none", reason: "TARGETING_MATCH" });
  });

  test("sends the country that the CDN found", async ({ expect }) => {
    expect((await shipping({ "cf-ipcountry": "CH" })).body).toMatchObject({ freeFrom: 99 });
  });

  test("passes overrides of a link or a header on, in that request alone", async ({ expect }) => {
    const [token, other] = [await tokenFor({ [KEY]: "abroad" }), await tokenFor({ [KEY]: "none" })];
    const all = await Promise.all([
      shipping({ "x-flags-overrides": token }),
      shipping({}, `?burgee-overrides=${token}`),
      shipping({ "x-flags-overrides": other }, `?burgee-overrides=${token}`),
      shipping(),
      shipping({ "x-flags-overrides": other }),
      shipping({}, "?burgee-overrides=a%0Ab"),
    ]);
    const variants = all.map(({ body }) => (body as { variant: string }).variant);
    const ofNoOverride = expect.stringMatching(/^(?:high|low)$/);
    expect(variants).toEqual(["abroad", "abroad", "abroad", ofNoOverride, "none", ofNoOverride]);
  });
});

test("the flags of examples/next evaluate for the session of a request", async ({ expect }) => {
  const settings: NodeJS.ProcessEnv = { ...PATIENCE, BURGEE_URL: burgee, BURGEE_KEY: project.serverKey };
  const before = { ...process.env };
  Object.assign(process.env, settings);
  const { freeShippingFrom, isNewCheckout } = await import("../../../examples/next/flags.ts");
  for (const name of Object.keys(settings)) delete process.env[name];
  Object.assign(process.env, before);
  const asking = (cookie: string, country = "DE") =>
    new Request("http://shop.test/", { headers: { cookie, "x-vercel-ip-country": country } });
  type OfRequest<Value> = (request: Request) => Promise<Value>;
  const [isNew, freeFrom] = [isNewCheckout as OfRequest<boolean>, freeShippingFrom as OfRequest<number>];
  expect(await isNew(asking("visitor=1"))).toBe(false);
  expect(await freeFrom(asking("visitor=1", "CH"))).toBe(99);
  expect(await freeFrom(asking("customer=1; visitor=2"))).toBe(await freeFrom(asking("visitor=2")));
  await OpenFeature.clearProviders();
});
