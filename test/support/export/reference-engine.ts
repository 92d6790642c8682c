import { createRequire } from "node:module";
import { FlagdCore } from "@openfeature/flagd-core";
import { SILENT } from "../../../cli/import/oracles/oracle.ts";
import type { FlagdFlag } from "../../../sdk/export/flagd/index.ts";
import { SCHEMES } from "../../../src/evaluation/hashing/schemes/schemes.ts";
import type { JsonValue } from "../../../src/flags/document.ts";

interface Engine {
  add_operation: (name: string, operation: (...args: never[]) => unknown) => void;
  apply: (logic: unknown, data: unknown) => unknown;
}

/**
 * Returns the variants that a flag has under JSONLogic's reference implementation, which the implementations in other
 * languages follow. The operators of flagd are added to it.
 */
export function referenceEngine(): (flag: FlagdFlag, context: object, seconds: number) => string | undefined {
  const engine = createRequire(import.meta.url)("json-logic-js") as Engine;
  const isPair = (one: unknown, other: unknown): boolean => typeof one === "string" && typeof other === "string";
  engine.add_operation("starts_with", (one: string, other: string) =>
    isPair(one, other) ? one.startsWith(other) : null,
  );
  engine.add_operation("ends_with", (one: string, other: string) => (isPair(one, other) ? one.endsWith(other) : null));
  engine.add_operation("sem_ver", versionOperator());
  engine.add_operation("fractional", fractional);
  return ({ state, defaultVariant, targeting }, context, seconds) => {
    if (state === "DISABLED") return undefined;
    const data = { ...context, $flagd: { timestamp: seconds } };
    const variant = targeting === undefined ? null : engine.apply(targeting, data);
    return (variant as string | null) ?? defaultVariant;
  };
}

/** Returns flagd-core's own `sem_ver`. Each question is asked once. */
function versionOperator(): (...args: JsonValue[]) => boolean | null {
  const core = new FlagdCore(undefined, SILENT);
  const results = new Map<string, boolean | null>();
  return (...args) => {
    const question = JSON.stringify(args);
    let result = results.get(question);
    if (result === undefined) {
      const test = { sem_ver: args };
      const targeting = { if: [{ "===": [test, true] }, "true", { "===": [test, false] }, "false", "null"] };
      const variants = { true: "true", false: "false", null: "null" };
      core.setConfigurations(JSON.stringify({ flags: { flag: { state: "ENABLED", variants, targeting } } }));
      result = JSON.parse(core.resolveStringEvaluation("flag", "null", {}).value) as boolean | null;
      results.set(question, result);
    }
    return result;
  };
}

function fractional(text: string, ...entries: [variant: string, weight: number][]): string | null {
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  const bucket = SCHEMES["flagd-2"]("", total)(text);
  let end = 0;
  for (const [variant, weight] of entries) {
    end += weight;
    if (bucket < end) return variant;
  }
  return null;
}
