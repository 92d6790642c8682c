/** An announced version that is none of this deployment's: equal to no version, and older than each. */
const FOREIGN = -1;

/**
 * The environment version of the event that made a client ask, which `?flagConfigEtag=` repeats from the event's `etag`;
 * undefined: no event did.
 */
export function announcedVersion(flagConfigEtag: string | undefined): number | undefined {
  if (flagConfigEtag === undefined) return undefined;
  const digits = /^(?:W\/)?"?(\d{1,15})"?$/.exec(flagConfigEtag)?.[1];
  return digits === undefined ? FOREIGN : Number(digits);
}
