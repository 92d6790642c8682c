import type { EvaluationRequest } from "./evaluate.ts";
import { tokenOf } from "../authenticate.ts";
import { STREAM_PATH } from "../streams/stream-frames.ts";

/** Top-level members of a bulk answer besides `flags`. */
export interface BulkMembers {
  /** What follows `flags` in the body: nothing, or each member with a comma in front of it. */
  json: string;
  /** What the ETag covers of them: all but what may change while the answer stays the same, as a version in a URL. */
  tagged: string;
}

const NONE: BulkMembers = { json: "", tagged: "" };

/** How long a hidden page keeps its stream (seconds). */
const INACTIVITY_DELAY_SECONDS = 120;

/**
 * Only browsers get any, and a browser sends `Origin` with every POST: strict clients (Kotlin's) refuse an answer that
 * has a member which they do not know. The same question from the same origin gets the same members, over POST and GET.
 */
export function bulkMembers({ token, request }: EvaluationRequest, hasStreams: boolean): BulkMembers {
  if (!request.headers.has("origin")) return NONE;
  // `flagSetId` is OpenFeature's name, for telemetry; clients show it with flags that they do not find.
  const metadata = `,"metadata":{"flagSetId":${JSON.stringify(token.scope)}}`;
  if (!hasStreams || token.kind !== "client") return { json: metadata, tagged: metadata };
  const json = `${metadata},"eventStreams":[${eventStream(request)}]`;
  return { json, tagged: json };
}

/**
 * Clients keep the URL for weeks and open it without any header, so it is absolute, holds the key, which is public, and
 * stays the same: nothing in it may expire, or change with a version.
 */
function eventStream({ url: requestUrl, headers }: Request): string {
  const { origin, searchParams } = new URL(requestUrl);
  const url = `${origin}${STREAM_PATH}?key=${tokenOf(headers) ?? searchParams.get("sdkKey")}`;
  return `{"type":"sse","url":${JSON.stringify(url)},"inactivityDelaySec":${INACTIVITY_DELAY_SECONDS}}`;
}
