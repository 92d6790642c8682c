/** `burgee init`, without the package's build. test/deep/sdk/deployment.test.ts runs the folder that it writes. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { main } from "../../../cli/main.ts";
import { processTerminal, type Terminal } from "../../../cli/terminal.ts";
import manifest from "../../../package.json" with { type: "json" };

const ROOT = resolve(import.meta.dirname, "../../..");
let folder: string;
let printed: string[];
let failed: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "burgee-init-"));
  printed = [];
  failed = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function init(args: string[], ask?: Terminal["ask"]): Promise<number> {
  return main(["init", ...args], {
    ...processTerminal(),
    cwd: folder,
    ask,
    print: (text) => void printed.push(text),
    error: (text) => void failed.push(text),
  });
}

const read = (path: string) => readFile(join(folder, path), "utf8");

test("--yes asks nothing and writes a folder whose flags are valid", async () => {
  expect(await init(["flags", "--yes"])).toBe(0);
  expect((await readdir(join(folder, "flags"))).sort()).toEqual([
    ".dev.vars.example",
    ".github",
    ".gitignore",
    "README.md",
    "flags.test.yaml",
    "flags.yaml",
    "package.json",
    "wrangler.toml",
  ]);
  const file = join(folder, "flags/flags.yaml");
  expect(await main(["validate", file], { ...processTerminal(), print: (text) => void printed.push(text) })).toBe(0);
  expect(printed.at(-1)).toContain("no mistakes in 1 flag and 0 segments of production, staging");
});

test("the tests of the new flags pass", async () => {
  await init([".", "--yes", "--environments", "live"]);
  const terminal = { ...processTerminal(), cwd: folder, print: (text: string) => void printed.push(text) };
  expect(await main(["test"], terminal)).toBe(0);
  expect(printed.at(-1)).toBe("1 test: 1 passed, 0 failed");
});

test.for([
  ["github", ".github/workflows/flags.yml", ["check", "apply", "drift"]],
  ["gitlab", ".gitlab-ci.yml", ["check", "apply", "drift"]],
] as const)("the workflow for %s checks, applies and reports drift", async ([ci, path, jobs]) => {
  await init([".", "--yes", "--ci", ci]);
  const workflow = parse(await read(path)) as Record<string, object>;
  expect(Object.keys(workflow["jobs"] ?? workflow)).toEqual(expect.arrayContaining([...jobs]));
});

test("the folder's dependencies are the versions that this release was tested with", async () => {
  await init([".", "--yes", "--name", "shop-flags"]);
  const { name, devDependencies } = JSON.parse(await read("package.json")) as Record<string, unknown>;
  const tested = manifest.devDependencies;
  expect({ name, devDependencies }).toEqual({
    name: "shop-flags",
    devDependencies: {
      burgee: manifest.version,
      wrangler: tested.wrangler,
      "@electric-sql/pglite": tested["@electric-sql/pglite"],
      pg: tested.pg,
      node: tested.node,
    },
  });
  expect(await read("wrangler.toml")).toContain('name = "shop-flags"');
});

test("the worker of the folder has the same settings as the one of a clone", async () => {
  await init([".", "--yes"]);
  const settings = (text: string) => /compatibility_date = .*/.exec(text)?.[0];
  const limits = (text: string) => text.slice(text.indexOf("[[ratelimits]]"));
  const [own, written] = [await readFile(join(ROOT, "wrangler.toml"), "utf8"), await read("wrangler.toml")];
  expect([settings(written), limits(written)]).toEqual([settings(own), limits(own)]);
});

test.for(["prod-", "a--b", "-x", "live,", "Live"])(
  "environments %s, which no project has, are refused",
  async (keys) => {
    expect(await init(["flags", "--yes", `--environments=${keys}`])).toBe(2);
    expect(failed.join()).toContain("must be 1 to 40 characters from a-z and 0-9, with single hyphens between them");
    expect(await readdir(folder)).toEqual([]);
  },
);

test("--json prints the written files as JSON", async () => {
  await init(["my flags", "--yes", "--json", "--ci", "none"]);
  const { folder: written, files } = JSON.parse(printed.join("\n")) as { folder: string; files: string[] };
  expect([written, files.toSorted()]).toEqual(["my flags", (await readdir(join(folder, "my flags"))).toSorted()]);
});

test("the next command quotes the name of the folder", async () => {
  await init(["my flags", "--yes"]);
  expect(printed.join("\n")).toContain('  cd "my flags"\n');
});

describe("questions", () => {
  test("at most four are asked, and the replies are used", async () => {
    const asked: string[] = [];
    const answers = ["shop", "shop-flags", "live, test", "none"];
    const code = await init([], async (question) => {
      asked.push(question);
      return answers[asked.length - 1] ?? "";
    });
    expect([code, asked.length]).toEqual([0, 4]);
    expect(await read("shop/wrangler.toml")).toContain('name = "shop-flags"');
    expect((parse(await read("shop/flags.yaml")) as { environments: unknown }).environments).toEqual([
      { key: "live", name: "Live" },
      { key: "test", name: "Test" },
    ]);
    expect(await readdir(join(folder, "shop"))).not.toContain(".github");
  });

  test("an empty reply takes the default that the question shows", async () => {
    expect(await init([], async () => "")).toBe(0);
    expect(await read("flags/wrangler.toml")).toContain('name = "flags"');
  });

  test("without a terminal, --yes is required", async () => {
    expect(await init(["flags"])).toBe(2);
    expect(failed.join()).toContain("add --yes");
  });
});

describe("refusals", () => {
  test("a file that exists is never overwritten, and nothing else is written", async () => {
    await mkdir(join(folder, "flags"));
    await writeFile(join(folder, "flags/flags.yaml"), "mine");
    expect(await init(["flags", "--yes"])).toBe(2);
    expect(failed.join()).toContain("flags already has flags.yaml; nothing was written");
    expect(await readdir(join(folder, "flags"))).toEqual(["flags.yaml"]);
  });

  test.for([
    [["--name", "Shop Flags"], "the worker's name must be lower-case letters, digits and hyphens"],
    [["--environments", "Live"], "environments must be keys, separated by commas"],
    [["--ci", "jenkins"], "allowed choices are github, gitlab, none"],
  ] as const)("%s is refused with the accepted values", async ([options, message]) => {
    expect(await init(["flags", "--yes", ...options])).toBe(2);
    expect(failed.join()).toContain(message);
    expect(await readdir(folder)).toEqual([]);
  });
});

test("--dry-run lists the files and writes none", async () => {
  expect(await init(["flags", "--yes", "--dry-run"])).toBe(0);
  expect(printed[0]).toContain("would write flags/wrangler.toml");
  expect(await readdir(folder)).toEqual([]);
});
