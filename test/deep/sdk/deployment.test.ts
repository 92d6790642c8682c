/** A deployment's folder, from the packed tarballs: written, started, used, and built for an upload. */
import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  makeDeploymentFolder,
  PATIENCE_MS,
  quietEnvironment,
  runBurgee,
  startDev,
  type StartedDev,
} from "../../support/package/deployment-folder.ts";
import { type InstalledPackage, installPackage } from "../../support/package/package.ts";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../../..");

let installed: InstalledPackage;
let folder: string;
const burgee = (args: string[], env: object = {}) => runBurgee(folder, args, env);

beforeAll(async () => {
  installed = await installPackage();
  folder = await makeDeploymentFolder(installed);
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
  let dev: StartedDev;
  beforeAll(async () => {
    dev = await startDev(folder);
  }, PATIENCE_MS + 10_000);
  afterAll(() => dev?.stop());

  test("serves the worker with the flags of flags.yaml", async () => {
    const { stdout } = await burgee(["evaluate", "new-checkout", "-e", "production", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ flag: "new-checkout", value: false, variant: "off" });
  });

  test("serves the console", async () => {
    const page = await fetch(`http://127.0.0.1:${dev.port}/console/`);
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
    env: quietEnvironment(),
  });
  expect(stdout).toMatch(/Total Upload: .* gzip: /);
  expect(stdout).toContain("env.ASSETS");
});

test("outside of a deployment's folder, burgee dev says which packages are missing", async () => {
  const command = join(installed.folder, "node_modules/burgee/cli/burgee.js");
  await expect(run(process.execPath, [command, "dev"], { cwd: installed.folder })).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^burgee: the package \S+ is not installed here; .* burgee init /),
  });
});

describe("the commands for a database", () => {
  const KEY_SECRET = "k".repeat(32);

  test("say what they need", async () => {
    const missing = { code: 2, stderr: expect.stringMatching(/^burgee: DATABASE_URL is (?:not set|missing)/) };
    await expect(burgee(["migrate"])).rejects.toMatchObject(missing);
    await expect(burgee(["admin-token"], { KEY_SECRET })).rejects.toMatchObject(missing);
    const DATABASE_URL = "postgresql://owner@127.0.0.1:9/flags";
    await expect(burgee(["admin-token"], { DATABASE_URL })).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^burgee: KEY_SECRET is missing/),
    });
  });

  test("name the host of a database that they cannot reach", async () => {
    const env = { DATABASE_URL: "postgresql://owner:not-shown@127.0.0.1:9/flags", KEY_SECRET };
    const stderr =
      "burgee: the database at 127.0.0.1:9 cannot be reached (ECONNREFUSED). " +
      "Check DATABASE_URL, and whether the database runs\n";
    for (const command of ["migrate", "admin-token"])
      await expect(burgee([command], env)).rejects.toMatchObject({ code: 5, stdout: "", stderr });
  });
});
