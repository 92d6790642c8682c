/** A deployment's folder, from the packed tarballs: written, started, used, and built for an upload. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type InstalledPackage, installPackage } from "../../support/package/package.ts";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../../..");
/** Nobody waits this long (ms). */
const PATIENCE_MS = 120_000;

let installed: InstalledPackage;
let folder: string;
const quiet = { WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true", CLOUDFLARE_CF_FETCH_ENABLED: "false" };
const environment = (more: object = {}) => ({ ...process.env, ...quiet, BURGEE_URL: "", BURGEE_TOKEN: "", ...more });
const burgee = (args: string[], more: object = {}) => {
  const { BURGEE_URL: _url, BURGEE_TOKEN: _token, ...env } = environment(more) as Record<string, string>;
  return run(process.execPath, [join(folder, "node_modules/burgee/cli/burgee.js"), ...args], { cwd: folder, env });
};

beforeAll(async () => {
  installed = await installPackage();
  folder = installed.folder;
  // The folder of the test has a package.json of its own, and a deployment's folder brings another.
  const target = join(folder, "deployment");
  await run(process.execPath, [join(folder, "node_modules/burgee/cli/burgee.js"), "init", target, "--yes"], {
    cwd: folder,
  });
  // In place of `npm install`, which needs a registry.
  const modules = join(target, "node_modules");
  await mkdir(join(modules, "@electric-sql"), { recursive: true });
  await cp(join(folder, "node_modules/burgee"), join(modules, "burgee"), { recursive: true });
  for (const name of ["wrangler", "pg", "@electric-sql/pglite"])
    await symlink(join(installed.modules, name), join(modules, name));
  folder = target;
});
afterAll(() => installed?.remove());

test("npm create burgee writes the same folder as burgee init", async () => {
  const home = join(installed.folder, "created");
  await mkdir(join(home, "node_modules/create-burgee"), { recursive: true });
  await symlink(join(installed.folder, "node_modules/burgee"), join(home, "node_modules/burgee"));
  for (const file of ["index.js", "package.json"])
    await writeFile(join(home, "node_modules/create-burgee", file), await readFile(join(ROOT, "create-burgee", file)));
  await run(process.execPath, ["node_modules/create-burgee/index.js", "deployment", "--yes"], { cwd: home });
  for (const file of ["wrangler.toml", "package.json", "flags.yaml"])
    expect(await readFile(join(home, "deployment", file), "utf8")).toBe(await readFile(join(folder, file), "utf8"));
});

describe("burgee dev", () => {
  let dev: ChildProcess;
  let output = "";
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    dev = spawn(process.execPath, ["node_modules/burgee/cli/burgee.js", "dev"], {
      cwd: folder,
      env: environment({ PORT: String(port) }),
    });
    for (const stream of [dev.stdout, dev.stderr]) stream?.on("data", (text) => (output += String(text)));
    const deadline = Date.now() + PATIENCE_MS;
    while (!output.includes("Ctrl-C stops everything")) {
      if (dev.exitCode !== null || Date.now() > deadline) throw new Error(`burgee dev did not start:\n${output}`);
      await pause(100);
    }
  }, PATIENCE_MS + 10_000);
  afterAll(async () => {
    dev?.kill("SIGTERM");
    while (dev?.exitCode === null && dev.signalCode === null) await pause(50);
  });

  test("serves the worker with the flags of flags.yaml", async () => {
    const { stdout } = await burgee(["evaluate", "new-checkout", "-e", "production", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ flag: "new-checkout", value: false, variant: "off" });
  });

  test("serves the console", async () => {
    const page = await fetch(`http://127.0.0.1:${port}/console/`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("<title>")]);
  });

  test("is the deployment that other commands in the folder use", async () => {
    await writeFile(
      join(folder, "flags.yaml"),
      (await readFile(join(folder, "flags.yaml"), "utf8")).replace(
        'default: { variant: "off" }',
        'default: { variant: "on" }',
      ),
    );
    await burgee(["apply", "flags.yaml"]);
    const { stdout } = await burgee(["evaluate", "new-checkout", "-e", "production"]);
    expect(stdout).toContain("true");
  });
});

test("wrangler can build the folder for an upload", async () => {
  const wrangler = join(installed.modules, "wrangler/bin/wrangler.js");
  const { stdout } = await run(process.execPath, [wrangler, "deploy", "--dry-run"], {
    cwd: folder,
    env: environment(),
  });
  expect(stdout).toMatch(/Total Upload: .* gzip: /);
  expect(stdout).toContain("env.ASSETS");
});

test("outside of a deployment's folder, burgee dev says which packages are missing", async () => {
  const command = join(installed.folder, "node_modules/burgee/cli/burgee.js");
  await expect(run(process.execPath, [command, "dev"], { cwd: installed.folder })).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("the package pg is not installed here"),
  });
});

test("the commands for a database say what they need", async () => {
  await expect(burgee(["migrate"], { DATABASE_URL: "" })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("DATABASE_URL is not set"),
  });
  await expect(burgee(["admin-token"], { DATABASE_URL: "" })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("DATABASE_URL"),
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
