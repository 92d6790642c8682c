import type { Change } from "./changes.ts";
import type { FlagDocument } from "./document.ts";
import type { KeyTable } from "./sdk-keys.ts";

/** Every flag key of an environment, sorted by code unit: the field `@index`. */
export type FlagIndex = string[];

/** One environment's contents at a version, as read from a tier: all of them, or the requested ones. */
export interface Reading {
  /** The version of the environment at which all of this is true. */
  asOf: number;
  /** The random tag of the version `asOf`. `undefined` if unknown. */
  tag?: string | undefined;
  /** The last changes up to `asOf`, oldest first. `undefined` if not requested or not far enough back. */
  changes?: Change[] | undefined;
  /** Documents by flag key; null if the flag does not exist. */
  flags: ReadonlyMap<string, FlagDocument | null>;
  /** The unrevoked SDK keys. */
  keys?: KeyTable | undefined;
  index?: FlagIndex | undefined;
  /** The keys of the flags that client keys may not see, if only the index tells of them. */
  hidden?: readonly string[] | undefined;
  /** The documents as JSON, by flag key, if the tier has them as text. */
  texts?: ReadonlyMap<string, string> | undefined;
  /** The flags that are not in `flags`, if they are many: readings of the same version, each parsed on demand. */
  rest?: Iterable<Reading> | undefined;
}

/**
 * An isolate parses at most this many documents before it compiles them, because parsed documents take several times
 * the memory of their text.
 */
export const PART_FLAGS = 2500;

/** Splits a list into parts of up to `size` items; one empty part if there are none. */
export function partsOf<T>(items: readonly T[], size = PART_FLAGS): [first: T[], ...rest: T[][]] {
  const parts: [T[], ...T[][]] = [items.slice(0, size)];
  for (let i = size; i < items.length; i += size) parts.push(items.slice(i, i + size));
  return parts;
}
