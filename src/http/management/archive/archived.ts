/** Refusals that concern archived flags. */
import type { StoreDatabase } from "../../../store/client.ts";
import { type DefinitionRecord, getDefinition } from "../../../store/lists/flags.ts";
import { HttpError } from "../../errors.ts";
import { notFound } from "../require.ts";

/** @throws HttpError 409 if the flag is archived */
export function requireLive({ definition: { key }, archivedAt }: DefinitionRecord): void {
  if (archivedAt !== null) throw new HttpError(409, archivedText(key));
}

/** Returns the error for a flag that is not in the environment: 404, or `status` if the flag is archived. */
export async function missingFlag(
  db: StoreDatabase,
  key: string,
  environment: string,
  status: 404 | 409,
): Promise<HttpError> {
  const definition = await getDefinition(db, key);
  const isArchived = definition !== undefined && definition.archivedAt !== null;
  return isArchived ? new HttpError(status, archivedText(key)) : notFound("flag", key, environment);
}

function archivedText(key: string): string {
  return `flag "${key}" is archived, and its key stays reserved: restore it first, with "burgee flags unarchive" or POST /api/v1/flags/{key}/unarchive`;
}
