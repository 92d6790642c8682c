import type { Fields } from "../../sdk/import/lowering/source.ts";
import type { SystemName } from "../../sdk/import/index.ts";
import { UsageError } from "../exit.ts";
import { type Difference, differenceOf } from "./result-form.ts";

/** Returns the results of flags for the context of a line, from 1. A flag without a known result is left out. */
export type Side = (
  context: Fields,
  flagKeys: readonly string[],
  line: number,
) => ReadonlyMap<string, unknown> | Promise<ReadonlyMap<string, unknown>>;

/** The comparison of one flag. */
export interface FlagComparison {
  flag: string;
  /** The number of contexts for which both results are known. */
  compared: number;
  /** The number of contexts with different results. */
  different: number;
  /** The first different results. */
  example?: Difference & { line: number };
}

export interface Comparing {
  system: SystemName;
  contexts: readonly Fields[];
  /** The name of the file with the contexts, for messages. */
  file: string;
  flagKeys: readonly string[];
  theirs: Side;
  ours: Side;
  /** The number of contexts that are evaluated at the same time. */
  concurrency: number;
  onContext: () => void;
}

/** Evaluates every context on both sides. @throws UsageError if a side cannot evaluate a context */
export async function compare(comparing: Comparing): Promise<FlagComparison[]> {
  const { contexts, flagKeys, concurrency, onContext } = comparing;
  const comparisons = new Map(flagKeys.map((flag) => [flag, { flag, compared: 0, different: 0 } as FlagComparison]));
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < contexts.length) {
      const line = ++next;
      await compareLine(comparing, line, comparisons);
      onContext();
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, contexts.length) }, work));
  } finally {
    // After an error, the others end with the context that they evaluate now.
    next = contexts.length;
  }
  return [...comparisons.values()];
}

async function compareLine(
  { system, contexts, file, flagKeys, theirs, ours }: Comparing,
  line: number,
  comparisons: ReadonlyMap<string, FlagComparison>,
): Promise<void> {
  const context = contexts[line - 1] ?? {};
  const [their, our] = [await resultsFor(theirs), await ours(context, flagKeys, line)];
  for (const [flag, comparison] of comparisons) {
    if (!their.has(flag) || !our.has(flag)) continue;
    comparison.compared++;
    const difference = differenceOf(system, their.get(flag), our.get(flag));
    if (difference === undefined) continue;
    comparison.different++;
    if (comparison.example === undefined || comparison.example.line > line)
      comparison.example = { line, ...difference };
  }

  async function resultsFor(side: Side): Promise<ReadonlyMap<string, unknown>> {
    try {
      return await side(context, flagKeys, line);
    } catch (error) {
      throw new UsageError(`${file}:${line}: ${system} cannot evaluate the context: ${(error as Error).message}`);
    }
  }
}
