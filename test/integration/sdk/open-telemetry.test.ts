/** OpenFeature's hook for OpenTelemetry, unmodified, over HTTP, over a service binding and in this process. */
import { OFREPProvider } from "@openfeature/ofrep-provider";
import { EventHook } from "@openfeature/open-telemetry-hooks";
import { OpenFeature, type Provider } from "@openfeature/server-sdk";
import { resolve } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { BurgeeProvider } from "../../../sdk/provider/index.ts";
import { type BoundWorkers, startBoundWorkers } from "../../support/edge/bound-workers.ts";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";
import { recordEvents } from "../../support/recorded-events.ts";

let project: TestProject;
let colo: Colo;
let workers: BoundWorkers;
let url: string;
/** The version of the flag `checkout`. */
let version: number;

beforeAll(async () => {
  project = await startTestProject();
  version = await project.save({ key: "checkout", metadata: { owner: "web" } });
  // The environment's version moves on, and the first flag's own version stays.
  await project.save({ key: "release", metadata: { version: "2026.11", flagSetId: "shop" } });
  colo = await startColo({ bindings: project.bindings });
  url = (await colo.miniflare.ready).href.replace(/\/$/, "");
  workers = await startBoundWorkers({
    bindings: project.bindings,
    props: { FLAGS: { environment: "production", kind: "server" } },
    caller: "test/support/edge/openfeature-worker.ts",
    alias: { async_hooks: resolve(import.meta.dirname, "../../support/edge/async-hooks.ts") },
  });
});
afterAll(async () => {
  await Promise.all([colo?.dispose(), workers?.dispose()]);
  await project?.close();
});
afterEach(() => OpenFeature.close());

const overHttp = (key: string): Provider =>
  new OFREPProvider({ baseUrl: url, headers: [["Authorization", `Bearer ${key}`]] });

/** Evaluates a flag with the hook, and returns the attributes of its events. */
async function attributesOf(provider: Provider, flag: string) {
  const events = recordEvents();
  await OpenFeature.setProviderAndWait(provider);
  const client = OpenFeature.getClient().addHooks(new EventHook());
  await client.getBooleanValue(flag, false, { targetingKey: "user-1" });
  return events.map(({ attributes }) => attributes);
}

const checkout = (provider: string) => ({
  "feature_flag.key": "checkout",
  "feature_flag.provider.name": provider,
  "feature_flag.result.reason": "static",
  "feature_flag.result.variant": "on",
  "feature_flag.result.value": true,
  "feature_flag.context.id": "user-1",
  "feature_flag.set.id": "production",
  "feature_flag.version": String(version),
});

test("an evaluation over HTTP fills the environment and the flag's own version", async () => {
  expect(await attributesOf(overHttp(project.serverKey), "checkout")).toEqual([
    checkout("OpenFeature Remote Evaluation Protocol Server"),
  ]);
});

test("an evaluation in the process fills them too", async () => {
  const provider = new BurgeeProvider({ url, key: project.serverKey });
  expect(await attributesOf(provider, "checkout")).toEqual([checkout("burgee")]);
});

test("an evaluation over a service binding fills them too", async () => {
  const response = await workers.ask("/telemetry");
  const { result } = (await response.json()) as { result: { attributes: unknown }[] };
  expect(result.map(({ attributes }) => attributes)).toEqual([checkout("burgee-binding")]);
});

test("the flag's own metadata takes the place of both", async () => {
  const own = { "feature_flag.set.id": "shop", "feature_flag.version": "2026.11" };
  const inProcess = new BurgeeProvider({ url, key: project.serverKey });
  for (const provider of [overHttp(project.serverKey), inProcess])
    expect(await attributesOf(provider, "release")).toEqual([expect.objectContaining(own)]);
});

test("a client key fills neither", async () => {
  const [attributes] = await attributesOf(overHttp(project.clientKey), "checkout");
  expect(attributes).toMatchObject({ "feature_flag.result.variant": "on" });
  expect(attributes).not.toHaveProperty("feature_flag.version");
  expect(attributes).not.toHaveProperty("feature_flag.set.id");
});
