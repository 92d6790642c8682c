import type { CountRow } from "../../usage/usage-count.ts";

/** One statement adds this many counts at most, on average. */
const PART_COUNTS = 3000;
/** Redis holds 52,000 counts at most. Exported for the reader, which looks for every part that may have been moved. */
export const MAX_PARTS = 18;

/** The part of a batch that one statement adds. */
interface Part {
  id: string;
  counts: CountRow[];
}

/** Returns the id of a part. Which counts are in it depends on nothing but their names and the number of parts. */
export function partId(batch: string, part: number, parts: number): string {
  return `${batch}.${part}/${parts}`;
}

/** Returns the part that a count belongs to. */
export function partOf([environment, hour, flag, variant, rule, key]: CountRow, parts: number): number {
  let hash = hour;
  for (const name of [environment, flag, variant, rule, key])
    for (let i = 0; i <= name.length; i++) hash = (Math.imul(hash, 31) + (name.charCodeAt(i) || 0)) | 0;
  return (hash >>> 0) % parts;
}

/** Splits a batch that nothing changes any more, always in the same way. */
export function splitUsage(batch: string, counts: readonly CountRow[]): Part[] {
  const parts = Math.min(Math.max(1, Math.ceil(counts.length / PART_COUNTS)), MAX_PARTS);
  const split = Array.from({ length: parts }, (_, i): Part => ({ id: partId(batch, i, parts), counts: [] }));
  for (const count of counts) split[partOf(count, parts)]?.counts.push(count);
  return split;
}
