/** The state of an environment that an event announced to a client. */
export interface Announcement {
  version: number;
  /** The time up to which schedules and ramps are announced (ms since epoch). `undefined` if the text has none. */
  at: number | undefined;
}

/** Stands for a text that this deployment did not issue: it equals no version and is older than each. */
const FOREIGN: Announcement = { version: -1, at: undefined };

/** Returns the text of an announcement: an event's id, and the `etag` of an event that announces a schedule. */
export function announcementText(version: number, at: number): string {
  return `${version}.${at}`;
}

/**
 * Parses an event's id or `etag`, which the client repeats in `Last-Event-ID` and in `?flagConfigEtag=`. Returns
 * `undefined` if there is no text.
 */
export function parseAnnouncement(text: string | undefined): Announcement | undefined {
  if (text === undefined) return undefined;
  const [, version, at] = /^(?:W\/)?"?(\d{1,15})(?:\.(\d{1,15}))?"?$/.exec(text) ?? [];
  if (version === undefined) return FOREIGN;
  return { version: Number(version), at: at === undefined ? undefined : Number(at) };
}
