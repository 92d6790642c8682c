/** The frames of OFREP's change streams, which are server-sent events. */
import { announcementText } from "../evaluation/announcement.ts";

/** The browser reconnects after this (ms), well within the 30 s that OpenFeature's web provider waits. */
const RETRY_MS = 3000;

/**
 * A comment that keeps proxies from ending an idle connection, and shows the worker whether the client is still there.
 */
export const KEEP_ALIVE = ": keep-alive\n\n";

/** The first frame of every stream. An `id` without data sets the client's Last-Event-ID and dispatches no event. */
export function helloFrame(version: number, at: number): string {
  return `retry: ${RETRY_MS}\nid: ${announcementText(version, at)}\n\n`;
}

/** A change to announce. Times in ms since epoch. */
export interface AnnouncedChange {
  version: number;
  /** The time up to which schedules and ramps are announced. */
  at: number;
  /** When this isolate learnt of the version. */
  movedAt: number;
  /** Whether a boundary has passed. Then flags may differ although the version is the same. */
  isScheduled: boolean;
}

/** Makes the client fetch its flags. With a boundary, the client's request repeats the time, which is after it. */
export function changeFrame({ version, at, movedAt, isScheduled }: AnnouncedChange): string {
  const id = announcementText(version, at);
  const lastModified = Math.floor((isScheduled ? at : movedAt) / 1000);
  const data = { type: "refetchEvaluation", etag: isScheduled ? id : String(version), lastModified };
  return `id: ${id}\nevent: message\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The last frame of a stream that the client should reopen. */
export function farewellFrame(retryMs: number): string {
  return `retry: ${retryMs}\n\n`;
}
