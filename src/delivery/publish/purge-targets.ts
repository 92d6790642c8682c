import { hashState, murmur3 } from "../../evaluation/hashing/murmur3.ts";
import type { Change } from "../../flags/changes.ts";

/** Cloudflare takes at most this many tags in one purge call. */
export const TAGS_PER_CALL = 100;
const UNSALTED = hashState("");

/** Removes stored responses and heads from the data centres. */
export interface EdgePurge {
  /**
   * Purges, and resolves once the API has accepted the call. With `patienceMs`, purges within 200 ms share a call.
   * Repeats run in `waitUntil`, and so does a call that is not accepted within `patienceMs`. The `wider` tags cover all
   * `tags`, and are sent in their place if a shared call would have too many.
   * @throws Error the API did not accept the call, or not in time
   */
  purge(
    tags: readonly string[],
    waitUntil: (promise: Promise<unknown>) => void,
    patienceMs?: number,
    wider?: readonly string[],
  ): Promise<void>;
}

/** The tag of one environment's head and stored responses. */
export function environmentTag(prefix: string, environment: string): string {
  return `${prefix}:env:${environment}`;
}

/** The tag of one environment's head. */
export function headTag(prefix: string, environment: string): string {
  return `${prefix}:head:${environment}`;
}

/**
 * The tag of the stored GET responses of one flag. It contains a hash of the key, because Cloudflare's tags are ASCII
 * and do not tell upper case from lower case. If two keys have one hash, a purge removes the responses of both.
 */
export function flagTag(prefix: string, environment: string, flagKey: string): string {
  const hash = (murmur3(UNSALTED, flagKey) >>> 0).toString(16).padStart(8, "0");
  return `${bulkTag(prefix, environment)}:${hash}`;
}

/** The tag of the stored GET responses that hold all flags of an environment. */
export function bulkTag(prefix: string, environment: string): string {
  return `${prefix}:flag_endpoint:${environment}`;
}

/** Returns the tags of the head and of the stored responses that the changes have made stale. */
export function tagsOf(prefix: string, environment: string, changes: readonly Change[]): string[] {
  const tags = new Set([headTag(prefix, environment), bulkTag(prefix, environment)]);
  for (const [, fields] of changes) {
    if (fields === "*") return [environmentTag(prefix, environment)];
    for (const field of fields) tags.add(flagTag(prefix, environment, field));
  }
  // If the tags need more than one call, the environment's tag is cheaper, and it cannot be purged halfway.
  return tags.size > TAGS_PER_CALL ? [environmentTag(prefix, environment)] : [...tags];
}

export function fitsOneCall(tags: readonly string[]): boolean {
  return tags.length <= TAGS_PER_CALL;
}
