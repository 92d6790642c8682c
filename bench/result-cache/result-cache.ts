import type { CompiledFlag, EvaluationInput, Resolution } from "../../src/evaluation/types.ts";

interface Remembered {
  resolution: Resolution;
  /** The start of its validity, in ms since the epoch. */
  from: number;
  /** The end of its validity, in ms since the epoch; not included. */
  until: number;
}

/**
 * Returns a flag that remembers its last `maxEntries` resolutions by the caller's context. The cache belongs to the
 * compiled flag and thus to one version, so it is never stale. Two contexts whose attributes differ only in order take
 * two entries. The worker does not use this cache; docs/adr/0005-result-cache-in-the-isolate.md says why.
 */
export function withResultCache(flag: CompiledFlag, maxEntries: number): CompiledFlag {
  if (flag.isRandom || flag.readsAge || maxEntries <= 0) return flag;
  const remembered = new Map<string, Remembered>();

  function evaluate(input: EvaluationInput): Resolution {
    const key = keyOf(input);
    if (key === undefined) return flag.evaluate(input);
    const known = remembered.get(key);
    if (known && input.now >= known.from && input.now < known.until) return known.resolution;
    const resolution = flag.evaluate(input);
    const until = flag.nextBoundary(input.now) ?? Number.POSITIVE_INFINITY;
    if (until <= input.now) return resolution; // a running ramp, so the resolution is valid for this instant only
    remembered.delete(key);
    remembered.set(key, { resolution, from: input.now, until });
    if (remembered.size > maxEntries) remembered.delete(remembered.keys().next().value as string);
    return resolution;
  }

  function keyOf({ context, request }: EvaluationInput): string | undefined {
    try {
      return flag.readsRequest ? `${JSON.stringify(context)}${JSON.stringify(request)}` : JSON.stringify(context);
    } catch {
      return undefined; // JSON cannot represent the context
    }
  }

  // The methods of a compiled flag are those of its class, which a spread would leave out.
  return { ...flag, document: () => flag.document(), evaluate };
}
