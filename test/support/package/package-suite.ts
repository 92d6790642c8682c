import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { Condition } from "../../../src/flags/document.ts";
import manifest from "../../../package.json" with { type: "json" };
import { type ProcessTest, startProcessTest } from "../../integration/cli/serve.ts";
import { aFlagDocument } from "../flag-documents.ts";
import type { InstalledPackage } from "./package.ts";

const run = promisify(execFile);

/** Names no deployment. Variables that are `undefined` are not set. */
const NOTHING_SET = { BURGEE_CONFIG: "no-such-file.yaml", BURGEE_URL: undefined, BURGEE_TOKEN: undefined };

/** Declares the tests of an installed package that must pass on every version of Node that it supports. */
export function describePackage(package_: () => InstalledPackage, node: () => string): void {
  describe("the installed command", () => describeCommand(package_, node));
  describe("the installed modules", () => describeModules(package_, node));
}

function describeCommand(package_: () => InstalledPackage, node: () => string): void {
  let t: ProcessTest;
  const folder = () => package_().folder;
  const command = () => join(folder(), "node_modules/.bin/burgee");
  const burgee = (args: readonly string[], env: object = NOTHING_SET) =>
    run(node(), [command(), ...args], { cwd: folder(), env: { ...process.env, ...env } });

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
    await writeFile(join(folder(), "wrong.yaml"), wrong);
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
    const modules = join(folder(), "node_modules");
    const sdk = join(modules, "unleash-client");
    if (!existsSync(sdk)) await symlink(join(package_().modules, "unleash-client"), sdk);
    const feature = {
      name: "beta",
      enabled: true,
      strategies: [{ name: "userWithId", parameters: { userIds: "u1" } }],
    };
    await writeFile(join(folder(), "features.json"), JSON.stringify({ features: [feature] }));
    await writeFile(join(folder(), "contexts.jsonl"), '{"userId":"u1"}\n{"userId":"u2"}\n');
    const { stdout, stderr } = await burgee(["import", "unleash", "features.json", "--verify", "contexts.jsonl"]);
    expect({ stdout, stderr }).toEqual({
      stdout: expect.stringMatching(
        /^2 contexts, compared with unleash-client \S+: 1 without a difference, 0 different\n$/,
      ),
      stderr: "",
    });
  });

  test("tests and writes types of a deployment's new folder", async ({ expect }) => {
    await burgee(["init", "made", "--yes"]);
    const inside = { cwd: join(folder(), "made"), env: { ...process.env, ...NOTHING_SET } };
    expect((await run(node(), [command(), "test"], inside)).stdout).toMatch(/^1 test: 1 passed/);
    expect((await run(node(), [command(), "types", "flags.yaml"], inside)).stdout).toContain('"new-checkout"');
    await rm(join(folder(), "made"), { recursive: true });
  });

  test("prints completion for each shell", async ({ expect }) => {
    for (const shell of ["bash", "zsh", "fish", "powershell"])
      expect((await burgee(["completion", shell])).stdout).toContain("burgee complete");
  });
}

function describeModules(package_: () => InstalledPackage, node: () => string): void {
  const output = async (script: string) => {
    const { stdout } = await run(node(), ["--input-type=module", "-e", script], { cwd: package_().folder });
    return stdout;
  };

  test("imports the client from modules of both kinds", async ({ expect }) => {
    const names =
      "ApiError,UnreachableError,UnusableNameError,allPages,cacheResult,createClient,createFeatureFlags,getCacheKey\n";
    const script = 'import("burgee/client").then((client) => console.log(Object.keys(client).sort().join()))';
    const { stdout } = await run(node(), ["-e", script], { cwd: package_().folder });
    expect([stdout, await output(script)]).toEqual([names, names]);
  });

  test("imports flags of another system in a program", async ({ expect }) => {
    const script = `import { importProject } from "burgee/import";
      const feature = { name: "beta", enabled: true, strategies: [{ name: "userWithId", parameters: { userIds: "u1" } }] };
      const { flags, report, toContext } = importProject("unleash", { features: [feature] });
      console.log(JSON.stringify([flags[0].key, report.entries[0].outcome, toContext({ userId: "u1" })]));`;
    expect(JSON.parse(await output(script))).toEqual(["beta", "exact", { targetingKey: "u1" }]);
  });

  test("evaluates flags in this process from a bootstrap", async ({ expect }) => {
    const when: Condition = { attribute: "plan", operator: "matches", values: ["^pro"] };
    const rules = [{ id: "pro", when, serve: { variant: "on" } }];
    const flag = JSON.stringify(aFlagDocument("checkout", 1, { rules, default: { variant: "off" } }));
    const script = `import { startFlags } from "burgee/provider";
      const bootstrap = { environment: "production", version: 1, schemaVersion: 1, flags: [${flag}] };
      const flags = await startFlags({ url: "http://127.0.0.1:9", key: "bgs_production_a_b_c", bootstrap });
      console.log(JSON.stringify(flags.details("checkout", false, { plan: "pro-1" })));
      await flags.close();`;
    expect(JSON.parse(await output(script))).toMatchObject({ value: true, variant: "on", reason: "TARGETING_MATCH" });
  });

  test("reads flags of a service binding", async ({ expect }) => {
    const script = `import { RequestFlags } from "burgee/binding";
      const all = async () => ({ version: 1, flags: { checkout: { value: true, variant: "on", reason: "STATIC" } } });
      console.log(await new RequestFlags({ all }).boolean("checkout", false));`;
    expect(await output(script)).toBe("true\n");
  });

  test("overrides flags in tests of servers and of pages", async ({ expect }) => {
    await package_().linkModules(["@openfeature"]);
    for (const name of ["testing", "testing/web"]) {
      const script = `import { overrideFlag } from "burgee/${name}"; overrideFlag("checkout", true).restore();
        console.log("restored");`;
      expect(await output(script)).toBe("restored\n");
    }
  });
}
