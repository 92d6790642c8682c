import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bundle } from "../dev/bundle.ts";

export interface RunningWorkerd {
  port: number;
  pid: number;
  stop(): void;
}

export interface ServeOptions {
  compatibilityDate: string;
  /** Flags that workerd accepts only with its switch for experiments. */
  experimentalFlags?: string[];
}

/** Serves bundled modules with `workerd serve`, without Miniflare and wrangler. */
export async function serve(
  { modules }: Pick<Bundle, "modules">,
  bindings: Record<string, string>,
  { compatibilityDate, experimentalFlags = [] }: ServeOptions,
): Promise<RunningWorkerd> {
  const folder = mkdtempSync(join(tmpdir(), "burgee-bench-"));
  const port = await freePort();
  for (const { name, code } of modules) writeFileSync(join(folder, name), code);
  const embeds = modules.map(({ name }) => `( name = "${name}", esModule = embed "${name}" )`);
  const flags = experimentalFlags.map((flag) => JSON.stringify(flag));
  const list = Object.entries(bindings).map(([name, value]) => `( name = "${name}", text = ${JSON.stringify(value)} )`);
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ( name = "main", worker = (
      modules = [ ${embeds.join(", ")} ],
      compatibilityDate = "${compatibilityDate}",
      compatibilityFlags = [ ${flags.join(", ")} ],
      globalOutbound = "network",
      bindings = [ ${list.join(", ")} ] ) ),
    ( name = "network", network = ( allow = ["private", "public"] ) ) ],
  sockets = [ ( name = "http", address = "127.0.0.1:${port}", http = (), service = "main" ) ]
);
`,
  );
  const binary = createRequire(import.meta.url).resolve("workerd/bin/workerd");
  const experimental = experimentalFlags.length > 0 ? ["--experimental"] : [];
  const child = spawn(binary, ["serve", ...experimental, join(folder, "config.capnp")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  await untilListening(port, child);
  return {
    port,
    pid: child.pid ?? 0,
    stop: () => {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 5000; attempt++) {
    if (child.exitCode !== null) throw new Error(`workerd ended with code ${child.exitCode}`);
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error("workerd did not open its port within 10 s");
}
