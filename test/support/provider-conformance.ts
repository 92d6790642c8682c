import { type Context, Flags } from "../../sdk/provider/index.ts";
import type { FlagDocument } from "../../src/flags/document.ts";
import { parseFlagInput } from "../../src/flags/parse.ts";
import evaluation from "../conformance/evaluation.json" with { type: "json" };

type Case = (typeof evaluation.cases)[number];

/** The parts of a case that some cases lack. */
interface Optional {
  segments?: object;
  dependencies?: object;
  now?: number;
  random?: number | number[];
}

/** A server key of no deployment: the flags come from a bootstrap. */
const KEY = "bgs_production_a_b_c";
const NO_VALUE = "the caller's default";

/**
 * Evaluates every conformance case as a server's own process does: from definitions, through `burgee/provider`.
 * Returns a line for each case whose result differs.
 */
export async function conformanceDifferences(): Promise<string[]> {
  const differences: string[] = [];
  for (const given of evaluation.cases) {
    const [expected, actual] = [expectedOf(given), await resultOf(given)].map((result) => JSON.stringify(result));
    if (expected !== actual) differences.push(`${given.name}: ${actual}, not ${expected}`);
  }
  return differences;
}

async function resultOf(given: Case): Promise<unknown> {
  const { segments, dependencies, now = 0, random = 0 } = given as Optional;
  const document = {
    schemaVersion: 1,
    version: 1,
    ...parseFlagInput(given.flag),
    ...(segments && { segments }),
    ...(dependencies && { dependencies }),
  } as FlagDocument;
  const draws = [random].flat();
  let isEvaluating = false;
  const flags = new Flags({
    url: "http://deployment.test",
    key: KEY,
    bootstrap: {
      environment: "production",
      version: 1,
      schemaVersion: 1,
      full: true,
      stale: false,
      gone: [],
      flags: [document],
    },
    fetch: () => Promise.reject(new Error("there is no deployment")),
    clock: {
      now: () => now,
      sleep: (_ms, signal) => new Promise((wake) => signal?.addEventListener("abort", () => wake())),
    },
    // Pauses are drawn too, and must take no draw of the case.
    random: () => (isEvaluating ? ((draws.length > 1 ? draws.shift() : draws[0]) ?? 0) : 0),
  });
  await flags.start();
  isEvaluating = true;
  const { value, variant, reason, errorCode } = flags.details(document.key, null, given.context as Context);
  isEvaluating = false;
  await flags.close();
  return { value: value ?? NO_VALUE, variant, reason, errorCode };
}

function expectedOf({ resolution }: Case): unknown {
  const { value, variant, reason, errorCode } = resolution as Record<string, unknown>;
  return { value: value ?? NO_VALUE, variant, reason, errorCode };
}
