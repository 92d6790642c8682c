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
  // `flagSetId` is OpenFeature's name for telemetry. Clients also report it with flags that they do not find.
  const metadata = `,"metadata":{"flagSetId":${JSON.stringify(token.environment)}}`;
  if (!hasStreams || token.kind !== "client") return { json: metadata, tagged: metadata };
  const json = `${metadata},"eventStreams":[${eventStream(request)}]`;
  return { json, tagged: json };
}

/**
 * Clients keep the URL for weeks and open it without any header. So it is absolute, contains the key, which is public,
 * and never changes: nothing in it may expire or depend on a version.
 */
function eventStream({ url: requestUrl, headers }: Request): string {
  const { origin, searchParams } = new URL(requestUrl);
  const url = `${origin}${STREAM_PATH}?key=${tokenOf(headers) ?? searchParams.get("sdkKey")}`;
  return `{"type":"sse","url":${JSON.stringify(url)},"inactivityDelaySec":${INACTIVITY_DELAY_SECONDS}}`;
}
