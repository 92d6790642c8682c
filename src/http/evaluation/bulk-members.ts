import type { EvaluationRequest } from "./evaluate.ts";
import { tokenOf } from "../authenticate.ts";
import { STREAM_PATH } from "../streams/stream.ts";

/** The top-level members of a bulk response besides `flags`. */
export interface BulkMembers {
  /** The text after `flags` in the body: empty, or each member with a comma in front of it. */
  json: string;
  /**
   * The part that the ETag covers. Text that may change while the flags stay the same, such as a version, is left out.
   */
  tagged: string;
}

export const NO_MEMBERS: BulkMembers = { json: "", tagged: "" };

/** A hidden page keeps its stream for this long (seconds). */
const INACTIVITY_DELAY_SECONDS = 120;

/**
 * Returns the members for browsers, which send `Origin` with every POST. Others get none, because strict clients
 * (Kotlin's) refuse a response with a member that they do not know. POST and GET from one origin get the same members.
 */
export function bulkMembers({ token, request }: EvaluationRequest, hasStreams: boolean): BulkMembers {
  if (!request.headers.has("origin")) return NO_MEMBERS;
  if (!hasStreams || token.kind !== "client") return pageMembers(token.environment, undefined);
  const { origin, searchParams } = new URL(request.url);
  return pageMembers(token.environment, { origin, key: tokenOf(request.headers) ?? searchParams.get("sdkKey") ?? "" });
}

/**
 * Returns the members for a page. `stream` names the worker's origin and the page's client key, if the page can have a
 * change stream.
 */
export function pageMembers(environment: string, stream: { origin: string; key: string } | undefined): BulkMembers {
  // `flagSetId` is OpenFeature's name for telemetry. Clients also report it with flags that they do not find.
  const metadata = `,"metadata":{"flagSetId":${JSON.stringify(environment)}}`;
  if (stream === undefined) return { json: metadata, tagged: metadata };
  // Clients keep the URL for weeks and open it without any header. So it is absolute, contains the key, which is
  // public, and never changes: nothing in it may expire or depend on a version.
  const url = JSON.stringify(`${stream.origin}${STREAM_PATH}?key=${stream.key}`);
  const eventStream = `{"type":"sse","url":${url},"inactivityDelaySec":${INACTIVITY_DELAY_SECONDS}}`;
  const json = `${metadata},"eventStreams":[${eventStream}]`;
  return { json, tagged: json };
}
