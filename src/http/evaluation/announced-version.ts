/** Stands for an ETag that this deployment did not issue: it equals no version and is older than each. */
const FOREIGN = -1;

/**
 * Returns the version that an event announced to the client, which repeats the event's `etag` in `?flagConfigEtag=`;
 * `undefined` if no event made the client ask.
 */
export function announcedVersion(flagConfigEtag: string | undefined): number | undefined {
  if (flagConfigEtag === undefined) return undefined;
  const digits = /^(?:W\/)?"?(\d{1,15})"?$/.exec(flagConfigEtag)?.[1];
  return digits === undefined ? FOREIGN : Number(digits);
}
