import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../../..");
const MODULES = join(ROOT, "node_modules");
/** All that `npm pack` reads. */
const SOURCES = [
  "package.json",
  "tsconfig.json",
  "LICENSE",
  "README.md",
  "llms.txt",
  "cli",
  "console",
  "create-burgee",
  "dev",
  "migrations",
  "sdk",
  "src",
  "templates",
];

export interface InstalledPackage {
  /** The project into which the package is installed. */
  folder: string;
  /** The path of the tarball. */
  tarball: string;
  /** Bytes of the tarball. */
  size: number;
  /** The paths of the files in the tarball. */
  files: string[];
  /** The `node_modules` of the clone, with the packages that a project may have besides. */
  modules: string;
  /** Lets the project find packages that it has besides, by their folders. */
  linkModules(names: readonly string[]): Promise<void>;
  /** Checks types as a project with `moduleResolution` nodenext does. Rejects with the mistakes as `stdout`. */
  checkTypes(files: readonly string[], more?: readonly string[]): Promise<unknown>;
  remove(): Promise<void>;
}

/**
 * Packs a copy of the clone, so that tests can do this at the same time, and installs the tarball into an empty
 * project. The empty cache and `--offline` make sure that the package needs no other one.
 */
export async function installPackage(): Promise<InstalledPackage> {
  const temporary = await mkdtemp(join(tmpdir(), "burgee-package-"));
  const folder = join(temporary, "project");
  const env = { ...process.env, npm_config_cache: join(temporary, "cache") };
  const tarball = join(temporary, "burgee.tgz");
  await writeFile(tarball, await (packed ??= pack()));
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], { cwd: folder, env });
  const { stdout } = await run("tar", ["-tzf", tarball]);
  const tsc = join(MODULES, "typescript/bin/tsc");
  const options = [
    "--ignoreConfig",
    "--strict",
    "--noEmit",
    "--skipLibCheck",
    "false",
    "--module",
    "nodenext",
    "--target",
    "es2022",
  ];
  return {
    folder,
    tarball,
    size: (await stat(tarball)).size,
    files: stdout
      .trim()
      .split("\n")
      .map((path) => path.replace("package/", "")),
    modules: MODULES,
    async linkModules(names) {
      for (const name of names) {
        const link = join(folder, "node_modules", name);
        if (!existsSync(link)) await symlink(join(MODULES, name), link);
      }
    },
    checkTypes: (files, more = []) => run(process.execPath, [tsc, ...options, ...more, ...files], { cwd: folder }),
    remove: () => rm(temporary, { recursive: true, force: true }),
  };
}

/** The tarball. Test files that share a process pack it once. */
let packed: Promise<Uint8Array> | undefined;

async function pack(): Promise<Uint8Array> {
  const temporary = await mkdtemp(join(tmpdir(), "burgee-pack-"));
  try {
    const clone = join(temporary, "clone");
    for (const path of SOURCES) await cp(join(ROOT, path), join(clone, path), { recursive: true });
    await symlink(MODULES, join(clone, "node_modules"));
    const env = { ...process.env, npm_config_cache: join(temporary, "cache") };
    await run("npm", ["pack", "--pack-destination", temporary], { cwd: clone, env });
    const name = (await readdir(temporary)).find((file) => file.endsWith(".tgz")) ?? "";
    return await readFile(join(temporary, name));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Returns the first `node` of the search path that npm did not install, if the package supports its version. */
export async function systemNodes(): Promise<{ version: string; node: string }[]> {
  const files = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "node"));
  const node = files.find((file) => !file.includes("node_modules") && file !== process.execPath && existsSync(file));
  if (node === undefined) return [];
  const version = (await run(node, ["--version"])).stdout.trim();
  return Number(/^v(\d+)/.exec(version)?.[1]) >= 20 ? [{ version, node }] : [];
}
