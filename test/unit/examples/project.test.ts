import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type ProjectFlag, projectDocuments, readProjectFile } from "../../../dev/project/project-file.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { EvaluationContext, RequestAttributes } from "../../../src/evaluation/types.ts";
import { FLAG_KINDS, FLAG_TYPES, OPERATORS } from "../../../src/flags/document.ts";
import { parseFlagInput, parseSegmentInput } from "../../../src/flags/parse.ts";
import { referencesOf, referencesOfCondition } from "../../../src/flags/references.ts";

const project = await readProjectFile(fileURLToPath(import.meta.resolve("../../../examples/project.yaml")));
const environments = project.environments.map(({ key }) => key);

/** Returns the flag as the input of a write to one environment. */
function asInput({ environments: configurations, ...definition }: ProjectFlag, environment: string) {
  return { ...definition, ...configurations[environment] };
}

/** Returns the values of all properties with this name, at any depth. */
function valuesOf(name: string, inside: unknown): unknown[] {
  const found: unknown[] = [];
  JSON.stringify(inside, (key, value: unknown) => {
    if (key === name) found.push(value);
    return value;
  });
  return found;
}

describe("examples/project.yaml", () => {
  it("configures at least 36 flags of every kind and type in production and staging", () => {
    expect(environments).toEqual(["production", "staging"]);
    expect(project.flags.length).toBeGreaterThanOrEqual(36);
    expect(new Set(project.flags.map(({ key }) => key)).size).toBe(project.flags.length);
    expect(new Set(project.flags.map(({ kind }) => kind))).toEqual(new Set(FLAG_KINDS));
    // Flags of the type json come from other systems.
    const types = new Set(project.flags.map(({ type }) => type));
    expect(types).toEqual(new Set(FLAG_TYPES.filter((type) => type !== "json")));
    for (const flag of project.flags) expect(Object.keys(flag.environments), flag.key).toEqual(environments);
  });

  it("uses every operator", () => {
    expect(new Set(valuesOf("operator", project))).toEqual(new Set(OPERATORS));
  });

  it.each([
    "all",
    "any",
    "not",
    "segment",
    "flag",
    "bucket",
    "rollout",
    "draw",
    "ramp",
    "from",
    "until",
    "onMissingKey",
    "onMiss",
    "missing",
    "caseInsensitive",
    "prerequisites",
  ])("shows %s", (property) => {
    expect(valuesOf(property, project)).not.toEqual([]);
  });

  it("shows every policy, disabled flags, server-only flags and a null off variant", () => {
    expect(new Set(valuesOf("onMissingKey", project))).toEqual(new Set(["skip", "default", "error"]));
    expect(new Set(valuesOf("onMiss", project))).toEqual(new Set(["next", "default"]));
    expect(valuesOf("missing", project)).toContain("unknown");
    expect(valuesOf("by", project)).toContainEqual(["anonymousId", "targetingKey"]);
    expect(valuesOf("enabled", project)).toContain(false);
    expect(valuesOf("clientVisible", project)).toContain(false);
    expect(valuesOf("offVariant", project)).toContain(null);
  });

  it("has a client-visible boolean checkout-redesign at 25% in production", () => {
    const flag = project.flags.find(({ key }) => key === "checkout-redesign");
    expect(flag).toMatchObject({ type: "boolean", clientVisible: true });
    expect(flag?.environments["production"]).toMatchObject({
      enabled: true,
      default: {
        rollout: {
          weights: [
            ["on", 25_000],
            ["off", 75_000],
          ],
        },
      },
    });
  });
});

describe.each(environments)("examples/project.yaml in %s", (environment) => {
  it("is valid, and parsing it adds only empty lists", () => {
    for (const flag of project.flags) {
      const input = asInput(flag, environment);
      expect(parseFlagInput(input)).toEqual({ rules: [], prerequisites: [], ...input });
    }
    for (const [key, { description, condition }] of Object.entries(project.segments[environment] ?? {})) {
      const input = { key, description, condition };
      expect(parseSegmentInput(input)).toEqual(input);
    }
  });

  it("refers only to segments, flags and variants that exist", () => {
    const segments = project.segments[environment] ?? {};
    const check = (references: ReturnType<typeof referencesOf>) => {
      for (const { kind, name, variants = [] } of references) {
        if (kind === "segment") expect(Object.keys(segments)).toContain(name);
        else {
          const flag = project.flags.find(({ key }) => key === name);
          for (const variant of variants) expect(Object.keys(flag?.variants ?? {})).toContain(variant);
        }
      }
    };
    for (const { condition } of Object.values(segments)) check(referencesOfCondition(condition));
    for (const flag of project.flags) {
      check(referencesOf(parseFlagInput(asInput(flag, environment))));
    }
  });

  const contexts: Record<string, [EvaluationContext, RequestAttributes]> = {
    "an empty context": [{}, {}],
    "a visitor from France": [{ anonymousId: "visitor-1" }, { country: "FR", continent: "EU", language: "fr-FR" }],
    "a business customer": [
      {
        targetingKey: "customer-1",
        plan: "business",
        seats: 80,
        basketTotal: 120.5,
        email: "buyer@company.example.com",
      },
      { country: "US", region: "California", continent: "NA", ip: "198.51.100.20" },
    ],
    "an app user": [
      {
        targetingKey: "customer-2",
        platform: "ios",
        appVersion: "5.3.2",
        device: { screenWidth: 390, freeMegabytes: 900 },
      },
      { country: "DE", continent: "EU", city: "Hamburg", language: "de", timezone: "Europe/Berlin" },
    ],
    "staff in the office": [
      {
        targetingKey: "staff-1",
        email: "Someone@SHOP.example.com",
        roles: ["support", "refund-trained"],
        refundAmount: 20,
      },
      { country: "DE", ip: "2001:db8:40::17" },
    ],
    "values of the wrong types": [
      {
        targetingKey: "customer-3",
        plan: 7,
        seats: "many",
        roles: "support",
        appVersion: 5,
        email: null,
        basketTotal: "a lot",
      },
      { ip: "not an address" },
    ],
  };

  const instants = ["2026-11-21T12:00:00Z", "2026-11-28T12:00:00Z", "2027-06-01T00:00:00Z"].map((at) => Date.parse(at));

  it.each(Object.entries(contexts))("resolves every flag for %s", (who, [context, request]) => {
    for (const document of projectDocuments(project, environment, 1)) {
      const flag = compileFlag(document);
      for (const now of instants) {
        const resolution = flag.evaluate({ context, request, now, random: () => 0.5 });
        expect(resolution, `${document.key} for ${who}`).not.toMatchObject({ reason: "ERROR" });
      }
    }
  });
});

describe("flags of examples/project.yaml", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  const flags = new Map(
    projectDocuments(project, "production", 1).map((document) => [document.key, compileFlag(document)]),
  );
  const evaluate = (key: string, context: EvaluationContext, request: RequestAttributes = {}, at = now) =>
    flags.get(key)!.evaluate({ context, request, now: at, random: () => 0.5 });

  it("show the redesign to staff, and to beta testers outside the US", () => {
    const beta = { targetingKey: "u1", betaOptIn: true };
    expect(evaluate("checkout-redesign", { targetingKey: "u1", email: "a@shop.example.com" })).toMatchObject({
      ruleId: "staff",
    });
    expect(evaluate("checkout-redesign", beta, { country: "SE" })).toMatchObject({
      ruleId: "beta-outside-us",
      value: true,
    });
    expect(evaluate("checkout-redesign", beta, { country: "US" })).toMatchObject({ reason: "SPLIT" });
  });

  it("give the redesign to one in four of all other users", () => {
    let on = 0;
    for (let i = 0; i < 4000; i++) {
      const resolution = evaluate("checkout-redesign", { targetingKey: `customer-${i}` });
      if (resolution.reason !== "ERROR" && resolution.value === true) on++;
    }
    expect(on / 4000).toBeCloseTo(0.25, 1);
  });

  it("turn express-pay off without the new frame, three prerequisites away", () => {
    const context = { targetingKey: "u1", betaOptIn: true, basketTotal: 12 };
    expect(evaluate("express-pay", context)).toMatchObject({ variant: "on", ruleId: "small-baskets" });
    expect(evaluate("express-pay", { ...context, shownIn: "App-WebView" })).toMatchObject({
      variant: "off",
      reason: "DEFAULT",
    });
  });

  it("never put a user into both checkout experiments", () => {
    for (let i = 0; i < 500; i++) {
      const context = { targetingKey: `customer-${i}`, email: "a@shop.example.com" };
      const inUpsell = evaluate("checkout-upsell", context).reason === "SPLIT";
      const inPromise = evaluate("delivery-promise", context).reason === "SPLIT";
      expect(inUpsell && inPromise).toBe(false);
    }
  });

  it("follow their schedules", () => {
    const hero = (at: string) => evaluate("homepage-hero", {}, { continent: "EU" }, Date.parse(at));
    expect(hero("2026-11-19T00:00:00Z")).toMatchObject({ variant: "brand" });
    expect(hero("2026-11-21T00:00:00Z")).toMatchObject({ variant: "winter" });
    expect(hero("2026-11-27T00:00:00Z")).toMatchObject({ variant: "sale" });
    expect(hero("2026-12-01T00:00:00Z")).toMatchObject({ variant: "winter" });
  });

  it("treat an unknown device differently from an old one", () => {
    expect(evaluate("dark-mode", { deviceYear: 2016 })).toMatchObject({ variant: "light" });
    expect(evaluate("dark-mode", {})).toMatchObject({ variant: "system" });
  });

  it("return an error for the tour of a new customer without a targeting key", () => {
    expect(evaluate("welcome-tour", { orderCount: 1 })).toMatchObject({ errorCode: "TARGETING_KEY_MISSING" });
  });

  it("return the caller's default for the disabled price rounding", () => {
    expect(evaluate("price-rounding", {})).toEqual({ reason: "DISABLED" });
  });
});
