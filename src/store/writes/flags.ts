import { and, eq, notExists, sql } from "drizzle-orm";
import type { FlagConfiguration } from "../../flags/document.ts";
import { referencesOf } from "../../flags/references.ts";
import type { StoreDatabase } from "../client.ts";
import type {
  DefinitionWrite,
  DocumentGuard,
  FlagWrite,
  ProjectOptions,
  ProjectWrite,
  WriteOptions,
} from "../inputs.ts";
import type { WrittenDocument } from "./reference-errors.ts";
import {
  beginWrite,
  type Statement,
  writeEnvironment,
  writeProject,
  type WriteResult,
  type Written,
  writeFlagEverywhere,
} from "./transaction.ts";
import { flagConfigurations, flags } from "../tables.ts";
import { upsertConfigurations, upsertDefinitions, upsertSegments } from "./upserts.ts";
import { withCheckedValues } from "./checked-values.ts";
import { describeSegment } from "./segments.ts";

/**
 * Creates or replaces a flag: its definition and one environment's configuration. Writing the current state again makes
 * no version. @throws ConflictError, NotFoundError, InvalidInputError with pointers into the flag document
 */
export async function saveFlag(
  db: StoreDatabase,
  environment: string,
  flag: FlagWrite,
  options: DocumentGuard & { mustExist?: boolean },
): Promise<WriteResult> {
  return await withCheckedValues(db, [{ input: flag, base: "" }], (guards) =>
    writeEnvironment(db, environment, {
      target: { kind: "flag", key: flag.definition.key },
      options,
      statements: [
        ...guards,
        db.execute(upsertDefinitions([flag])),
        db.execute(upsertConfigurations(environment, [flag])),
      ],
      documents: [describeFlag(flag, "")],
    }),
  );
}

/**
 * Creates or replaces many flags and segments as one version. The pointers of errors begin with `/flags/<index>` or
 * `/segments/<index>`.
 */
export async function saveProject(
  db: StoreDatabase,
  environment: string,
  project: ProjectWrite,
  { expectedVersion, isWhole = false, ...options }: ProjectOptions,
): Promise<WriteResult> {
  const placed = project.flags.map((input, i) => ({ input, base: `/flags/${i}` }));
  return await withCheckedValues(db, placed, (guards) =>
    writeEnvironment(db, environment, {
      target: { kind: "flag" },
      options,
      statements: [
        // Comes after the write's own begin_write, which has locked every environment that the definitions may change.
        ...(expectedVersion === undefined
          ? []
          : [
              db.execute(
                beginWrite({ environment, kind: "environment", key: environment }, { ...options, expectedVersion }),
              ),
            ]),
        ...guards,
        db.execute(upsertDefinitions(project.flags)),
        db.execute(upsertSegments(environment, project.segments)),
        db.execute(upsertConfigurations(environment, project.flags)),
        ...(isWhole ? deletionsBeside(db, environment, project) : []),
      ],
      documents: [
        ...placed.map(({ input, base }) => describeFlag(input, base)),
        ...project.segments.map((segment, i) => describeSegment(segment, `/segments/${i}`)),
      ],
    }),
  );
}

/**
 * Deletes flags and segments that the project does not contain, and definitions that no environment then configures.
 */
function deletionsBeside(db: StoreDatabase, environment: string, project: ProjectWrite): Statement[] {
  const flagKeys = JSON.stringify(project.flags.map(({ definition }) => definition.key));
  const segmentKeys = JSON.stringify(project.segments.map(({ key }) => key));
  return [
    db.execute(sql`
      with gone as (
        delete from flag_configurations
        where environment = ${environment} and not ${flagKeys}::jsonb ? flag_key
        returning flag_key
      )
      delete from flags f using gone
      where f.key = gone.flag_key and not exists (
        select from flag_configurations c where c.flag_key = f.key and c.environment <> ${environment}
      )`),
    db.execute(sql`delete from segments where environment = ${environment} and not ${segmentKeys}::jsonb ? key`),
  ];
}

/**
 * Deletes the flag from one environment, and its definition if no other environment has the flag.
 * @throws ConflictError if other documents still refer to it
 */
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

/** Creates or replaces a definition in all environments. Returns those that got a new version. */
export async function saveDefinition(
  db: StoreDatabase,
  input: DefinitionWrite,
  options: WriteOptions & { mustExist?: boolean; mustNotExist?: boolean },
): Promise<Map<string, Written>> {
  const { key } = input.definition;
  return await withCheckedValues(db, [{ input, base: "" }], (guards) =>
    writeProject(db, {
      target: { environment: null, kind: "flag", key },
      options,
      statements: [...guards, db.execute(upsertDefinitions([input]))],
      documents: [{ node: `flag:${key}`, base: "", references: [] }],
    }),
  );
}

/**
 * Creates a flag with its configurations in any number of environments, as one transaction. Returns the environments
 * that got a new version. With `isArchived`, the flag is archived at once. @throws ConflictError if the flag exists,
 * InvalidInputError
 */
export async function createFlagEverywhere(
  db: StoreDatabase,
  definition: DefinitionWrite,
  configurations: ReadonlyMap<string, FlagConfiguration>,
  { isArchived = false, ...options }: WriteOptions & { isArchived?: boolean },
): Promise<Map<string, Written>> {
  const { key } = definition.definition;
  const environments = JSON.stringify([...configurations.keys()]);
  const flagsByEnvironment = [...configurations].map(
    ([environment, configuration]) => [environment, { ...definition, configuration }] as const,
  );
  return await withCheckedValues(db, [{ input: definition, base: "" }], (guards) =>
    writeProject(db, {
      target: { environment: null, kind: "flag", key },
      options: { ...options, mustNotExist: true },
      statements: [
        // The order in which every write locks environments.
        db.execute(sql`select from environments e
        where e.key in (select jsonb_array_elements_text(${environments}::jsonb)) order by e.key for no key update`),
        ...guards,
        db.execute(upsertDefinitions([definition])),
        ...flagsByEnvironment.map(([environment, flag]) => db.execute(upsertConfigurations(environment, [flag]))),
        ...(isArchived ? [db.execute(sql`select archive_flag(${key}::text)`)] : []),
      ],
      documents: flagsByEnvironment.map(([, flag]) => describeFlag(flag, "")),
    }),
  );
}

/** Deletes the flag from every environment. */
export async function deleteFlagDefinition(
  db: StoreDatabase,
  key: string,
  options: WriteOptions,
): Promise<Map<string, Written>> {
  return await writeFlagEverywhere(db, key, options, [
    db.delete(flagConfigurations).where(eq(flagConfigurations.flagKey, key)),
    db.delete(flags).where(eq(flags.key, key)),
  ]);
}

function describeFlag({ definition, configuration }: FlagWrite, base: string): WrittenDocument {
  return { node: `flag:${definition.key}`, base, references: referencesOf(configuration) };
}
