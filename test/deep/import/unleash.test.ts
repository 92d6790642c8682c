import { expect, test } from "vitest";
import { importProject } from "../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import { drawsOf } from "../../support/import/draws.ts";
import { evaluatorOf } from "../../support/import/evaluate.ts";
import { startUnleash } from "../../support/import/unleash.ts";

const FEATURES = 2000;
const CONTEXTS = 10;
const draws = drawsOf(2);

// Without a leading v in versions: the specification and the server refuse it, and the SDK for Node.js accepts it.
const VALUES = ["a", "ab", "B", "5", "5.0", "10", "1.2.3", "2.0.0-a", " a ", "10.0.0.1", "::1"];
const OPERATORS = [
  "IN",
  "NOT_IN",
  "STR_STARTS_WITH",
  "STR_ENDS_WITH",
  "STR_CONTAINS",
  "NUM_EQ",
  "NUM_GT",
  "NUM_GTE",
  "NUM_LT",
  "NUM_LTE",
  "SEMVER_EQ",
  "SEMVER_GT",
  "SEMVER_LT",
  "DATE_AFTER",
  "DATE_BEFORE",
  "UNKNOWN",
];
const PARAMETERS: Record<string, object> = {
  default: {},
  userWithId: { userIds: "u1, a" },
  remoteAddress: { IPs: "10.0.0.1, 192.168.0.0/16" },
  gradualRolloutUserId: { percentage: "50", groupId: "g" },
  gradualRolloutSessionId: { percentage: "50", groupId: "g" },
};
const STICKINESS = ["default", "userId", "x", "sessionId"];

function constraint(): object {
  const operator = draws.pick(OPERATORS);
  const isDate = operator.startsWith("DATE");
  return {
    contextName: isDate ? "currentTime" : draws.pick(["userId", "x", "y", "environment", "sessionId"]),
    operator,
    values: [draws.pick(VALUES), draws.pick([...VALUES, ""])],
    value: isDate ? draws.pick(["2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"]) : draws.pick(VALUES),
    inverted: draws.happens(0.3),
    caseInsensitive: draws.happens(0.3),
  };
}

function variants(hasOverrides: boolean): object[] {
  return Object.entries({ v1: 300, v2: 700 }).map(([name, weight]) => ({
    name,
    weight,
    weightType: "fix",
    stickiness: draws.pick(STICKINESS),
    payload: { type: "string", value: name },
    ...(hasOverrides && { overrides: draws.some(0, 1, () => ({ contextName: "x", values: ["a"] })) }),
  }));
}

function strategy(): object {
  const isFlexible = draws.happens(0.4);
  const name = isFlexible ? "flexibleRollout" : draws.pick(Object.keys(PARAMETERS));
  const flexible = {
    rollout: draws.pick(["0", "30", "100", "60"]),
    stickiness: draws.pick(STICKINESS),
    groupId: draws.pick(["g", "é"]),
  };
  return {
    name,
    parameters: isFlexible ? flexible : PARAMETERS[name],
    constraints: draws.some(0, 2, constraint),
    segments: draws.happens(0.25) ? [draws.pick([1, 2, 9])] : [],
    ...(isFlexible && draws.happens(0.4) && { variants: variants(false) }),
  };
}

function feature(_: unknown, i: number) {
  const parent = () => ({
    feature: `f${Math.floor(draws.number() * i)}`,
    ...(draws.happens(0.3) && { enabled: false }),
    ...(draws.happens(0.3) && { variants: ["v1", "disabled"] }),
  });
  return {
    name: `f${i}`,
    type: "release",
    stale: false,
    impressionData: false,
    project: "default",
    enabled: draws.happens(0.9),
    variants: draws.happens(0.4) ? variants(true) : [],
    strategies: draws.some(0, 2, strategy),
    ...(i > 0 && draws.happens(0.3) && { dependencies: [parent()] }),
  };
}

/** Every field that decides a bucket is present, because Unleash draws without one. The SDK adds an environment. */
function contextOf() {
  return {
    userId: draws.pick(["u1", "u2", "a", "5", "é77"]),
    sessionId: draws.pick(["s1", "s2"]),
    remoteAddress: draws.pick(["10.0.0.1", "192.168.3.4", "8.8.8.8"]),
    environment: draws.pick(VALUES),
    properties: { x: draws.pick(VALUES), ...(draws.happens(0.6) && { y: draws.pick(VALUES) }) },
  };
}

await prepareToCompileAny();

test("unleash: imported features agree with the SDK for Node.js", async () => {
  const features = Array.from({ length: FEATURES }, feature);
  const segments = [1, 2].map((id) => ({ id, name: `segment-${id}`, constraints: [constraint()] }));
  const sdk = await startUnleash(features, segments);
  const project = importProject("unleash", { features, segments }, { sdk: "node" });
  expect(project.flags).toHaveLength(FEATURES);
  const evaluate = evaluatorOf(project, Date.parse("2026-06-01T00:00:00Z"));
  const different: unknown[] = [];
  for (const { name } of features) {
    for (let j = 0; j < CONTEXTS; j++) {
      const context = contextOf();
      const { featureEnabled: _, ...theirs } = sdk.getVariant(name, context) as unknown as Record<string, unknown>;
      const ours = project.fromResolution(evaluate(name, project.toContext(context)), name);
      if (JSON.stringify(sorted(ours)) !== JSON.stringify(sorted(theirs)))
        different.push({ name, context, theirs, ours });
    }
  }
  sdk.destroy();
  expect(different.slice(0, 5)).toEqual([]);
});

function sorted(variant: unknown): unknown[] {
  const { name, enabled, feature_enabled: isOn, payload } = variant as Record<string, unknown>;
  return [name, enabled, isOn, payload ?? null];
}
