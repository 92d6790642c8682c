/**
 * Builds the modules that wrangler uploads (wrangler.toml, [build]). Usage: node dev/build-worker.ts [folder]
 * BURGEE_SNAPSHOT names a module that `npm run snapshot` wrote, for a deployment with a bundled snapshot.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { writeWorker } from "./bundle.ts";

const snapshot = process.env["BURGEE_SNAPSHOT"];
if (snapshot && !existsSync(snapshot)) {
  console.error(`BURGEE_SNAPSHOT names ${snapshot}, which does not exist. Write it with: npm run snapshot`);
  process.exit(1);
}
const directory = resolve(process.argv[2] ?? "dist/worker");
await writeWorker(directory, snapshot ? { alias: { "#bundled-snapshot": resolve(snapshot) } } : {});
