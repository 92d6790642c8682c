import type { CompiledFlag, EvaluationInput, Resolution } from "../../src/evaluation/types.ts";

interface Remembered {
  resolution: Resolution;
  /** ms since epoch: the answer is good in [from, until). */
  from: number;
  until: number;
}

/**
 * A flag that remembers its last `maxEntries` resolutions by the caller's context. It belongs to the compiled flag, and
 * so to one version: it goes when the flag changes and can never be stale. Off by default, docs/adr/0005 says why.
 * Contexts that differ in the order of their attributes only are told apart; that costs a second entry and nothing else.
 */
export function withResultCache(flag: CompiledFlag, maxEntries: number): CompiledFlag {
  if (flag.isRandom || maxEntries <= 0) return flag;
  const remembered = new Map<string, Remembered>();

  function evaluate(input: EvaluationInput): Resolution {
    const key = keyOf(input);
    if (key === undefined) return flag.evaluate(input);
    const known = remembered.get(key);
    if (known && input.now >= known.from && input.now < known.until) return known.resolution;
    const resolution = flag.evaluate(input);
    const until = flag.nextBoundary(input.now) ?? Number.POSITIVE_INFINITY;
    if (until <= input.now) return resolution; // a running ramp: good for this instant only
    remembered.delete(key);
    remembered.set(key, { resolution, from: input.now, until });
    if (remembered.size > maxEntries) remembered.delete(remembered.keys().next().value as string);
    return resolution;
  }

  function keyOf({ context, request }: EvaluationInput): string | undefined {
    try {
      return flag.readsRequest ? `${JSON.stringify(context)}${JSON.stringify(request)}` : JSON.stringify(context);
    } catch {
      return undefined; // a context that JSON cannot hold is evaluated as it is
    }
  }

  return { ...flag, evaluate };
}
