/**
 * The commands that need a database or wrangler, for the command line: `burgee dev`, `migrate` and `admin-token`. The
 * package has them as a file of its own (dev/package/build.ts), so that all other commands start without them.
 */
import { join } from "node:path";
import type { Tools } from "../../cli/deployment/tools.ts";
import { SettingsError } from "../../src/env.ts";
import { failureText } from "../failure.ts";
import { ConnectionError } from "../postgres/connection.ts";
import { migrateDatabase, migrationText } from "../postgres/migrate-database.ts";
import { adminTokenIn, TOKEN_NOTE } from "../project/admin-token.ts";
import { main } from "../session/main.ts";

/** Reports a failure as other commands do, and returns the exit code: docs/cli.md lists them. */
async function reported(run: () => Promise<void>): Promise<number> {
  try {
    await run();
    return 0;
  } catch (error) {
    console.error(`burgee: ${failureText(error)}`);
    if (error instanceof ConnectionError) return 5;
    return error instanceof TypeError || error instanceof SettingsError ? 2 : 1;
  }
}

export const tools: Tools = {
  async dev(folder) {
    await main({ root: folder, project: join(folder, "flags.yaml") });
    return Number(process.exitCode ?? 0);
  },
  migrate: (env) => reported(async () => console.log(migrationText(await migrateDatabase(env)))),
  adminToken: (env, options) =>
    reported(async () => {
      console.log(await adminTokenIn(env, options));
      console.error(TOKEN_NOTE);
    }),
};
