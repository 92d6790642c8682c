/** Responses that a proxy, an outage or a mistake puts in the place of a deployment's. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Flags } from "../../../../sdk/provider/index.ts";
import { aFlagDocument } from "../../../support/flag-documents.ts";
import { definitionsWith, ScriptedDeployment } from "../../../support/process-deployment.ts";
import { until } from "../../../support/process-flags.ts";

let deployment: ScriptedDeployment;
let flags: Flags;
const off = aFlagDocument("banner", 2, { enabled: false });

beforeEach(() => {
  deployment = new ScriptedDeployment();
  flags = deployment.open();
});
afterEach(() => flags.close());

const inDefinitions = (body: unknown) => {
  deployment.respond = (path) => (path === "definitions" ? Response.json(body) : undefined);
};

test.for([
  [
    "definitions of another environment",
    { environment: "staging" },
    'of environment "staging", and the key is of "production"',
  ],
  ["a flag that is null", { flags: [aFlagDocument("a"), null] }, "flags[1] has no key"],
  ["a flag without a key", { flags: [{ version: 1 }] }, "flags[0] has no key"],
  ["gone flags that are no list", { gone: "banner" }, "gone a list of keys"],
  ["gone flags that are no texts", { gone: [1] }, "gone a list of keys"],
  ["a mark for all flags that is a text", { full: "false" }, "full must be true or false"],
  ["changes where there is nothing to change", { full: false }, "the definitions hold only changes"],
  ["a version that is a text", { version: "7" }, "version, schemaVersion or flags is missing"],
] as const)("%s are refused, with the reason", async ([, wrong, message]) => {
  inDefinitions({ ...deployment.definitions, ...wrong });
  await expect(flags.start()).rejects.toThrow(message);
  expect(flags.status).toBe("failed");
});

test("refused definitions leave the last known flags in use, and are asked for once a minute", async () => {
  await flags.start();
  await until(() => deployment.streams.size === 1);
  deployment.respond = (path) =>
    path === "definitions"
      ? Response.json({ ...definitionsWith([off]), environment: "staging", version: 2 })
      : undefined;
  deployment.save(off);
  await deployment.passing(() => flags.status === "stale");
  const { length } = deployment.asked;
  await deployment.clock.advance(40_000);
  expect([flags.boolean("banner", false), deployment.asked.length]).toEqual([true, length]);
});

test("a damaged flag is an error of that flag only", async () => {
  inDefinitions({ ...deployment.definitions, flags: [aFlagDocument("banner"), { key: "damaged", rules: 7 }] });
  await flags.start();
  expect(flags.details("damaged", true)).toMatchObject({ value: true, errorCode: "PARSE_ERROR" });
  expect(flags.boolean("banner", false)).toBe(true);
});

test("a deployment that cannot be reached is named, with the reason", async () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  deployment.respond = () => Promise.reject(new TypeError("fetch failed", { cause: refused }));
  const message = "http://edge.test cannot be reached: nothing accepts connections there (ECONNREFUSED)";
  await expect(flags.start()).rejects.toThrow(message);
  expect(flags.details("banner", true).errorMessage).toBe(`there are no flags yet: ${message}`);
});

test("a response that breaks off is an error with the reason", async () => {
  const closed = Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
  const broken = new ReadableStream({ pull: (body) => body.error(new TypeError("terminated", { cause: closed })) });
  deployment.respond = () => new Response(broken);
  await expect(flags.start()).rejects.toThrow(
    "the deployment cannot be reached: the connection was closed before the response was complete (UND_ERR_SOCKET)",
  );
});

test("a redirect is named and not followed", async () => {
  deployment.respond = () => Response.redirect("https://login.example.com/?to=flags", 302);
  await expect(flags.start()).rejects.toThrow(
    "the deployment redirects to https://login.example.com/?to=flags: set url to its final address",
  );
  expect(deployment.asked).toMatchObject([{ redirect: "manual" }]);
});

test("a 304 that nobody asked for brings no flags, and is an error", async () => {
  deployment.respond = () => new Response(null, { status: 304 });
  await expect(flags.start()).rejects.toThrow("the deployment responded with 304");
  expect(flags.status).toBe("failed");
});

test("a page in the place of definitions is named", async () => {
  const page = "<html>Down for maintenance</html>";
  deployment.respond = () => new Response(page, { headers: { "content-type": "text/html" } });
  await expect(flags.start()).rejects.toThrow("the response is not JSON but text/html");
});

test("a page with an error gives the status", async () => {
  deployment.respond = () => new Response(`<html>${"x".repeat(100_000)}</html>`, { status: 502 });
  await expect(flags.start()).rejects.toThrow(/^the deployment responded with 502$/);
});

test.for([
  ["seconds", () => "30"],
  ["a date", (now: number) => new Date(now + 30_000).toUTCString()],
] as const)("a pause that a 429 asks for in %s is kept", async ([, header]) => {
  const { clock } = deployment;
  const headers = { "retry-after": header(clock.now()) };
  deployment.respond = () => new Response(null, { status: 429, headers });
  await expect(flags.start()).rejects.toThrow("the deployment responded with 429");
  await clock.advance(29_000);
  expect(deployment.asked).toHaveLength(1);
  deployment.respond = () => undefined;
  await deployment.passing(() => flags.status === "ready");
  expect(deployment.asked[1]!.at).toBeLessThan(32_000);
});

test("a pause of a year is cut to ten minutes", async () => {
  deployment.respond = () => new Response(null, { status: 503, headers: { "retry-after": "31536000" } });
  await expect(flags.start()).rejects.toThrow("503");
  deployment.respond = () => undefined;
  await deployment.passing(() => flags.status === "ready", 10_000);
  expect(deployment.asked[1]!.at).toBeLessThan(602_000);
});

test("a body that never ends is given up after the time of a request", async () => {
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      await new Promise((resolve) => setImmediate(resolve));
      controller.enqueue(new TextEncoder().encode(" "));
    },
    cancel: () => void (cancelled = true),
  });
  await flags.close();
  flags = deployment.open({ requestTimeoutMs: 2000 });
  deployment.respond = () => new Response(endless);
  const started = flags.start();
  started.catch(() => undefined);
  await deployment.passing(() => cancelled);
  deployment.respond = (path) => (path === "definitions" ? new Response(null, { status: 500 }) : undefined);
  await deployment.passing(() => flags.status === "failed");
  await expect(started).rejects.toThrow("the deployment did not respond within 2000 ms");
});

test("definitions that the deployment could not confirm are used, and are stale until it can", async () => {
  const { definitions } = deployment;
  deployment.definitions = { ...definitions, stale: true };
  await flags.start();
  expect([flags.status, flags.boolean("banner", false)]).toEqual(["stale", true]);
  deployment.definitions = definitions;
  await deployment.passing(() => flags.status === "ready");
});
