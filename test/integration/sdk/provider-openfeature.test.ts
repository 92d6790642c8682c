/** `burgee/provider` under `@openfeature/server-sdk`, with the built worker as its deployment. */
import { type Client, ErrorCode, OpenFeature, ProviderEvents, ProviderStatus } from "@openfeature/server-sdk";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { BurgeeProvider, type FlagsOptions } from "../../../sdk/provider/index.ts";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { until } from "../../support/process-flags.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

let project: TestProject;
let colo: Colo;
let url: string;

beforeAll(async () => {
  project = await startTestProject();
  colo = await startColo({ bindings: project.bindings });
  url = (await colo.miniflare.ready).href;
  await project.save({ key: "new-header", metadata: { owner: "web", weeks: 3, isTest: true } });
  await project.save({ key: "headline", type: "string", variants: { on: "Fresh bread", off: "" } });
  await project.save({ key: "page-size", type: "integer", variants: { on: 24, off: 12 } });
  await project.save({ key: "limits", type: "object", variants: { on: { items: 50 }, off: {} } });
  await project.save({ key: "withdrawn", enabled: false, offVariant: null });
  await project.save({
    key: "recent",
    rules: [
      {
        id: "since",
        when: { attribute: "joined", operator: "after", values: ["2026-01-01T00:00:00Z"] },
        serve: { variant: "on" },
      },
    ],
    default: { variant: "off" },
  });
  await colo.scheduled();
});
afterAll(async () => {
  await colo?.dispose();
  await project?.close();
});
afterEach(() => OpenFeature.close());

async function connect(options: Partial<FlagsOptions> = {}): Promise<Client> {
  await OpenFeature.setProviderAndWait(new BurgeeProvider({ url, key: project.serverKey, ...options }));
  return OpenFeature.getClient();
}

test("every type of flag has its value, variant, reason and metadata", async () => {
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
  expect(await client.getObjectValue("limits", {})).toEqual({ items: 50 });
});

test("a flag without a value gives the default, with the flag's reason", async () => {
  const client = await connect();
  expect(await client.getBooleanDetails("withdrawn", true)).toMatchObject({ value: true, reason: "DISABLED" });
});

test("a date in the context counts as its ISO text", async () => {
  const client = await connect();
  expect(await client.getBooleanValue("recent", false, { joined: new Date("2026-06-01T00:00:00Z") })).toBe(true);
  expect(await client.getBooleanValue("recent", true, { joined: new Date("2025-06-01T00:00:00Z") })).toBe(false);
});

test("an unknown flag and a wrong type give the default, with OpenFeature's code", async () => {
  const client = await connect();
  expect(await client.getBooleanDetails("nothing", true)).toMatchObject({
    value: true,
    errorCode: ErrorCode.FLAG_NOT_FOUND,
  });
  expect(await client.getNumberDetails("headline", 7)).toMatchObject({
    value: 7,
    errorCode: ErrorCode.TYPE_MISMATCH,
    errorMessage: 'flag "headline" has a value of type string, and the default is of type number',
  });
});

test("a change is announced with the keys of the flags that changed", async () => {
  const client = await connect();
  const changed: unknown[] = [];
  client.addHandler(ProviderEvents.ConfigurationChanged, (details) => changed.push(details?.flagsChanged));
  await project.save({ key: "headline", type: "string", variants: { on: "Stale bread", off: "" } });
  await colo.scheduled();
  await until(() => changed.length > 0);
  expect(changed).toEqual([["headline"]]);
  expect(await client.getStringValue("headline", "")).toBe("Stale bread");
});

test("a revoked key is fatal at the start, and names the reason", async () => {
  const wrong = project.serverKey.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  await expect(connect({ key: wrong })).rejects.toThrow("the key does not belong to this deployment");
  expect(OpenFeature.getClient().providerStatus).toBe(ProviderStatus.FATAL);
});

test("a bootstrap serves flags while the deployment is down, and the provider is stale", async () => {
  const response = await colo.fetch("/api/v1/environments/production/definitions", {
    headers: { authorization: `Bearer ${project.serverKey}` },
  });
  const bootstrap = (await response.json()) as FlagsOptions["bootstrap"] & object;
  const client = await connect({ url: "http://127.0.0.1:9", bootstrap });
  await until(() => client.providerStatus === ProviderStatus.STALE);
  expect(await client.getBooleanValue("new-header", false)).toBe(true);
});
