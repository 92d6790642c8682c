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
}
