/** Calls from another Worker, through a service binding with props, in workerd. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AllFlags, BindingDetails, Bootstrap } from "../../../src/rpc/interface.ts";
import { type BoundWorkers, startBoundWorkers } from "../../support/edge/bound-workers.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

let project: TestProject;
let workers: BoundWorkers;

beforeAll(async () => {
  project = await startTestProject();
  await project.save({ key: "checkout", metadata: { owner: "web", weeks: 3 } });
  await project.save({ key: "headline", type: "string", variants: { on: "Fresh bread", off: "" } });
  await project.save({ key: "page-size", type: "integer", variants: { on: 24, off: 12 } });
  await project.save({ key: "limits", type: "object", variants: { on: { items: [50] }, off: {} } });
  await project.save({ key: "withdrawn", enabled: false, offVariant: null });
  await project.save({ key: "hidden", clientVisible: false });
  const weights: [string, number][] = [
    ["on", 50_000],
    ["off", 50_000],
  ];
  await project.save({
    key: "split",
    default: { rollout: { weights, by: ["targetingKey"], salt: "s", hash: "murmur3-mulshift", onMissingKey: "error" } },
  });
  await project.save({ key: "draw", kind: "sample", default: { draw: { weights } } });
  await project.save({
    key: "follows-draw",
    prerequisites: [{ flag: "draw", variants: ["on"] }],
  });
  await project.save({
    key: "dutch",
    rules: [
      {
        id: "nl",
        when: { attribute: "request.country", operator: "in", values: ["NL"] },
        serve: { variant: "on" },
      },
      {
        id: "nl-language",
        when: { attribute: "request.language", operator: "in", values: ["nl-NL"] },
        serve: { variant: "on" },
      },
    ],
    default: { variant: "off" },
  });
  workers = await startBoundWorkers({
    // No head check falls due, so that round trips can be counted.
    bindings: { ...project.bindings, CACHE_HEAD_CHECK_MS: "60000" },
    props: {
      FLAGS: { environment: "production", kind: "server" },
      PAGE: { environment: "production", kind: "client" },
      ABSENT: { environment: "nowhere", kind: "server" },
      NO_PROPS: undefined,
      WRONG_KIND: { environment: "production", kind: "admin" },
      UNKNOWN_PROP: { environment: "production", kind: "server", key: "a" },
    },
  });
});
afterAll(async () => {
  await workers?.dispose();
  await project?.close();
});

const details = (key: string, fallback: unknown, context: object = {}, more: object = {}) =>
  workers.call({ method: "details", args: [key, fallback, context], ...more }) as Promise<BindingDetails<unknown>>;
const all = async (binding: string) => (await workers.call({ method: "all", args: [], binding })) as AllFlags;

describe("a call", () => {
  test.for([
    ["boolean", ["checkout", false], true],
    ["string", ["headline", "Bread"], "Fresh bread"],
    ["number", ["page-size", 10], 24],
    ["object", ["limits", {}], { items: [50] }],
    ["boolean", ["nothing", true], true],
    ["number", ["headline", 7], 7],
    ["boolean", ["withdrawn", true], true],
  ] as const)(
    "of %s with %j returns a value of the flag or the default",
    async ([method, args, expected], { expect }) => {
      expect(await workers.call({ method, args: [...args] })).toEqual(expected);
    },
  );

  test("of details returns the variant, the reason and the metadata", async () => {
    const flagMetadata = { flagSetId: "production", version: expect.any(String), owner: "web", weeks: 3 };
    expect(await details("checkout", false)).toEqual({ value: true, variant: "on", reason: "STATIC", flagMetadata });
    expect(await details("withdrawn", true)).toEqual({
      value: true,
      reason: "DISABLED",
      flagMetadata: { flagSetId: "production", version: expect.any(String) },
    });
  });

  test("makes no round trip in a warm isolate", async () => {
    await all("FLAGS");
    await workers.settled();
    project.resetStats();
    for (const method of ["boolean", "details"]) {
      for (const key of ["checkout", "nothing"]) await workers.call({ method, args: [key, false] });
    }
    await all("FLAGS");
    await all("PAGE");
    await workers.call({ method: "bootstrap", args: [] });
    expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
  });

  test("of all sees one draw of each sample", async () => {
    const seen = new Set<unknown>();
    for (let i = 0; i < 40; i++) {
      const { flags } = await all("FLAGS");
      expect(flags["follows-draw"]?.value).toBe(flags["draw"]?.value);
      seen.add(flags["draw"]?.value);
    }
    expect(seen.size).toBe(2);
  });

  test("takes the request's attributes from the request that the caller passes", async () => {
    const passed = { passes: "request" as const };
    const dutch = { "accept-language": "nl-NL,nl;q=0.9" };
    expect(await workers.call({ method: "boolean", args: ["dutch", false, {}], ...passed }, dutch)).toBe(true);
    expect(await workers.call({ method: "boolean", args: ["dutch", false, {}] }, dutch)).toBe(false);
    const facts = { request: { headers: { "Accept-Language": "nl-NL" } } };
    expect(await workers.call({ method: "boolean", args: ["dutch", false, {}, facts] })).toBe(true);
    const country = { request: { headers: {}, cf: { country: "NL" } } };
    expect(await workers.call({ method: "boolean", args: ["dutch", false, {}, country] })).toBe(true);
    const claimed = { "request.country": "NL", request: { country: "NL" } };
    expect(await workers.call({ method: "boolean", args: ["dutch", true, claimed] })).toBe(false);
  });
});

describe("a call does not throw", () => {
  test.for([
    ["$bigint", "INVALID_CONTEXT", "the context cannot be written as JSON"],
    ["$cycle", "INVALID_CONTEXT", "the context cannot be written as JSON"],
    ["x".repeat(5000), "INVALID_CONTEXT", "context.given must not exceed 4096 characters, but has 5000"],
  ])("for a context with %.7s, and names the problem", async ([given, errorCode, errorMessage]) => {
    expect(await details("checkout", false, { given })).toEqual({
      value: false,
      reason: "ERROR",
      errorCode,
      errorMessage,
      flagMetadata: {},
    });
  });

  test("for dates, functions and numbers that JSON does not have", async () => {
    const context = { a: "$date", b: "$function", c: "$nan" };
    expect(await details("checkout", false, context)).toMatchObject({ value: true });
  });

  test.for([[5], ["text"], [null], [[1]]])("for the context %j", async ([context]) => {
    expect(await details("checkout", false, context as never)).toHaveProperty("value");
  });

  test("for a missing targeting key, an unknown flag, and a key that is not text", async () => {
    expect(await details("split", false)).toMatchObject({ value: false, errorCode: "TARGETING_KEY_MISSING" });
    expect(await details("nothing", 1)).toMatchObject({ value: 1, errorCode: "FLAG_NOT_FOUND" });
    expect(await details(5 as never, 1)).toMatchObject({
      value: 1,
      errorMessage: "the key of the flag must be a text",
    });
  });

  test.for([
    ["a text", "a request", ""],
    ["headers of another type", { headers: 5 }, ".headers"],
    ["no headers", {}, ".headers"],
    ["a wrong URL", { headers: {}, url: "burgee" }, ".url"],
  ])("for %s instead of a request", async ([, request, place]) => {
    const args = ["checkout", false, {}, { request }];
    expect(await workers.call({ method: "details", args })).toMatchObject({
      value: false,
      errorMessage: `options.request${place as string} must be that of a Request, or of { headers, cf, url }`,
    });
  });
});

describe("the props of a binding", () => {
  test("of kind client see only the flags for clients, and errors that say nothing about the flag", async () => {
    expect(Object.keys((await all("FLAGS")).flags)).toContain("hidden");
    expect(Object.keys((await all("PAGE")).flags)).not.toContain("hidden");
    const { errorMessage: hidden } = await details("hidden", 1, {}, { binding: "PAGE" });
    const { errorMessage: absent } = await details("nothin", 1, {}, { binding: "PAGE" });
    expect(hidden?.replace("hidden", "nothin")).toBe(absent);
    expect(await details("split", false, {}, { binding: "PAGE" })).toMatchObject({
      errorMessage: "a targeting key is required",
    });
  });

  test.for([
    ["NO_PROPS", "but environment is missing"],
    ["WRONG_KIND", 'but kind is "admin"'],
    ["UNKNOWN_PROP", 'without "key"'],
    ["ABSENT", 'environment "nowhere" does not exist'],
  ])("that are wrong (%s) give the default and say what is wrong", async ([binding, problem]) => {
    const failed = { errorCode: "PROVIDER_FATAL", errorMessage: expect.stringContaining(problem as string) };
    expect(await details("checkout", 5, {}, { binding })).toMatchObject({ value: 5, ...failed });
    expect(await all(binding as string)).toEqual({ flags: {}, version: 0, ...failed });
    const bootstrap = await workers.call({ method: "bootstrap", args: [], binding: binding as string });
    expect(bootstrap).toEqual({ context: {}, etag: "", body: "", ...failed });
  });
});

describe("a bootstrap", () => {
  const ask = (client?: object) =>
    workers.call({ method: "bootstrap", args: [{ targetingKey: "user-1" }, { client }] }) as Promise<Bootstrap>;
  const url = "http://burgee.test";

  test("is the response to the page's own request, and has no hidden flag, even for a server", async () => {
    const bootstrap = await ask({ url, key: project.clientKey });
    const response = await workers.fetch("/ofrep/v1/evaluate/flags", {
      method: "POST",
      headers: { authorization: `Bearer ${project.clientKey}`, origin: "https://shop.test" },
      body: JSON.stringify({ context: { targetingKey: "user-1" } }),
    });
    const withoutDraws = (text: string) => text.replaceAll(/\{"key":"(?:draw|follows-draw)"[^}]*\{\}\}/g, "");
    expect(withoutDraws(bootstrap.body)).toBe(withoutDraws(await response.text()));
    expect(bootstrap.body).toContain('"eventStreams"');
    expect(bootstrap.body).not.toContain('"hidden"');
    expect((await ask()).body).not.toContain('"hidden"');
  });

  test("is empty for a key that is not a client key of the environment", async () => {
    const errorMessage = 'options.client.key must be a client key of environment "production"';
    expect(await ask({ url, key: project.serverKey })).toMatchObject({ body: "", errorMessage });
    expect(await ask({ url, key: "bgc_production_1" })).toMatchObject({
      body: "",
      errorMessage: "the key does not belong to this deployment",
    });
    expect(await ask({ url: "burgee", key: project.clientKey })).toMatchObject({ body: "", errorCode: "GENERAL" });
  });
});
