import { parseSegmentInput } from "../../../flags/parse.ts";
import type { SegmentInput } from "../../../flags/schema.ts";
import { withKey } from "../merge-patch-body.ts";

export const SEGMENT_EXAMPLE = {
  key: "beta-testers",
  name: "Beta testers",
  condition: { attribute: "betaOptIn", operator: "equals", values: [true] },
};

/** Parses a whole segment. Its key is optional if the path names it. @throws InvalidInputError */
export function parseSegment(
  body: unknown,
  key: string | undefined,
  options?: { hasStoredCondition: boolean },
): SegmentInput {
  // A caller may send back a segment as GET returned it. The fields that the server sets are ignored.
  const { version: _, usedBy: __, createdAt: ___, updatedAt: ____, ...input } = withKey(body, key);
  return parseSegmentInput(input, options);
}
