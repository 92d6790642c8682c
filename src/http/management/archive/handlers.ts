import { archiveFlag, restoreFlag } from "../../../store/writes/archive.ts";
import type { Services } from "../../services.ts";
import type { ManagementContext } from "../context.ts";
import { writeDefinition } from "../definitions/write-definition.ts";
import { readUse } from "../lifecycle/warnings.ts";
import { requireKey } from "../require.ts";

export async function postArchive(
  services: Pick<Services, "database" | "publisher" | "clock">,
  c: ManagementContext,
): Promise<Response> {
  const key = requireKey(c, "flag");
  const { warnings } = await readUse(await services.database(), key, services.clock.now());
  return c.json({ environments: await writeDefinition(services, c, key, archiveFlag), warnings });
}

export async function postUnarchive(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
): Promise<Response> {
  return c.json({ environments: await writeDefinition(services, c, requireKey(c, "flag"), restoreFlag) });
}
