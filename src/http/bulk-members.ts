import type { EvaluationRequest } from "./evaluate.ts";

/** Top-level members of a bulk answer besides `flags`. */
export interface BulkMembers {
  /** What follows `flags` in the body: nothing, or each member with a comma in front of it. */
  json: string;
  /** What the ETag covers of them: all but what may change while the answer stays the same, as a version in a URL. */
  tagged: string;
}

const NONE: BulkMembers = { json: "", tagged: "" };

/**
 * Only browsers get any, and a browser sends `Origin` with every POST: strict clients (Kotlin's) refuse an answer that
 * has a member which they do not know. The same question from the same origin gets the same members, over POST and GET.
 */
export function bulkMembers({ token, request }: EvaluationRequest): BulkMembers {
  if (!request.headers.has("origin")) return NONE;
  // `flagSetId` is OpenFeature's name, for telemetry; clients show it with flags that they do not find.
  const metadata = `,"metadata":{"flagSetId":${JSON.stringify(token.scope)}}`;
  return { json: metadata, tagged: metadata };
}
