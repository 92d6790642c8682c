import { eq, sql } from "drizzle-orm";
import type { CodeReference } from "../../flags/lifecycle/removal-warnings.ts";
import { ConflictError } from "../../ops/errors.ts";
import type { StoreDatabase } from "../client.ts";
import type { WriteOptions } from "../inputs.ts";
import { isoInstant, readJson, readRows, writeProject } from "../writes/transaction.ts";
import { codeRepositories } from "./code-tables.ts";

/** The most repositories of a project. */
const MAX_REPOSITORIES = 500;

/** The last scan of a repository. */
export interface CodeRepository {
  repository: string;
  commit: string;
  scannedAt: string;
  /** The number of flags that its code names, and how often it names flags. */
  flags: number;
  references: number;
}

/** A scan of a repository: how often its code names each flag. */
export interface CodeScan {
  repository: string;
  commit: string;
  counts: Readonly<Record<string, number>>;
}

/** Returns the repositories by name. */
export async function listRepositories(db: StoreDatabase, repository?: string): Promise<CodeRepository[]> {
  return await readJson<CodeRepository>(
    db,
    sql`select json_build_object('repository', r.name, 'commit', r.commit, 'scannedAt', ${isoInstant(sql`r.scanned_at`)},
        'flags', count(c.flag_key), 'references', coalesce(sum(c.count), 0)) as result
      from code_repositories r left join code_references c on c.repository = r.name
      where ${repository === undefined ? sql`true` : sql`r.name = ${repository}`}
      group by r.name order by r.name`,
  );
}

/** Returns how often the repository's code names each flag, by key. */
export async function readCounts(db: StoreDatabase, repository: string): Promise<Map<string, number>> {
  const rows = await readJson<[key: string, count: number]>(
    db,
    sql`select json_build_array(flag_key, count) as result from code_references
      where repository = ${repository} order by flag_key collate "C"`,
  );
  return new Map(rows);
}

/** Returns the repositories whose code names the flag. */
export async function readReferences(db: StoreDatabase, key: string): Promise<CodeReference[]> {
  return await readJson<CodeReference>(
    db,
    sql`select json_build_object('repository', r.name, 'count', c.count, 'commit', r.commit,
        'scannedAt', ${isoInstant(sql`r.scanned_at`)}) as result
      from code_references c join code_repositories r on r.name = c.repository
      where c.flag_key = ${key} order by r.name`,
  );
}

/**
 * Replaces the counts of a repository. Leaves out keys that no flag has. @throws ConflictError if there are too many
 * repositories
 */
export async function replaceCounts(
  db: StoreDatabase,
  { repository, commit, counts }: CodeScan,
  options: WriteOptions,
): Promise<void> {
  const known = await readRows(db.select({ name: codeRepositories.name }).from(codeRepositories));
  if (known.length >= MAX_REPOSITORIES && !known.some(({ name }) => name === repository))
    throw new ConflictError(`there are ${MAX_REPOSITORIES} repositories already; delete one that is no longer scanned`);
  await writeProject(db, {
    target: { environment: null },
    options,
    statements: [
      db.execute(sql`insert into code_repositories as r (name, commit) values (${repository}, ${commit})
        on conflict (name) do update set commit = excluded.commit, scanned_at = now()`),
      db.execute(sql`delete from code_references where repository = ${repository}`),
      db.execute(sql`
        insert into code_references (repository, flag_key, count)
        select ${repository}, f.key, n.value::int
        from jsonb_each_text(${JSON.stringify(counts)}::jsonb) as n join flags f on f.key = n.key`),
    ],
  });
}

/** Deletes a repository with its counts. Does nothing if there is none. */
export async function deleteRepository(db: StoreDatabase, repository: string, options: WriteOptions): Promise<void> {
  await writeProject(db, {
    target: { environment: null },
    options,
    statements: [db.delete(codeRepositories).where(eq(codeRepositories.name, repository))],
  });
}
