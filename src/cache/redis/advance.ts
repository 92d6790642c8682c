import type { Change } from "../../flags/changes.ts";
import { formatFields } from "./head-text.ts";

/** A purge or a fill, as the script `advance` takes it. */
export interface Advance {
  mode: "publish" | "fill";
  /** The version to move the head to. */
  version: number;
  /** Without a gap, ending at `version`. */
  changes: readonly Change[];
  /** The tag of `version`. */
  tag: string | undefined;
  /** The fields to store, each with its text. */
  pairs: readonly string[];
}

/** Returns the arguments of the script. `now` is in ms since epoch. */
export function argumentsOfAdvance(
  { mode, version, changes, tag = "", pairs }: Advance,
  { ttlMs, schemaVersion, now }: { ttlMs: number; schemaVersion: number; now: number },
): string[] {
  const listed = changes.flatMap((change) => [String(change[0]), formatFields(change)]);
  const numbers = [version, ttlMs, changes.length, schemaVersion, Math.floor(now)];
  return [mode, ...numbers.map(String), ...listed, ...pairs, tag];
}
