/** Where `npm run dev` runs, and the keys to it. In your own code these are settings of the deployment. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Local {
  url: string;
  /** Public: goes into pages and apps, evaluates what clients may see. */
  clientKey: string;
  /** Secret: stays on servers. */
  serverKey: string;
}

/** Reads .burgee/dev.json (BURGEE_DIR moves it). */
export async function readLocal(): Promise<Local> {
  const path = join(process.env["BURGEE_DIR"] ?? ".burgee", "dev.json");
  const text = await readFile(path, "utf8").catch(() => {
    console.error(`There is no ${path}. Start Burgee first, in another terminal: npm run dev`);
    return process.exit(1);
  });
  const { url, environments } = JSON.parse(text) as {
    url: string;
    environments: Record<string, Omit<Local, "url">>;
  };
  const keys = environments["production"];
  if (keys === undefined) throw new Error(`${path} has no keys to the environment "production"`);
  return { url, ...keys };
}
