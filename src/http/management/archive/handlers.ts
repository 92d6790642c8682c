import type { StoreDatabase } from "../../../store/client.ts";
import type { WriteOptions } from "../../../store/inputs.ts";
import { getDefinition } from "../../../store/lists/flags.ts";
import { archiveFlag, restoreFlag } from "../../../store/writes/archive.ts";
import type { Written } from "../../../store/writes/transaction.ts";
import type { Services } from "../../services.ts";
import { retryOnConflict } from "../conditional-write.ts";
import { writerOf, type ManagementContext } from "../context.ts";
import { readUse } from "../lifecycle/warnings.ts";
import { requireMatch } from "../preconditions.ts";
import { publishEverywhere, type WriteResponse } from "../publish-write.ts";
import { requireFound, requireKey } from "../require.ts";

type ArchiveServices = Pick<Services, "database" | "publisher" | "clock">;

export async function postArchive(services: ArchiveServices, c: ManagementContext): Promise<Response> {
  const key = requireKey(c, "flag");
  const { warnings } = await readUse(await services.database(), key, services.clock.now());
  return c.json({ environments: await move(services, c, archiveFlag), warnings });
}

export async function postUnarchive(services: ArchiveServices, c: ManagementContext): Promise<Response> {
  return c.json({ environments: await move(services, c, restoreFlag) });
}

async function move(
  services: ArchiveServices,
  c: ManagementContext,
  write: (db: StoreDatabase, key: string, options: WriteOptions) => Promise<Map<string, Written>>,
): Promise<Record<string, WriteResponse>> {
  const [key, db, writer] = [requireKey(c, "flag"), await services.database(), writerOf(c)];
  const { headers } = c.req.raw;
  const isConditional = headers.has("if-match");
  const written = await retryOnConflict(async () => {
    if (!isConditional) return await write(db, key, writer);
    const { tag } = requireFound(await getDefinition(db, key), "flag", key);
    requireMatch(headers, tag);
    return await write(db, key, { ...writer, expectedDefinition: tag });
  }, isConditional);
  return await publishEverywhere(services, c, written);
}
