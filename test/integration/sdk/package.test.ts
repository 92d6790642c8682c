/** The package as npm installs it from its tarball: the command, the modules and their types. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, test } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import { type InstalledPackage, installPackage, systemNodes } from "../../support/package.ts";
import { type ProcessTest, startProcessTest } from "../cli/serve.ts";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../../..");
/**
 * The tarball has 1.5 MB. A third is the command, the import module and the provider, which contain the engine for
 * patterns each, because no module loads files of another one. The rest is for deployments.
 */
const MAX_TARBALL_BYTES = 1_600_000;
const DEPLOYMENT = /^(?:dist\/(?:assets|tools|worker)|migrations|templates)\//;
/** Names no deployment. Variables that are `undefined` are not set. */
const NOTHING_SET = { BURGEE_CONFIG: "no-such-file.yaml", BURGEE_URL: undefined, BURGEE_TOKEN: undefined };

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

describe.each(NODES)("the installed command on Node $version", ({ node }) => {
  let t: ProcessTest;
  const command = () => join(installed.folder, "node_modules/.bin/burgee");
  const burgee = (args: readonly string[], env: object = NOTHING_SET) =>
    run(node, [command(), ...args], { cwd: installed.folder, env: { ...process.env, ...env } });

  beforeAll(async () => {
    t = await startProcessTest();
  });
  afterAll(() => t?.close());

  test("prints its version and its help", async ({ expect }) => {
    expect(await burgee(["--version"])).toEqual({ stdout: `${manifest.version}\n`, stderr: "" });
    const { stdout, stderr } = await burgee(["--help"]);
    expect({ first: stdout.split("\n")[0], stderr }).toEqual({
      first: "Usage: burgee [options] [command]",
      stderr: "",
    });
  });

  test("validates a project file without a deployment", async ({ expect }) => {
    const { stdout, stderr } = await burgee(["validate", "flags.yaml"]);
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/no mistakes in \d+ flags/), stderr: "" });
    const wrong =
      'environments: [{ key: "production" }]\nflags: [{ key: "a", type: "bool", environments: { production: {} } }]\n';
    await writeFile(join(installed.folder, "wrong.yaml"), wrong);
    await expect(burgee(["validate", "wrong.yaml"])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^burgee: wrong\.yaml has errors:\n/),
    });
  });

  test("says in one line that it knows no deployment", async ({ expect }) => {
    await expect(burgee(["flags", "list", "-e", "production"])).rejects.toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/^burgee: no deployment given; .*\n$/),
    });
    await expect(burgee(["env", "list", "--url", "http://127.0.0.1:9"])).rejects.toMatchObject({ code: 5 });
  });

  test("changes and lists flags of a deployment, and applies its own export", async ({ expect }) => {
    const production = { ...t.env, BURGEE_ENVIRONMENT: "production" };
    await burgee(["flags", "create", "packed", "--default", "on"], production);
    expect((await burgee(["flags", "list"], production)).stdout).toContain("packed");
    await burgee(["export", "exported.yaml"], production);
    await burgee(["apply", "exported.yaml"], production);
    expect((await burgee(["diff", "exported.yaml"], production)).stderr).toBe("");
    expect((await burgee(["evaluate", "packed"], production)).stdout).toContain("true");
    await burgee(["flags", "delete", "packed", "--everywhere"], production);
  });

  test("compares imported flags with an SDK that the project has", async ({ expect }) => {
    const modules = join(installed.folder, "node_modules");
    const sdk = join(modules, "unleash-client");
    if (!existsSync(sdk)) await symlink(join(installed.modules, "unleash-client"), sdk);
    const feature = {
      name: "beta",
      enabled: true,
      strategies: [{ name: "userWithId", parameters: { userIds: "u1" } }],
    };
    await writeFile(join(installed.folder, "features.json"), JSON.stringify({ features: [feature] }));
    await writeFile(join(installed.folder, "contexts.jsonl"), '{"userId":"u1"}\n{"userId":"u2"}\n');
    const { stdout, stderr } = await burgee(["import", "unleash", "features.json", "--verify", "contexts.jsonl"]);
    expect({ stdout, stderr }).toEqual({
      stdout: expect.stringMatching(
        /^2 contexts, compared with unleash-client \S+: 1 without a difference, 0 different\n$/,
      ),
      stderr: "",
    });
  });

  test("imports the client", async ({ expect }) => {
    const script = 'import("burgee/client").then((client) => console.log(Object.keys(client).sort().join()))';
    const { stdout } = await run(node, ["-e", script], { cwd: installed.folder });
    expect(stdout).toBe(
      "ApiError,UnreachableError,UnusableNameError,allPages,cacheResult,createClient,createFeatureFlags,getCacheKey\n",
    );
  });

  test("imports flags of another system in a program", async ({ expect }) => {
    const script = `import { importProject } from "burgee/import";
      const feature = { name: "beta", enabled: true, strategies: [{ name: "userWithId", parameters: { userIds: "u1" } }] };
      const { flags, report, toContext } = importProject("unleash", { features: [feature] });
      console.log(JSON.stringify([flags[0].key, report.entries[0].outcome, toContext({ userId: "u1" })]));`;
    const { stdout } = await run(node, ["--input-type=module", "-e", script], { cwd: installed.folder });
    expect(JSON.parse(stdout)).toEqual(["beta", "exact", { targetingKey: "u1" }]);
  });
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
