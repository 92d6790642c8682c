import type { StoreDatabase } from "../../../store/client.ts";
import type { WriteOptions } from "../../../store/inputs.ts";
import { getDefinition } from "../../../store/lists/flags.ts";
import type { Written } from "../../../store/writes/transaction.ts";
import type { Services } from "../../services.ts";
import { retryOnConflict } from "../conditional-write.ts";
import { writerOf, type ManagementContext } from "../context.ts";
import { requireMatch } from "../preconditions.ts";
import { publishEverywhere, type WriteResponse } from "../publish-write.ts";
import { requireFound } from "../require.ts";

/** Writes a definition as a whole under the request's If-Match, and publishes it in every environment. */
export async function writeDefinition(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
  key: string,
  write: (db: StoreDatabase, key: string, options: WriteOptions) => Promise<Map<string, Written>>,
): Promise<Record<string, WriteResponse>> {
  const [db, writer] = [await services.database(), writerOf(c)];
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
