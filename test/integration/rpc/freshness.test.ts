/** Calls through a binding as one isolate serves them: changes, outages and logs, with a clock that the test moves. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { SettingsError } from "../../../src/env.ts";
import { all, type Caller, details } from "../../../src/rpc/calls.ts";
import { type Isolate, publishSaved, startIsolate } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

let project: TestProject;
let clock: FakeClock;
let isolate: Isolate;

beforeEach(async () => {
  project = await startTestProject();
  clock = new FakeClock(Date.now());
  isolate = startIsolate(project.bindings, clock);
  await project.save({ key: "banner" });
});
afterEach(async () => {
  await isolate.settled();
  await project.close();
});

const callerOf = ({ services }: Isolate, props: unknown = { environment: "production", kind: "server" }): Caller => ({
  services: () => services,
  props,
  waitUntil: (promise) => void promise.catch(() => undefined),
});
const banner = (caller: Caller) =>
  details(caller, { key: "banner", fallback: false, context: undefined, options: undefined });

function setDown(down: boolean): void {
  project.backends.upstash.setFaults({ down });
  project.backends.neon.setFaults({ down });
}

test("a call sees a change within the interval of head checks and one purge, as over HTTP", async () => {
  expect(await banner(callerOf(isolate))).toMatchObject({ value: true });
  await project.save({ key: "banner", enabled: false });
  await publishSaved(project.bindings, clock);
  expect(await banner(callerOf(isolate))).toMatchObject({ value: true });
  await clock.advance(1001);
  expect(await banner(callerOf(isolate))).toMatchObject({ value: false, reason: "DISABLED" });
});

test("while no backend responds, a call returns the last known value, marked as stale", async () => {
  const everything = () => all(callerOf(isolate), { context: {}, options: undefined });
  expect(await banner(callerOf(isolate))).not.toHaveProperty("stale");
  expect(await everything()).not.toHaveProperty("stale");
  setDown(true);
  await clock.advance(2000);
  expect(await banner(callerOf(isolate))).toMatchObject({ value: true, stale: true });
  expect(await everything()).toMatchObject({ flags: { banner: { value: true } }, stale: true });
});

test("a cold isolate without backends gives the default and the reason", async () => {
  setDown(true);
  const errorMessage = expect.stringContaining("cannot be read from any tier");
  expect(await banner(callerOf(isolate))).toMatchObject({ value: false, errorCode: "GENERAL", errorMessage });
  expect(isolate.logged).toContain("request_failed");
});

test("wrong props are logged once per isolate, however many calls there are", async () => {
  const caller = callerOf(isolate, { environment: "production", kind: "admin-of-this-test" });
  for (let i = 0; i < 3; i++) expect(await banner(caller)).toMatchObject({ errorCode: "PROVIDER_FATAL" });
  expect(isolate.logged.filter((event) => event === "binding_misconfigured")).toHaveLength(1);
});

test("a call of a misconfigured deployment gives the default and names the setting", async () => {
  const services = () => {
    throw new SettingsError("KEY_SECRET is missing");
  };
  expect(await banner({ ...callerOf(isolate), services })).toMatchObject({
    value: false,
    errorCode: "PROVIDER_FATAL",
    errorMessage: "this deployment is misconfigured: KEY_SECRET is missing",
  });
});
