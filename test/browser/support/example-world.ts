/** `npm run dev` with the examples, and a counting edge in front of it. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DevFile } from "../../../dev/session/files.ts";
import { type Command, runCommand, startCommand } from "./command.ts";
import { type Edge, startEdge } from "./edge.ts";

export interface ExampleWorld {
  edge: Edge;
  /** Starts `npm run example:…`. The match is the URL that it prints. */
  example(name: string): Promise<Command>;
  /** Runs `npm run example:…` to its end. */
  run(name: string): Promise<string>;
  /** Makes a flag serve this variant to everyone. */
  serve(flag: string, variant: string): Promise<void>;
  close(): Promise<void>;
}

export async function startExampleWorld(): Promise<ExampleWorld> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const directory = await mkdtemp(join(tmpdir(), "burgee-examples-"));
    closers.push(() => rm(directory, { recursive: true, force: true }));
    const dev = await startCommand("dev", /Ctrl-C stops everything/, {
      BURGEE_DIR: directory,
      PORT: String(await freePort()),
    });
    closers.push(dev.stop);
    const file = JSON.parse(await readFile(join(directory, "dev.json"), "utf8")) as DevFile;
    const edge = await startEdge(new URL(file.url));
    closers.push(edge.close);
    // The examples read a copy of dev.json with the URL of the edge.
    const atEdge = await mkdtemp(join(tmpdir(), "burgee-examples-"));
    closers.push(() => rm(atEdge, { recursive: true, force: true }));
    await writeFile(join(atEdge, "dev.json"), JSON.stringify({ ...file, url: edge.url }));
    const env = { BURGEE_DIR: atEdge, PORT: "0" };
    return {
      edge,
      close,
      run: (name) => runCommand(`example:${name}`, env),
      async example(name) {
        const started = await startCommand(`example:${name}`, /Open (http:\S+)/, env);
        closers.push(started.stop);
        return started;
      },
      async serve(flag, variant) {
        const response = await fetch(`${file.url}/flags/${flag}/update?environment=production`, {
          method: "POST",
          headers: { authorization: `Bearer ${file.adminToken}`, "content-type": "application/json" },
          body: JSON.stringify({ rules: [], default: { rollout: null, variant } }),
        });
        if (!response.ok) throw new Error(`the update of ${flag} returned status ${response.status}`);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
