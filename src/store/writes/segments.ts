import { and, eq } from "drizzle-orm";
import { referencesOfCondition } from "../../flags/references.ts";
import type { StoreDatabase } from "../client.ts";
import type { DocumentGuard, SegmentWrite } from "../inputs.ts";
import type { WrittenDocument } from "./reference-errors.ts";
import { writeEnvironment, type WriteResult } from "./transaction.ts";
import { segments } from "../tables.ts";
import { upsertSegments } from "./upserts.ts";

/** Creates or replaces a segment. Every flag that uses it gets the new version. */
export async function saveSegment(
  db: StoreDatabase,
  environment: string,
  segment: SegmentWrite,
  options: DocumentGuard & { mustExist?: boolean },
): Promise<WriteResult> {
  return await writeEnvironment(db, environment, {
    target: { kind: "segment", key: segment.key },
    options,
    statements: [db.execute(upsertSegments(environment, [segment]))],
    documents: [describeSegment(segment, "")],
  });
}

/** @throws ConflictError if other documents still refer to it */
export async function deleteSegment(
  db: StoreDatabase,
  environment: string,
  key: string,
  options: DocumentGuard,
): Promise<WriteResult> {
  return await writeEnvironment(db, environment, {
    target: { kind: "segment", key },
    options: { ...options, mustExist: true },
    statements: [db.delete(segments).where(and(eq(segments.environment, environment), eq(segments.key, key)))],
  });
}

export function describeSegment({ key, condition }: SegmentWrite, base: string): WrittenDocument {
  return { node: `segment:${key}`, base, references: referencesOfCondition(condition, "/condition") };
}
