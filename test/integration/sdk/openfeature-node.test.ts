/** `@openfeature/server-sdk` with `@openfeature/ofrep-provider`, unmodified, against the built worker. */
import { OFREPProvider, type OFREPProviderOptions } from "@openfeature/ofrep-provider";
import { type Client, ErrorCode, OpenFeature } from "@openfeature/server-sdk";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

let project: TestProject;
let colo: Colo;
let url: string;

/** The number of requests that the provider has sent since `connect`. */
let sent: number;

beforeAll(async () => {
  project = await startTestProject();
  colo = await startColo({ bindings: project.bindings, rateLimits: { LIMIT_NO_CACHE: 1 } });
  url = (await colo.miniflare.ready).href.replace(/\/$/, "");
  await project.save({ key: "new-header", metadata: { owner: "web", weeks: 3, isTest: true } });
  await project.save({ key: "headline", type: "string", variants: { on: "Fresh bread", off: "" } });
  await project.save({ key: "page-size", type: "integer", variants: { on: 24, off: 12 } });
  await project.save({ key: "tax-rate", type: "float", variants: { on: 10, off: 7.5 } });
  await project.save({ key: "limits", type: "object", variants: { on: { items: 50, tags: ["a"] }, off: {} } });
  const mixed = { list: [1, "two"], number: 7, text: "seven", yes: true, nothing: null };
  for (const variant of Object.keys(mixed))
    await project.save({
      key: `mixed/${variant}`,
      type: "json",
      variants: mixed,
      default: { variant },
      offVariant: null,
    });
  await project.save({ key: "機能:a=b&c;d+e" });
  await project.save({ key: "withdrawn", enabled: false, offVariant: null });
  await project.save({ key: "switched-off", enabled: false, offVariant: "off" });
  const rollout = { by: ["targetingKey"], salt: "half", hash: "murmur3-mulshift" as const };
  await project.save({
    key: "targeted",
    type: "string",
    variants: { pro: "pro page", a: "page a", b: "page b" },
    offVariant: "a",
    rules: [{ id: "pro", when: { attribute: "plan", operator: "equals", values: ["pro"] }, serve: { variant: "pro" } }],
    default: {
      rollout: {
        ...rollout,
        weights: [
          ["a", 50_000],
          ["b", 50_000],
        ],
      },
    },
  });
  await project.save({
    key: "needs-a-person",
    default: { rollout: { ...rollout, weights: [["on", 100_000]], onMissingKey: "error" } },
  });
  await project.save({ key: "broken" });
  await project.backends.neon.query(`update flag_configurations set rules = $1 where flag_key = 'broken'`, [
    JSON.stringify([
      { id: "odd", when: { attribute: "a", operator: "matches", values: ["("] }, serve: { variant: "on" } },
    ]),
  ]);
});
afterAll(async () => {
  await colo?.dispose();
  await project?.close();
});
afterEach(() => OpenFeature.close());

async function connect(options: Partial<OFREPProviderOptions> = {}): Promise<Client> {
  sent = 0;
  const provider = new OFREPProvider({
    baseUrl: url,
    headers: [["Authorization", `Bearer ${project.serverKey}`]],
    fetchImplementation: (...args: Parameters<typeof fetch>) => {
      sent++;
      return fetch(...args);
    },
    ...options,
  });
  await OpenFeature.setProviderAndWait(provider);
  return OpenFeature.getClient();
}

describe("the server SDK", () => {
  test("evaluates every type, with variant, reason and metadata", async () => {
    const client = await connect();
    expect(await client.getBooleanDetails("new-header", false)).toEqual({
      flagKey: "new-header",
      value: true,
      variant: "on",
      reason: "STATIC",
      flagMetadata: { flagSetId: "production", version: expect.any(String), owner: "web", weeks: 3, isTest: true },
    });
    expect(await client.getStringValue("headline", "")).toBe("Fresh bread");
    expect(await client.getNumberValue("page-size", 0)).toBe(24);
    expect(await client.getNumberValue("tax-rate", 0)).toBe(10);
    expect(await client.getObjectValue("limits", {})).toEqual({ items: 50, tags: ["a"] });
  });

  test("reads a flag of the type json in the way that fits its value, and finds keys of any text", async () => {
    const client = await connect();
    expect(await client.getObjectValue("mixed/list", {})).toEqual([1, "two"]);
    expect(await client.getNumberValue("mixed/number", 0)).toBe(7);
    expect(await client.getStringValue("mixed/text", "")).toBe("seven");
    expect(await client.getBooleanValue("mixed/yes", false)).toBe(true);
    expect(await client.getStringDetails("mixed/number", "mine")).toMatchObject({
      value: "mine",
      errorCode: ErrorCode.TYPE_MISMATCH,
    });
    expect(await client.getStringValue("mixed/nothing", "mine")).toBe("mine");
    expect(await client.getBooleanValue("機能:a=b&c;d+e", false)).toBe(true);
  });

  test("sends the context of the call and returns the reason for the value", async () => {
    const client = await connect();
    const details = (context: object) => client.getStringDetails("targeted", "mine", { ...context });
    expect(await details({ plan: "pro" })).toMatchObject({ value: "pro page", reason: "TARGETING_MATCH" });
    expect(await details({ targetingKey: "user-1" })).toMatchObject({ value: /page [ab]/, reason: "SPLIT" });
    expect(await details({})).toMatchObject({ reason: "DEFAULT" });
    expect(await client.getBooleanDetails("switched-off", true)).toMatchObject({ reason: "DISABLED" });
  });

  test("returns the code's default, with an error, for a disabled flag without an off variant", async () => {
    const client = await connect();
    expect(await client.getBooleanDetails("withdrawn", true)).toMatchObject({
      value: true,
      reason: "ERROR",
      errorCode: ErrorCode.GENERAL,
    });
  });

  const deep = { a: { a: { a: { a: { a: { a: { a: { a: { a: 1 } } } } } } } } };
  test.each([
    ["no-such-flag", {}, ErrorCode.FLAG_NOT_FOUND],
    ["needs-a-person", {}, ErrorCode.TARGETING_KEY_MISSING],
    ["new-header", deep, ErrorCode.INVALID_CONTEXT],
    ["broken", {}, ErrorCode.PARSE_ERROR],
    ["headline", {}, ErrorCode.TYPE_MISMATCH],
  ])("returns the code's default for %s with %j, and the error code %s", async (flag, context, errorCode) => {
    const client = await connect();
    expect(await client.getBooleanDetails(flag, true, context)).toMatchObject({
      value: true,
      reason: "ERROR",
      errorCode,
      errorMessage: expect.stringMatching(/\w+/),
    });
    expect(sent).toBe(1);
  });

  test("returns the code's default if the SDK key is refused", async () => {
    for (const key of ["bgs_production_mistyped", project.adminToken]) {
      const client = await connect({ headers: [["Authorization", `Bearer ${key}`]] });
      expect(await client.getBooleanDetails("new-header", false)).toMatchObject({
        value: false,
        errorCode: ErrorCode.GENERAL,
      });
    }
  });

  test("sends no request before the time in Retry-After has passed", async () => {
    const client = await connect({
      headers: [
        ["Authorization", `Bearer ${project.serverKey}`],
        ["Cache-Control", "no-cache"],
      ],
    });
    let message: string | undefined;
    // The limit counts in windows of the clock, so the first request past it is the second or the third.
    for (let i = 0; i < 3 && message === undefined; i++) {
      message = (await client.getBooleanDetails("new-header", false)).errorMessage;
    }
    expect(message).toMatch(/rate limit exceeded/);
    const before = sent;
    expect(await client.getBooleanDetails("new-header", false)).toMatchObject({
      value: false,
      errorMessage: expect.stringMatching(/paused due to TooManyRequests until/),
    });
    expect(sent).toBe(before);
  });
});

describe("the server SDK without an edge", () => {
  let silent: Server;
  let silentUrl: string;
  beforeAll(async () => {
    // Accepts requests and never responds.
    silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    silentUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    silent.closeAllConnections();
    silent.close();
  });

  test("returns the code's default while the edge is unreachable, then the flag's value", async () => {
    let origin = "http://127.0.0.1:1";
    const client = await connect({
      fetchImplementation: (request: Request) => fetch(new Request(request.url.replace(url, origin), request)),
    });
    expect(await client.getStringDetails("headline", "mine")).toMatchObject({
      value: "mine",
      errorCode: ErrorCode.GENERAL,
    });
    origin = url;
    expect(await client.getStringValue("headline", "mine")).toBe("Fresh bread");
  });

  test("returns the code's default after the timeout of a custom fetchImplementation", async () => {
    const client = await connect({
      baseUrl: silentUrl,
      fetchImplementation: (request: Request, init: RequestInit) =>
        fetch(request, { ...init, signal: AbortSignal.timeout(50) }),
    });
    expect(await client.getNumberDetails("page-size", 7)).toMatchObject({ value: 7, errorCode: ErrorCode.GENERAL });
  });

  test("returns the code's default on a cold start without Redis and Postgres", async () => {
    const { neon, upstash } = project.backends;
    const cold = await startColo({ bindings: project.bindings });
    try {
      for (const endpoint of [neon, upstash]) endpoint.setFaults({ down: true });
      const client = await connect({ baseUrl: (await cold.miniflare.ready).href.replace(/\/$/, "") });
      expect(await client.getStringDetails("headline", "mine")).toMatchObject({
        value: "mine",
        errorCode: ErrorCode.GENERAL,
      });
      for (const endpoint of [neon, upstash]) endpoint.setFaults({});
      await expect.poll(() => client.getStringValue("headline", "mine")).toBe("Fresh bread");
    } finally {
      for (const endpoint of [neon, upstash]) endpoint.setFaults({});
      await cold.dispose();
    }
  });
});
