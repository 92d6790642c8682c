import { getEnvironment } from "../../../store/writes/environments.ts";
import { saveProject } from "../../../store/writes/flags.ts";
import type { Services } from "../../services.ts";
import { conditionalWrite } from "../conditional-write.ts";
import { writerOf, environmentOf, type ManagementContext } from "../context.ts";
import { storedFlag } from "../flags/flag-forms.ts";
import { parseIfMatch, tagHeader } from "../preconditions.ts";
import { publishWrite } from "../publish-write.ts";
import { requireFound } from "../require.ts";
import type { Project } from "./input.ts";

/** The largest number of flags and segments that get no more time in Postgres than other writes. */
const MAX_ORDINARY = 1000;

export async function postApply(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
  { body: { flags, segments, isWhole } }: { body: Project },
): Promise<Response> {
  const isLarge = flags.length + segments.length > MAX_ORDINARY;
  const [environment, db] = [environmentOf(c), await services.database(isLarge ? "large" : undefined)];
  const project = { flags: flags.map((flag) => storedFlag(flag)), segments };
  const result = await conditionalWrite({
    conditions: { ifMatch: parseIfMatch(c.req.raw.headers) },
    currentVersion: async () => requireFound(await getEnvironment(db, environment), "environment", environment).version,
    write: ({ expectedVersion }) => saveProject(db, environment, project, { ...writerOf(c), expectedVersion, isWhole }),
  });
  return c.json(await publishWrite(services, c, environment, result), 200, tagHeader(result.version));
}
