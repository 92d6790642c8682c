import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Flagsmith, LocalFileHandler } from "flagsmith-nodejs";

/** Returns Flagsmith's own SDK over an environment document. It never connects. */
export async function flagsmithOf(environment: object): Promise<Flagsmith> {
  const folder = await mkdtemp(join(tmpdir(), "flagsmith-"));
  const path = join(folder, "environment.json");
  await writeFile(path, JSON.stringify(environment));
  const client = new Flagsmith({ offlineMode: true, offlineHandler: new LocalFileHandler(path) });
  await rm(folder, { recursive: true });
  return client;
}
