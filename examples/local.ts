/** Reads the URL and the keys of `npm run dev`. In your own code, they are settings. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Local {
  url: string;
  /** A public key for pages and apps. It evaluates only client-visible flags. */
  clientKey: string;
  /** A secret key for servers. */
  serverKey: string;
}

/** Reads dev.json in .burgee, or in BURGEE_DIR. */
export async function readLocal(): Promise<Local> {
  const path = join(process.env["BURGEE_DIR"] ?? ".burgee", "dev.json");
  const text = await readFile(path, "utf8").catch(() => {
    console.error(`${path} does not exist. Start Burgee first, in another terminal: npm run dev`);
    return process.exit(1);
  });
  const { url, environments } = JSON.parse(text) as {
    url: string;
    environments: Record<string, Omit<Local, "url">>;
  };
  const keys = environments["production"];
  if (keys === undefined) throw new Error(`${path} has no keys for the environment "production"`);
  return { url, ...keys };
}
