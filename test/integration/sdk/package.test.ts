/** The package as npm installs it from its tarball: the command, the modules and their types. */
import { execFile } from "node:child_process";
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, test } from "vitest";
import { describePackage } from "../../support/package/package-suite.ts";
import { type InstalledPackage, installPackage, systemNodes } from "../../support/package/package.ts";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../../..");
/**
 * The tarball has almost 2.0 MB. A third is the command, the import module and the provider, which contain the engine
 * for patterns each, because no module loads files of another one. The parser of `refs scan` takes 0.1 MB. The rest is
 * for deployments: the worker, and the console, whose JSON editor and plots take 0.13 MB.
 */
const MAX_TARBALL_BYTES = 2_000_000;
const DEPLOYMENT = /^(?:dist\/(?:assets|tools|worker)|migrations|templates)\//;
/** The Node of the test, and the machine's own one if the package supports it. */
const NODES = [{ version: process.version, node: process.execPath }, ...(await systemNodes())];

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await installPackage();
  await copyFile(join(ROOT, "examples/project.yaml"), join(installed.folder, "flags.yaml"));
});
afterAll(() => installed?.remove());

describe("the tarball", () => {
  test("is small", ({ expect }) => {
    console.log(`npm pack: ${installed.size} bytes, ${installed.files.length} files`);
    expect(installed.size).toBeLessThan(MAX_TARBALL_BYTES);
  });

  test("contains the built files and no sources", ({ expect }) => {
    const built = installed.files.filter((path) => !DEPLOYMENT.test(path) && !path.startsWith("dist/types/"));
    expect(built.map((path) => path.replace(/-[A-Z0-9]{8}(?=\.js$)/, "")).sort()).toEqual([
      "LICENSE",
      "README.md",
      "cli/burgee.js",
      "dist/binding/index.js",
      "dist/cli.js",
      "dist/cli.licences.txt",
      "dist/client/index.js",
      "dist/import/index.js",
      "dist/import/licences.txt",
      "dist/provider/chunk.js",
      "dist/provider/chunk.js",
      "dist/provider/chunk.js",
      "dist/provider/compile-scheme.js",
      "dist/provider/index.js",
      "dist/provider/licences.txt",
      "dist/provider/re2.js",
      "dist/provider/windows.js",
      "dist/testing/index.js",
      "dist/testing/web.js",
      "llms.txt",
      "package.json",
    ]);
    expect(installed.files.filter((path) => path.startsWith("dist/types/") && !path.endsWith(".d.ts"))).toEqual([]);
  });

  test("contains the worker, the console, the migrations and the tools of a deployment's folder", ({ expect }) => {
    const { files } = installed;
    expect(files).toEqual(
      expect.arrayContaining([
        "dist/assets/console/index.html",
        "dist/assets/licences.txt",
        "dist/tools/index.js",
        "dist/tools/licences.txt",
        "dist/worker/licences.txt",
        "dist/worker/worker.js",
        "migrations/0000_reference_functions.sql",
        "migrations/meta/_journal.json",
        "templates/flags.yaml",
        "templates/gitignore",
        "templates/wrangler.toml",
      ]),
    );
    expect(files.filter((path) => /\.map$|\.ts$/.test(path) && !path.endsWith(".d.ts"))).toEqual([]);
  });

  const licensed = async (file: string) => {
    const text = await readFile(join(installed.folder, "node_modules/burgee/dist", file), "utf8");
    return Array.from(text.matchAll(/^(\S+) \d+\.\d+\.\d+$/gm), ([, name]) => name);
  };

  test("contains the licence of each package in the import module, which are all for validation", async ({
    expect,
  }) => {
    const names = ["@noble/hashes", "js-xxhash", "re2js", "valibot"];
    expect(await licensed("import/licences.txt")).toEqual(names);
  });

  test("contains the licence of each package in the command, and none of the worker's server", async ({ expect }) => {
    const names = await licensed("cli.licences.txt");
    expect(names).toEqual(expect.arrayContaining(["commander", "re2js", "yaml"]));
    expect(names.filter((name = "") => /hono|drizzle|neon|upstash|openfeature|preact/.test(name))).toEqual([]);
  });

  test("installs no other package", async ({ expect }) => {
    const entries = await readdir(join(installed.folder, "node_modules"));
    expect(entries.filter((name) => !name.startsWith(".")).sort()).toEqual(["burgee"]);
  });
});

describe.each(NODES)("on Node $version", ({ node }) => {
  describePackage(
    () => installed,
    () => node,
  );
});

describe("the launcher of the command", () => {
  test("names the Node that it needs if the running one is too old", async ({ expect }) => {
    const old = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"18.20.0"})';
    const launch = (file: string) => run(process.execPath, ["--import", old, file, "--version"]);
    await expect(launch(join(installed.folder, "node_modules/burgee/cli/burgee.js"))).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^burgee needs Node 20 or newer; this is .*\n$/),
    });
    await expect(launch(join(ROOT, "cli/burgee.js"))).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^burgee needs Node 22\.18 or newer; .*npx burgee.*\n$/),
    });
  });
});

describe("the installed modules", () => {
  const check = async (
    name: string,
    text: string,
    more: readonly string[] = [],
    lib = "es2022,esnext.disposable,dom",
  ) => {
    await writeFile(join(installed.folder, name), text);
    return installed.checkTypes([name], ["--lib", lib, ...more]);
  };

  const linkModules = () => installed.linkModules(["@openfeature", "@types"]);

  test.for(["es2022,dom", "es2022"])(
    "include an importer with types that need no other package and %s",
    async (lib, { expect }) => {
      const text = `import { type FlagInput, importProject, type ImportReport, SYSTEM_NAMES } from "burgee/import";
       const project = importProject("unleash", { features: [] }, { approximate: true });
       export const flags: FlagInput[] = project.flags;
       export const report: ImportReport = project.report;
       export const names: readonly string[] = SYSTEM_NAMES;
       export const key: string | undefined = project.toContext({ userId: "user-1" }).targetingKey;`;
      await check("import.ts", text, [], lib);
      const wrong = 'import { importProject } from "burgee/import";\nimportProject("unlesh", {});\n';
      await expect(check("unknown.ts", wrong, [], lib)).rejects.toMatchObject({
        stdout: expect.stringContaining("unknown.ts(2,15)"),
      });
    },
  );

  test.for([
    ["the types of Node and of browsers", ["--lib", "es2022,dom", "--types", "node"]],
    ["the types of Node", ["--lib", "es2022", "--types", "node"]],
  ] as const)("include flags in this process with types beside %s", async ([, options], { expect }) => {
    await linkModules();
    const text = `import { BurgeeProvider, type Details, startFlags } from "burgee/provider";
       import { OpenFeature } from "@openfeature/server-sdk";
       const options = { url: "https://flags.example.com", key: "bgs_production_1" };
       await OpenFeature.setProviderAndWait(new BurgeeProvider(options));
       const flags = await startFlags({ ...options, fetch });
       export const details: Details<string> = flags.details("headline", "Bread", { targetingKey: "user-1", at: new Date() });
       export const isOn: boolean = flags.boolean("checkout", false);`;
    await check("provider.ts", text, options);
    const wrong =
      'import { startFlags } from "burgee/provider";\nawait startFlags({ url: "https://flags.example.com" });\n';
    await expect(check("no-key.ts", wrong, options)).rejects.toMatchObject({
      stdout: expect.stringContaining("no-key.ts(2,18)"),
    });
  });

  test("include flags in this process that need no other package at run time", async ({ expect }) => {
    const script = `import { BurgeeProvider, startFlags } from "burgee/provider";
      const options = { url: "http://127.0.0.1:9", key: "bgs_production_a_b_c" };
      new BurgeeProvider(options);
      await startFlags({ ...options, bootstrap: { environment: "production", version: 1, schemaVersion: 1, flags: [] } })
        .then((flags) => { console.log(flags.status, flags.boolean("checkout", true)); return flags.close(); });`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: installed.folder });
    expect(stdout).toBe("stale true\n");
  });

  test("include test helpers with types beside OpenFeature's SDKs", async () => {
    await linkModules();
    const text = 'import { overrideFlag } from "burgee/NAME";\noverrideFlag("checkout", true).restore();\n';
    for (const name of ["testing", "testing/web"]) {
      await check("helpers.ts", text.replace("NAME", name), ["--types", "node"]);
      await run(process.execPath, ["--input-type=module", "-e", text.replace("NAME", name)], { cwd: installed.folder });
    }
  });
});
