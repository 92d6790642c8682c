import type { TaggedVersion } from "./entry-text.ts";

/** One isolate's knowledge of the entries that its data centre keeps of one environment. */
export interface KnownEntries {
  /** The last version that this isolate tried to store, and when (ms since epoch). */
  tried: { version: number; tag: string | undefined; at: number };
  /** The newest entry. */
  stored?: TaggedVersion & { takenAt: number };
  /** Whether, since it last stored an entry, the isolate has looked for one that was missing or incomplete. */
  isAnyLost?: boolean;
  /** The last whole entry that this isolate has read or stored, and the count of histories at that time. */
  whole?: TaggedVersion & { histories: number };
}
