/** Splits the contents of an environment into several requests if they are too large for one. */
import type { Condition } from "../../src/flags/document.ts";
import { APPLY_LIMITS } from "../../src/flags/limits.ts";
import { type Reference, referencesOf, referencesOfCondition } from "../../src/flags/references.ts";
import type { Contents, WholeFlag, WholeSegment } from "./contents.ts";

/** Flags and segments that are written by one request. */
export interface Part {
  flags: WholeFlag[];
  segments: WholeSegment[];
}

export interface PartLimits {
  bytes: number;
  documents: number;
}

/** The limits of a request, less some room for the JSON around the documents. */
export const PART_LIMITS: PartLimits = { bytes: APPLY_LIMITS.bytes - 4096, documents: APPLY_LIMITS.documents };

export function sizeOf(body: object): number {
  return new TextEncoder().encode(JSON.stringify(body)).length;
}

export function fitsOneRequest(part: Part, limits: PartLimits): boolean {
  return Math.max(part.flags.length, part.segments.length) <= limits.documents && sizeOf(part) <= limits.bytes;
}

/**
 * Returns parts that are valid when written one after the other: each flag and segment follows its references. Removed
 * variants stay until the last parts, because documents in parts between may still name them.
 */
export function partsOf(whole: Part, now: Contents, limits: PartLimits): Part[] {
  const changed = new Map<string, WholeFlag | WholeSegment>([
    ...whole.segments.map((one) => [`segment ${one.key}`, one] as const),
    ...whole.flags.map((one) => [`flag ${one.key}`, withVariantsOf(now.flags.get(one.key), one)] as const),
  ]);
  const shrunk = whole.flags.filter((flag) =>
    Object.keys(now.flags.get(flag.key)?.variants ?? {}).some((name) => !Object.hasOwn(flag.variants, name)),
  );
  const ordered = inOrder(merged(now, whole)).filter((node) => changed.has(node));
  return [
    ...chunked(
      ordered.map((node) => [node, changed.get(node)] as [string, WholeFlag | WholeSegment]),
      limits,
    ),
    ...chunked(
      shrunk.map((flag) => [`flag ${flag.key}`, flag]),
      limits,
    ),
  ];
}

/** Returns all nodes, `flag <key>` and `segment <key>`, each after those to which it refers. */
export function inOrder({ flags, segments }: Contents): string[] {
  const references = (node: string): string[] => {
    const key = node.slice(node.indexOf(" ") + 1);
    const [flag, segment] = [flags.get(key), segments.get(key)];
    if (node.startsWith("flag ")) return flag === undefined ? [] : referencesOf(flag).map(nodeOf);
    return segment === undefined ? [] : referencesOfCondition(segment.condition as Condition).map(nodeOf);
  };
  const done = new Set<string>();
  const open = new Set<string>();
  // No recursion, because chains of prerequisites can be long.
  const stack = [
    ...[...flags.keys()].map((key) => `flag ${key}`),
    ...[...segments.keys()].map((key) => `segment ${key}`),
  ].toReversed();
  while (stack.length > 0) {
    const node = stack.at(-1) ?? "";
    const missing = open.has(node) ? [] : references(node).filter((one) => !done.has(one) && !open.has(one));
    open.add(node);
    if (missing.length > 0) stack.push(...missing);
    else {
      stack.pop();
      done.add(node);
    }
  }
  return [...done];
}

function nodeOf({ kind, name }: Reference): string {
  return `${kind} ${name}`;
}

function merged(now: Contents, { flags, segments }: Part): Contents {
  return {
    flags: new Map([...now.flags, ...flags.map((one) => [one.key, one] as const)]),
    segments: new Map([...now.segments, ...segments.map((one) => [one.key, one] as const)]),
  };
}

function withVariantsOf(now: WholeFlag | undefined, flag: WholeFlag): WholeFlag {
  return now === undefined ? flag : { ...flag, variants: { ...now.variants, ...flag.variants } };
}

function chunked(documents: readonly (readonly [string, WholeFlag | WholeSegment])[], limits: PartLimits): Part[] {
  const parts: Part[] = [];
  let [bytes, count] = [Infinity, 0];
  for (const [node, document] of documents) {
    const size = sizeOf(document) + 1;
    if (bytes + size > limits.bytes || count >= limits.documents) {
      parts.push({ flags: [], segments: [] });
      [bytes, count] = [100, 0];
    }
    bytes += size;
    count++;
    const part = parts.at(-1);
    if (node.startsWith("flag ")) part?.flags.push(document as WholeFlag);
    else part?.segments.push(document as WholeSegment);
  }
  return parts;
}
