import { and, eq, notExists, sql } from "drizzle-orm";
import type { FlagConfiguration, FlagDefinition } from "../flags/document.ts";
import { referencesOf } from "../flags/references.ts";
import type { StoreDatabase } from "./client.ts";
import type { WrittenDocument } from "./reference-errors.ts";
import {
  writeEnvironment,
  writeProject,
  type DocumentGuard,
  type WriteOptions,
  type WriteResult,
  type Written,
} from "./statements.ts";
import { flagConfigurations, flags } from "./tables.ts";
import { upsertConfigurations, upsertDefinitions, upsertSegments } from "./upserts.ts";
import { describeSegment, type SegmentInput } from "./write-segments.ts";

/** What people read about a flag. Left out: stays as it is. */
export interface FlagNotes {
  description?: string | undefined;
  tags?: string[] | undefined;
  owner?: string | null | undefined;
}

export interface DefinitionInput extends FlagNotes {
  definition: FlagDefinition;
}

export interface FlagInput extends DefinitionInput {
  configuration: FlagConfiguration;
}

/**
 * Creates or replaces a flag: its definition and one environment's configuration. Writing what is there already
 * makes no version. Throws ConflictError, InvalidInputError (pointers into the flag document), NotFoundError.
 */
export async function saveFlag(
  db: StoreDatabase,
  environment: string,
  flag: FlagInput,
  options: DocumentGuard & { mustExist?: boolean },
): Promise<WriteResult> {
  return await writeEnvironment(db, environment, {
    target: { kind: "flag", key: flag.definition.key },
    options,
    statements: [db.execute(upsertDefinitions([flag])), db.execute(upsertConfigurations(environment, [flag]))],
    documents: [describeFlag(flag, "")],
  });
}

/** Creates or replaces many flags and segments as one version. Pointers of errors: `/flags/0/rules/…`, `/segments/0/condition/…`. */
export async function saveProject(
  db: StoreDatabase,
  environment: string,
  project: { flags: readonly FlagInput[]; segments: readonly SegmentInput[] },
  options: WriteOptions,
): Promise<WriteResult> {
  return await writeEnvironment(db, environment, {
    target: { kind: "flag" },
    options,
    statements: [
      db.execute(upsertDefinitions(project.flags)),
      db.execute(upsertSegments(environment, project.segments)),
      db.execute(upsertConfigurations(environment, project.flags)),
    ],
    documents: [
      ...project.flags.map((flag, i) => describeFlag(flag, `/flags/${i}`)),
      ...project.segments.map((segment, i) => describeSegment(segment, `/segments/${i}`)),
    ],
  });
}

/** Takes the flag out of one environment, and its definition with the last one. ConflictError: something still refers to it. */
export async function deleteFlag(
  db: StoreDatabase,
  environment: string,
  key: string,
  options: DocumentGuard,
): Promise<WriteResult> {
  const configured = db
    .select({ one: sql`1` })
    .from(flagConfigurations)
    .where(eq(flagConfigurations.flagKey, key));
  return await writeEnvironment(db, environment, {
    target: { kind: "flag", key },
    options: { ...options, mustExist: true },
    statements: [
      db
        .delete(flagConfigurations)
        .where(and(eq(flagConfigurations.environment, environment), eq(flagConfigurations.flagKey, key))),
      db.delete(flags).where(and(eq(flags.key, key), notExists(configured))),
    ],
  });
}

/** Creates or replaces a definition for all environments; answers those where it made a new version. */
export async function saveDefinition(
  db: StoreDatabase,
  input: DefinitionInput,
  options: WriteOptions & { mustExist?: boolean; mustNotExist?: boolean },
): Promise<Map<string, Written>> {
  const { key } = input.definition;
  return await writeProject(db, {
    target: { environment: null, kind: "flag", key },
    options,
    statements: [db.execute(upsertDefinitions([input]))],
    documents: [{ node: `flag:${key}`, base: "", references: [] }],
  });
}

/** Deletes the flag everywhere. */
export async function deleteFlagDefinition(
  db: StoreDatabase,
  key: string,
  options: WriteOptions,
): Promise<Map<string, Written>> {
  return await writeProject(db, {
    target: { environment: null, kind: "flag", key },
    options: { ...options, mustExist: true },
    statements: [
      db.delete(flagConfigurations).where(eq(flagConfigurations.flagKey, key)),
      db.delete(flags).where(eq(flags.key, key)),
    ],
  });
}

function describeFlag({ definition, configuration }: FlagInput, base: string): WrittenDocument {
  return { node: `flag:${definition.key}`, base, references: referencesOf(configuration) };
}
