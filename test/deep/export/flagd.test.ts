import { FlagdCore } from "@openfeature/flagd-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { SILENT } from "../../../cli/import/oracles/oracle.ts";
import { evaluatorOf } from "../../../cli/project/evaluator.ts";
import { exportFlagd, type FlagdExport, type FlagdFlag } from "../../../sdk/export/flagd/index.ts";
import { importProject } from "../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import type { Resolution } from "../../../src/evaluation/types.ts";
import type { FlagInput, JsonValue } from "../../../src/flags/document.ts";
import { parseFlagInput } from "../../../src/flags/parse.ts";
import { randomCondition, randomContext, randomFlag, type Scope } from "../../support/export/random-flags.ts";
import { referenceEngine } from "../../support/export/reference-engine.ts";
import { drawsOf } from "../../support/import/draws.ts";

const EVALUATIONS = 100_000;
const FLAGS = 200;
/** Around the instants at which rules begin and end. flagd-core reads the clock itself. */
const TIMES = ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"].flatMap((instant) => [
  Date.parse(instant) - 1,
  Date.parse(instant),
  Date.parse(instant) + 999,
]) as [number, number, number, ...number[]];

const draws = drawsOf(7);
const scope: Scope = { draws, segments: [], flags: [], unsupported: 0.15 };
const segments = ["beta", "10", "staff.eu"].map((key) => ({
  key,
  name: key,
  description: "",
  condition: randomCondition(scope, 2),
}));
const flags: FlagInput[] = [];
for (let i = 0; i < FLAGS; i++) {
  const known = flags.map(({ key }) => key).slice(-10);
  const inside = { ...scope, segments: segments.map(({ key }) => key), flags: known };
  flags.push(parseFlagInput(randomFlag(`flag-${i}`, inside)));
}

let exported: FlagdExport;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: TIMES[0] });
  await prepareToCompileAny();
  const byKey = <T extends { key: string }>(items: T[]): Map<string, T> => new Map(items.map((one) => [one.key, one]));
  exported = exportFlagd({ flags: byKey(flags), segments: byKey(segments) });
});

afterAll(() => {
  vi.useRealTimers();
});

describe("flagd: exported random flags give what they give here", () => {
  it("in flagd-core", () => {
    const core = new FlagdCore(undefined, SILENT);
    core.setConfigurations(JSON.stringify(exported.definitions));
    const evaluate = evaluatorOf({ flags, segments }, { now: () => Date.now(), random: () => 0.5 });
    const keys = Object.keys(exported.definitions.flags);
    const types = new Map(flags.map(({ key, variants }) => [key, typeof Object.values(variants)[0]]));
    const different: string[] = [];
    let count = 0;
    while (count < EVALUATIONS && different.length < 3) {
      const context = randomContext(draws);
      vi.setSystemTime(draws.pick(TIMES));
      for (let j = 0; j < 10; j++, count++) {
        const key = draws.pick(keys);
        const theirs = theirsOf(core, types.get(key) ?? "", key, context);
        const ours = oursOf(evaluate(key, context as never));
        if (ours !== theirs) {
          const flag = exported.definitions.flags[key];
          different.push(
            JSON.stringify({ key, flag, document: flags.find((one) => one.key === key), context, ours, theirs }),
          );
        }
      }
    }
    expect(different).toEqual([]);
  });

  it("in the reference implementation of JSONLogic, which takes null for a missing attribute", () => {
    const variantOf = referenceEngine();
    const now = TIMES[2];
    const evaluate = evaluatorOf({ flags, segments }, { now: () => now, random: () => 0.5 });
    const keys = Object.keys(exported.definitions.flags);
    const evaluators = exported.definitions.$evaluators ?? {};
    const resolved = new Map(
      Object.entries(exported.definitions.flags).map(([key, flag]) => [key, withEvaluators(flag, evaluators)]),
    );
    const different: string[] = [];
    for (let i = 0; i < EVALUATIONS && different.length < 3; i++) {
      const context = withoutNulls(randomContext(draws));
      const key = draws.pick(keys);
      const flag = resolved.get(key) as FlagdFlag;
      const ours = evaluate(key, context as never);
      const variant = ours.reason === "ERROR" ? "error" : ours.variant;
      const theirs = variantOf(flag, context, Math.floor(now / 1000));
      if (variant !== theirs) different.push(JSON.stringify({ key, flag, context, variant, theirs }));
    }
    expect(different).toEqual([]);
  });

  it("after they are imported again", () => {
    const project = importProject("flagd", exported.definitions, { sdk: "javascript", hashVersion: 2 });
    const surroundings = { now: () => Date.now(), random: () => 0.5 };
    const evaluate = evaluatorOf({ flags, segments }, surroundings);
    const evaluateAgain = evaluatorOf(project, surroundings);
    const keys = project.flags.map(({ key }) => key);
    expect(keys.length).toBeGreaterThan(Object.keys(exported.definitions.flags).length / 2);
    const different: string[] = [];
    for (let i = 0; i < EVALUATIONS / 10 && different.length < 3; i++) {
      const context = randomContext(draws);
      const key = draws.pick(keys);
      const ours = oursOf(evaluate(key, context as never));
      const again = oursOf(evaluateAgain(key, project.toContext(context)));
      if (ours !== again)
        different.push(JSON.stringify({ key, flag: exported.definitions.flags[key], context, ours, again }));
    }
    expect(different).toEqual([]);
  });

  it("names every flag that is left out, with a place and a reason", () => {
    const left = exported.report.entries.filter(({ outcome }) => outcome === "not exportable");
    const names = new Set(left.filter(({ kind }) => kind === "flag").map(({ key }) => key));
    expect(Object.keys(exported.definitions.flags)).toEqual(
      flags.map(({ key }) => key).filter((key) => !names.has(key)),
    );
    expect(left.flatMap(({ notes }) => notes).every(({ place, text }) => place.startsWith("/") && text !== "")).toBe(
      true,
    );
    expect(left.every(({ notes }) => notes.length > 0)).toBe(true);
    expect(names.size).toBeGreaterThan(FLAGS / 10);
    expect(names.size).toBeLessThan(FLAGS / 1.5);
  });
});

function withEvaluators(flag: FlagdFlag, evaluators: Record<string, unknown>): FlagdFlag {
  return JSON.parse(JSON.stringify(flag), (_, part: unknown) => {
    const isReference = typeof part === "object" && part !== null && "$ref" in part;
    return isReference ? evaluators[String(part.$ref)] : part;
  }) as FlagdFlag;
}

/** Leaves out attributes that are `null`. Lists keep their elements. */
function withoutNulls(context: Record<string, JsonValue>): Record<string, JsonValue> {
  return JSON.parse(JSON.stringify(context), function (this: unknown, _, part: unknown) {
    return part === null && !Array.isArray(this) ? undefined : part;
  }) as Record<string, JsonValue>;
}

function theirsOf(core: FlagdCore, type: string, key: string, context: object): string {
  const resolved =
    type === "boolean"
      ? core.resolveBooleanEvaluation(key, "none" as never, context as never)
      : type === "number"
        ? core.resolveNumberEvaluation(key, "none" as never, context as never)
        : type === "object"
          ? core.resolveObjectEvaluation(key, "none" as never, context as never)
          : core.resolveStringEvaluation(key, "none", context as never);
  return JSON.stringify([resolved.value, resolved.variant, resolved.errorCode]);
}

function oursOf(resolution: Resolution): string {
  if (resolution.reason === "ERROR") return JSON.stringify(["none", undefined, resolution.errorCode]);
  const { value = "none", variant } = resolution;
  return JSON.stringify([value, variant, undefined]);
}
