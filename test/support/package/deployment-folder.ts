/** A deployment's folder as `burgee init` of an installed package writes it, with what `npm install` adds. */
import { execFile, spawn } from "node:child_process";
import { cp, mkdir, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import type { InstalledPackage } from "./package.ts";

const run = promisify(execFile);
/** Nobody waits this long (ms). */
export const PATIENCE_MS = 120_000;
const QUIET = { WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true", CLOUDFLARE_CF_FETCH_ENABLED: "false" };
/** `undefined` unsets a variable. */
const UNSET = { BURGEE_URL: undefined, BURGEE_TOKEN: undefined, DATABASE_URL: undefined, KEY_SECRET: undefined };

export const quietEnvironment = (more: object = {}) => ({ ...process.env, ...UNSET, ...QUIET, ...more });

/** Returns the path of the folder. */
export async function makeDeploymentFolder({ folder, modules }: InstalledPackage): Promise<string> {
  const target = join(folder, "deployment");
  await run(process.execPath, [join(folder, "node_modules/burgee/cli/burgee.js"), "init", target, "--yes"], {
    cwd: folder,
  });
  // In place of `npm install`, which needs a registry.
  const own = join(target, "node_modules");
  await mkdir(join(own, "@electric-sql"), { recursive: true });
  await cp(join(folder, "node_modules/burgee"), join(own, "burgee"), { recursive: true });
  for (const name of ["wrangler", "pg", "@electric-sql/pglite"]) await symlink(join(modules, name), join(own, name));
  return target;
}

/** Runs the command in the folder. Rejects with its output unless the exit code is 0. */
export function runBurgee(folder: string, args: readonly string[], env: object = {}) {
  const command = join(folder, "node_modules/burgee/cli/burgee.js");
  return run(process.execPath, [command, ...args], { cwd: folder, env: quietEnvironment(env) });
}

export interface StartedDev {
  port: number;
  stop(): Promise<void>;
}

/** Starts `burgee dev` in the folder. */
export async function startDev(folder: string, env: object = {}): Promise<StartedDev> {
  const port = await freePort();
  const dev = spawn(process.execPath, ["node_modules/burgee/cli/burgee.js", "dev"], {
    cwd: folder,
    env: quietEnvironment({ PORT: String(port), ...env }),
  });
  let output = "";
  for (const stream of [dev.stdout, dev.stderr]) stream.on("data", (text) => (output += String(text)));
  const stop = async () => {
    dev.kill("SIGTERM");
    while (dev.exitCode === null && dev.signalCode === null) await pause(50);
  };
  const deadline = Date.now() + PATIENCE_MS;
  while (!output.includes("Ctrl-C stops everything")) {
    if (dev.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`burgee dev did not start:\n${output}`);
    }
    await pause(100);
  }
  return { port, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
