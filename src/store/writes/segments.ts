import { and, eq } from "drizzle-orm";
import type { Condition } from "../../flags/document.ts";
import { referencesOfCondition } from "../../flags/references.ts";
import type { StoreDatabase } from "../client.ts";
import type { WrittenDocument } from "./reference-errors.ts";
import { writeEnvironment, type DocumentGuard, type WriteResult } from "./transaction.ts";
import { segments } from "../tables.ts";
import { upsertSegments } from "./upserts.ts";

export interface SegmentInput {
  key: string;
  /** Left out: stays as it is; the key of a new one. */
  name?: string | undefined;
  description?: string | undefined;
  condition: Condition;
}

/** Creates or replaces a segment; every flag that uses it gets the new version. */
export async function saveSegment(
  db: StoreDatabase,
  environment: string,
  segment: SegmentInput,
  options: DocumentGuard & { mustExist?: boolean },
): Promise<WriteResult> {
  return await writeEnvironment(db, environment, {
    target: { kind: "segment", key: segment.key },
    options,
    statements: [db.execute(upsertSegments(environment, [segment]))],
    documents: [describeSegment(segment, "")],
  });
}

/** ConflictError: something still refers to it. */
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

export function describeSegment({ key, condition }: SegmentInput, base: string): WrittenDocument {
  return { node: `segment:${key}`, base, references: referencesOfCondition(condition, "/condition") };
}
