/** Exposures of flags that are evaluated in this process. */
import { OpenFeature, type Provider } from "@openfeature/server-sdk";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import {
  type Exposure,
  BurgeeProvider,
  Exposures,
  type Flags,
  type FlagsOptions,
} from "../../../../sdk/provider/index.ts";
import { definitionsWith, ScriptedDeployment } from "../../../support/process-deployment.ts";
import { aFlagDocument } from "../../../support/flag-documents.ts";

const USER = { targetingKey: "user-1", plan: "pro" };
const whenPro = { attribute: "plan", operator: "equals" as const, values: ["pro"] };

let deployment: ScriptedDeployment;
let reported: Exposure[];
beforeEach(() => {
  deployment = new ScriptedDeployment();
  reported = [];
  deployment.definitions = definitionsWith([
    { ...aFlagDocument("banner"), version: 41 },
    { ...aFlagDocument("by-plan"), rules: [{ id: "pro", when: whenPro, serve: { variant: "off" } }] },
    { ...aFlagDocument("disabled"), enabled: false },
    { ...aFlagDocument("callers"), default: { variant: null } },
    { ...aFlagDocument("broken"), default: { variant: "nothing" } },
    { ...aFlagDocument("list"), type: "json", variants: { on: [1], off: null }, default: { variant: "off" } },
  ]);
});

const exposures = () => new Exposures((exposure) => void reported.push(exposure), { now: deployment.clock.now });

async function start(options: Partial<FlagsOptions> = {}): Promise<Flags> {
  const flags = deployment.open({ exposures: exposures(), ...options });
  onTestFinished(() => flags.close());
  await flags.start();
  return flags;
}

test("a value and details report the subject's variant, once", async () => {
  const flags = await start();
  flags.boolean("banner", false, USER);
  flags.details("banner", false, USER);
  flags.details("by-plan", true, USER);
  flags.boolean("by-plan", true, USER);
  const common = { targetingKey: "user-1", timestamp: deployment.clock.now(), environment: "production" };
  expect(reported).toEqual([
    { ...common, flagKey: "banner", variant: "on", value: true, reason: "STATIC", flagVersion: "41" },
    {
      ...common,
      flagKey: "by-plan",
      variant: "off",
      value: false,
      reason: "TARGETING_MATCH",
      ruleId: "pro",
      flagVersion: "1",
    },
  ]);
  await deployment.clock.advance(600_000);
  flags.boolean("banner", false, USER);
  expect(reported).toHaveLength(3);
});

test("a variant without a value reports the caller's default", async () => {
  const flags = await start();
  flags.object("list", ["mine"], USER);
  expect(reported).toMatchObject([{ flagKey: "list", variant: "off", value: ["mine"] }]);
});

test("errors, callers' defaults, disabled flags, bulk calls and no subject report nothing", async () => {
  const flags = await start();
  for (const key of ["disabled", "callers", "broken", "absent"]) {
    flags.boolean(key, false, USER);
    flags.details(key, false, USER);
  }
  flags.string("banner", "text", USER);
  flags.details("banner", "text", USER);
  flags.all(USER);
  flags.boolean("banner", false);
  flags.boolean("banner", false, { targetingKey: "" });
  let reads = 0;
  const throwing = {
    get targetingKey(): string {
      if (reads++ > 0) throw new Error("no key");
      return "user-1";
    },
  };
  expect(flags.boolean("banner", false, throwing)).toBe(true);
  expect(reported).toEqual([]);
});

test("OpenFeature reports the subject of the merged context", async () => {
  const { fetch, clock } = deployment;
  const provider = new BurgeeProvider({
    url: "http://edge.test",
    key: "bgs_production_a_b_c",
    fetch,
    clock,
    exposures: exposures(),
  });
  onTestFinished(() => OpenFeature.close());
  await OpenFeature.setProviderAndWait(provider as Provider);
  const client = OpenFeature.getClient();
  client.setContext({ targetingKey: "user-2" });
  await client.getBooleanValue("banner", false);
  await client.getBooleanDetails("banner", false);
  expect(reported).toMatchObject([{ flagKey: "banner", variant: "on", targetingKey: "user-2" }]);
});

test("an option that is no Exposures is refused by name", () => {
  const wrong = { exposures: () => undefined } as unknown as FlagsOptions;
  expect(() => deployment.open(wrong)).toThrow(
    new TypeError("exposures must be an instance of Exposures, such as new Exposures((exposure) => …)"),
  );
});
