/** `npm run admin-token` creates an admin token in the database at DATABASE_URL and prints it once. */
import { parseArgs } from "node:util";
import { parseSettingsOf } from "../src/env.ts";
import { createDatabase } from "../src/store/client.ts";
import { reportFailure } from "./failure.ts";
import { createAdminToken } from "./project/seed.ts";

const USAGE = `usage: DATABASE_URL=… KEY_SECRET=… npm run admin-token -- [--role write|read] [--name "…"]
  --role  write allows everything, read allows only reading (default: write)
  --name  purpose of the token, shown in the list of keys and in the audit log`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      role: { type: "string", default: "write" },
      name: { type: "string", default: "created on the command line" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const settings = parseSettingsOf(["DATABASE_URL", "KEY_SECRET", "NEON_HTTP_URL"], process.env);
  const { DATABASE_URL, KEY_SECRET, NEON_HTTP_URL } = settings;
  const { role, name } = values;
  if (role !== "write" && role !== "read") throw new TypeError('--role must be "write" or "read"');
  const db = createDatabase(DATABASE_URL, { timeoutMs: 30_000, fetchEndpoint: NEON_HTTP_URL });
  const token = await createAdminToken(db, KEY_SECRET, { role, name, actor: "command line" });
  console.log(token);
  console.error("This token cannot be shown again, because the database stores only a hash of it.");
}

main().catch((error: unknown) => reportFailure(error, USAGE));
