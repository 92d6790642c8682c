/** The code on the pages works as pasted: scripts compile, data can be parsed, and install lines fit the imports. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, test } from "vitest";
import { experimental_readRawConfig as readWranglerConfig } from "wrangler";
import { parse as parseYaml } from "yaml";
import { type DescribedFlag, typesText } from "../../../cli/generated/types-text.ts";
import { type CodeBlock, codeBlocksOf, installMistakes, isScript, readCodeBlocks } from "../../support/docs/pages.ts";
import { typeMistakes } from "../../support/docs/type-check.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const ON_SERVERS = ["ESNext"];
const IN_BROWSERS = ["ESNext", "DOM", "DOM.Iterable"];
/** Modules of programs that only run in a browser. */
const OF_BROWSERS = /"(?:@openfeature\/(?:web|react)-sdk|@openfeature\/ofrep-web-provider|burgee\/testing\/web|react)"/;

const blocks = await readCodeBlocks();
const scripts = blocks.filter(isScript);

/** Files that the pages let their reader have besides. */
const FILES: Record<string, string> = {
  "docs/clients.md/bootstrap.ts": await readFile(join(ROOT, "examples/ssr/bootstrap.ts"), "utf8"),
  "docs/typed-flags.md/flags.ts": typesText([
    ...blocks
      .filter(({ page, language }) => page === "docs/typed-flags.md" && language === "yaml")
      .flatMap(({ code }) => (parseYaml(code) as DescribedFlag[]).map((flag) => ({ ...flag, description: "" }))),
    { key: "theme", type: "string", variants: { dark: "dark", light: "light" }, description: "" },
  ]),
  // The part of the output of `wrangler types` that every Worker has.
  "runtime.d.ts":
    'declare module "cloudflare:workers" { export const env: Cloudflare.Env }\ndeclare namespace Cloudflare { interface Env {} }\n',
};

/** A script's path in the checked program. Its first line may name it for other scripts of the page. */
function pathOf({ place, page, language, code }: CodeBlock): string {
  const [, name = `line-${place.split(":").at(-1)}.${language}`] = /^\/\/ ([\w-]+\.tsx?)\n/.exec(code) ?? [];
  return join(page, name);
}

function program(of: readonly CodeBlock[]): Map<string, string> {
  const files = new Map(Object.entries(FILES));
  for (const script of of) files.set(pathOf(script), script.code);
  return files;
}

function isForServers({ language, code }: CodeBlock): boolean {
  return language !== "tsx" && !OF_BROWSERS.test(code);
}

describe("the scripts on the pages", () => {
  test("compile in a strict project with the DOM library", async ({ expect }) => {
    expect(scripts.length).toBeGreaterThan(25);
    expect(new Set(scripts.map(pathOf)).size, "no two scripts of a page have one name").toBe(scripts.length);
    expect(await typeMistakes(program(scripts), IN_BROWSERS)).toEqual([]);
  });

  test("compile without the DOM library if they are for servers", async ({ expect }) => {
    const forServers = scripts.filter(isForServers);
    expect(forServers.length).toBeGreaterThan(20);
    const files = program(forServers);
    files.delete("docs/clients.md/bootstrap.ts");
    expect(await typeMistakes(files, ON_SERVERS)).toEqual([]);
  });
});

describe("the pages", () => {
  test("install exactly the packages that their scripts import", ({ expect }) => {
    const pages = new Set(scripts.map(({ page }) => page));
    const mistakes = [...pages].flatMap((page) => installMistakes(blocks.filter((block) => block.page === page)));
    expect(mistakes).toEqual([]);
  });

  test.for([
    ["a package that is not installed", "", '\n```ts\nimport { a } from "a/b";\n```\n', "p.md:2 needs npm install a"],
    [
      "one that is installed only later",
      "",
      '```ts\nimport "@a/b";\n```\n```sh\nnpm i @a/b\n```\n',
      "p.md:1 needs npm install @a/b",
    ],
    [
      "one that nothing needs",
      "```sh\nnpm install a b\n```\n",
      '```ts\nimport { a } from "a";\n```\n',
      "p.md:1 installs b for nothing",
    ],
  ] as const)("are wrong with %s", ([, before, after, mistake], { expect }) => {
    expect(installMistakes(codeBlocksOf("p.md", before + after))).toContain(mistake);
  });

  test.for([
    ["docs/clients.md", "middleware/provider.ts"],
    ["docs/clients.md", "middleware/hono.ts"],
    ["docs/clients.md", "middleware/express.ts"],
    ["docs/clients.md", "next/flags.ts"],
    ["docs/clients.md", "next/app/page.tsx"],
    ["docs/import/README.md", "shadow/hook.ts"],
    ["docs/import/README.md", "shadow/multi-provider.ts"],
  ] as const)("show in %s the code of examples/%s", async ([page, name], { expect }) => {
    const example = await readFile(join(ROOT, "examples", name), "utf8");
    const code = example.slice(example.indexOf("\n") + 1).replace('"../flags"', '"./flags"');
    expect(scripts.some((script) => script.page === page && script.code.endsWith(code))).toBe(true);
  });

  test("show JSON and YAML that can be parsed", ({ expect }) => {
    const data = blocks.filter(({ language }) => /^(?:json|ya?ml)$/.test(language));
    expect(data.length).toBeGreaterThan(15);
    for (const { place, language, code } of data)
      expect(() => (language === "json" ? JSON.parse(code) : parseYaml(code)) as unknown, place).not.toThrow();
  });

  test("show TOML that wrangler can read", async ({ expect }) => {
    const settings = blocks.filter(({ language }) => language === "toml");
    expect(settings.length).toBeGreaterThan(3);
    const folder = await mkdtemp(join(tmpdir(), "burgee-toml-"));
    try {
      for (const { place, code } of settings) {
        const config = join(folder, "wrangler.toml");
        await writeFile(config, code);
        expect(() => readWranglerConfig({ config }), place).not.toThrow();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("have no code in a language that this file does not check", ({ expect }) => {
    const others = /^(?:sh|bash|powershell|text|http|sql|csv|json|ya?ml|toml|swift|kotlin|go|java|python|csharp)$/;
    expect(blocks.filter((block) => !isScript(block) && !others.test(block.language))).toEqual([]);
  });
});
