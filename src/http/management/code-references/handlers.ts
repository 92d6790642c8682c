import {
  deleteRepository,
  listRepositories,
  readCounts,
  replaceCounts,
} from "../../../store/code-references/code-references.ts";
import type { Services } from "../../services.ts";
import { writerOf, type ManagementContext, pathParameter } from "../context.ts";
import { notFound, requireFound } from "../require.ts";
import { repositoryName, type ScanBody } from "./input.ts";

type Database = Pick<Services, "database">;

export async function showRepositories({ database }: Database, c: ManagementContext): Promise<Response> {
  return c.json({ items: await listRepositories(await database()), nextCursor: null });
}

export async function showRepository({ database }: Database, c: ManagementContext): Promise<Response> {
  const [name, db] = [repositoryName(pathParameter(c, "repository")), await database()];
  const [found] = await listRepositories(db, name);
  const repository = requireFound(found, "repository", name);
  return c.json({ ...repository, counts: Object.fromEntries(await readCounts(db, name)) });
}

export async function putRepository(
  { database }: Database,
  c: ManagementContext,
  { body: { commit, counts } }: { body: ScanBody },
): Promise<Response> {
  const [repository, db] = [repositoryName(pathParameter(c, "repository")), await database()];
  await replaceCounts(db, { repository, commit, counts }, writerOf(c));
  const known = await readCounts(db, repository);
  const [written] = await listRepositories(db, repository);
  const unknownKeys = Object.keys(counts).filter((key) => !known.has(key));
  return c.json({ ...requireFound(written, "repository", repository), unknownKeys });
}

export async function removeRepository({ database }: Database, c: ManagementContext): Promise<Response> {
  const [name, db] = [repositoryName(pathParameter(c, "repository")), await database()];
  const [found] = await listRepositories(db, name);
  if (found === undefined) throw notFound("repository", name);
  await deleteRepository(db, name, writerOf(c));
  return c.json({ ...found });
}
