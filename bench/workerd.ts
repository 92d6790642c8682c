import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bundle } from "../dev/bundle.ts";

/** As in wrangler.toml. */
const COMPATIBILITY_DATE = "2026-11-01";

export interface RunningWorkerd {
  port: number;
  /** 0 without an inspector. */
  inspectorPort: number;
  pid: number;
  stop(): void;
}

/** Another worker, which gets the requests and reaches the first one through service bindings. */
export interface CallingWorker {
  modules: Bundle["modules"];
  bindings: Record<string, string>;
  /** The props of its binding `FLAGS` to the entrypoint `Flags`. Its binding `BURGEE` takes requests. */
  props: object;
}

export interface ServeOptions {
  caller?: CallingWorker;
  /** Flags that workerd accepts only with its switch for experiments. */
  experimentalFlags?: string[];
  /** Whether to open V8's inspector. */
  hasInspector?: boolean;
  v8Flags?: string[];
  /** The port of a server for the Cache API, as {@link startCacheServer} opens it. Without one, caching fails. */
  cachePort?: number | undefined;
}

/** Serves bundled modules with `workerd serve`, without Miniflare and wrangler. */
export async function serve(
  { modules }: Pick<Bundle, "modules">,
  bindings: Record<string, string>,
  { experimentalFlags = [], hasInspector = false, v8Flags = [], cachePort, caller }: ServeOptions = {},
): Promise<RunningWorkerd> {
  const folder = mkdtempSync(join(tmpdir(), "burgee-bench-"));
  const port = await freePort();
  const flags = experimentalFlags.map((flag) => JSON.stringify(flag));
  const worker = workerIn(folder, flags, cachePort !== undefined);
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = [ ${v8Flags.map((flag) => JSON.stringify(flag)).join(", ")} ],
  services = [
    ${worker("main", modules, textBindings(bindings))},
    ${caller === undefined ? "" : `${worker("caller", caller.modules, callingBindings(caller))},`}
    ( name = "cache", external = ( address = "127.0.0.1:${cachePort ?? port}", http = () ) ),
    ( name = "network", network = ( allow = ["private", "public"] ) ) ],
  sockets = [ ( name = "http", address = "127.0.0.1:${port}", http = (), service = "${caller === undefined ? "main" : "caller"}" ) ]
);
`,
  );
  const binary = createRequire(import.meta.url).resolve("workerd/bin/workerd");
  const experimental = experimentalFlags.length > 0 ? ["--experimental"] : [];
  const inspectorPort = hasInspector ? await freePort() : 0;
  const inspector = hasInspector ? [`--inspector-addr=127.0.0.1:${inspectorPort}`] : [];
  const child = spawn(binary, ["serve", ...experimental, ...inspector, join(folder, "config.capnp")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  await untilListening(port, child);
  return {
    port,
    inspectorPort,
    pid: child.pid ?? 0,
    stop: () => {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Returns a function that writes a worker's modules into the folder, and returns its part of the configuration. */
function workerIn(folder: string, flags: readonly string[], hasCache: boolean) {
  return (name: string, modules: Bundle["modules"], bindings: readonly string[]): string => {
    for (const module of modules) writeFileSync(join(folder, `${name}-${module.name}`), module.code);
    const embeds = modules.map((module) => `( name = "${module.name}", esModule = embed "${name}-${module.name}" )`);
    return `( name = "${name}", worker = (
      modules = [ ${embeds.join(", ")} ],
      compatibilityDate = "${COMPATIBILITY_DATE}",
      compatibilityFlags = [ ${flags.join(", ")} ],
      globalOutbound = "network",${hasCache ? ' cacheApiOutbound = "cache",' : ""}
      bindings = [ ${bindings.join(", ")} ] ) )`;
  };
}

function textBindings(bindings: Record<string, string>): string[] {
  return Object.entries(bindings).map(([name, value]) => `( name = "${name}", text = ${JSON.stringify(value)} )`);
}

function callingBindings({ bindings, props }: CallingWorker): string[] {
  const json = JSON.stringify(JSON.stringify(props));
  return [
    `( name = "FLAGS", service = ( name = "main", entrypoint = "Flags", props = ( json = ${json} ) ) )`,
    '( name = "BURGEE", service = "main" )',
    ...textBindings(bindings),
  ];
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
