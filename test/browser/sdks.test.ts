/** The unmodified OpenFeature SDKs in Chromium, on pages of another origin than the worker's. */
import { afterAll, beforeAll } from "vitest";
import { saveExperiment, saveFlags } from "./support/example-flags.ts";
import { startWorld, type World } from "./support/world.ts";
import { describePolling } from "./suites/polling.ts";
import { describeReact } from "./suites/react.ts";
import { describeStream } from "./suites/stream.ts";
import { describeWebSdk } from "./suites/web-sdk.ts";

let world: World;

beforeAll(async () => {
  world = await startWorld();
  await saveFlags(world.project);
  await saveExperiment(world.project, ["anonymousId", "targetingKey"]);
});
afterAll(() => world?.close());

describeWebSdk(() => world);
describeReact(() => world);
describeStream(() => world);
// Must run last, because it uses up the rate limit for unknown keys.
describePolling(() => world);
