/** `npm run snapshot`: writes what DATABASE_URL holds as a module, for a build that carries its own last known good. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { MAX_SNAPSHOT_CHARS, writeSnapshot } from "../src/delivery/snapshots/snapshot.ts";
import { createDatabase, type StoreDatabase } from "../src/store/client.ts";
import { createFlagReader } from "../src/store/readings/flag-reader.ts";
import { listEnvironments } from "../src/store/writes/environments.ts";

const DEFAULT_PATH = ".burgee/snapshot.js";

const USAGE = `usage: DATABASE_URL=… npm run snapshot -- [--out ${DEFAULT_PATH}] [--environment production …]
  --out          the module to write; SDK keys are in it as hashes, so keep it out of version control
  --environment  only this one; may be repeated (default: all)`;

/** One line of what was written. */
export interface Bundled {
  environment: string;
  version: number;
  flags: number;
  /** Characters. */
  size: number;
}

/** The module's source, and what is in it. @throws RangeError an environment is unknown, or too large for a snapshot */
export async function bundleSnapshots(
  db: StoreDatabase,
  now: number,
  only?: readonly string[],
): Promise<{ source: string; bundled: Bundled[] }> {
  const reader = createFlagReader(db);
  const environments = only ?? (await listEnvironments(db)).map(({ key }) => key);
  const texts: Record<string, string> = {};
  const bundled: Bundled[] = [];
  for (const environment of environments) {
    const reading = await reader.readEnvironment(environment);
    if (reading === undefined) throw new RangeError(`there is no environment "${environment}"`);
    const { asOf: version, keys = {}, flags, index = [] } = reading;
    const documents = index.flatMap((key) => flags.get(key) ?? []);
    const text = writeSnapshot({ version, takenAt: now, keys, documents });
    if (text === undefined) {
      throw new RangeError(`environment "${environment}" is larger than ${MAX_SNAPSHOT_CHARS} characters`);
    }
    texts[environment] = text;
    bundled.push({ environment, version, flags: documents.length, size: text.length });
  }
  const source = `// Made by npm run snapshot. The SDK keys' hashes are in here: keep it out of version control.
export const bundled = ${JSON.stringify(texts)};
`;
  return { source, bundled };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: "string", default: DEFAULT_PATH },
      environment: { type: "string", multiple: true },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const { DATABASE_URL, NEON_HTTP_URL } = process.env;
  if (!DATABASE_URL) throw new TypeError("DATABASE_URL is not set");
  const db = createDatabase(DATABASE_URL, { timeoutMs: 30_000, fetchEndpoint: NEON_HTTP_URL });
  const { source, bundled } = await bundleSnapshots(db, Date.now(), values.environment);
  const path = resolve(values.out);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, source, { mode: 0o600 });
  await chmod(path, 0o600);
  const shown = `./${relative(process.cwd(), path)}`;
  for (const { environment, version, flags, size } of bundled) {
    console.log(`${environment}: version ${version}, ${flags} flags, ${Math.ceil(size / 1024)} KiB`);
  }
  console.log(`\n${shown} is written. Deploy with it:\n\n  npx wrangler deploy --alias '#bundled-snapshot:${shown}'`);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
    console.error(`${error instanceof Error ? error.message : String(error)}${cause}\n\n${USAGE}`);
    process.exitCode = 1;
  });
}
