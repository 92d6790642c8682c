/** `npm run admin-token` creates an admin token in the database at DATABASE_URL and prints it once. */
import { parseArgs } from "node:util";
import { reportFailure } from "./failure.ts";
import { adminTokenIn, TOKEN_NOTE } from "./project/admin-token.ts";

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
  console.log(await adminTokenIn(process.env, values));
  console.error(TOKEN_NOTE);
}

main().catch((error: unknown) => reportFailure(error, USAGE));
