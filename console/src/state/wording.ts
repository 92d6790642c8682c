import type { Wording } from "../../../sdk/words/serve.ts";

/** The time zone of this browser. */
export const LOCAL_ZONE = new Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";

/** Returns how this browser words a flag: by its own clock. */
export function wordingOf(flagKey?: string): Wording {
  return { zone: LOCAL_ZONE, flagKey };
}
