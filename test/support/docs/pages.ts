import { glob, readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");
const PAGES = ["README.md", "AGENTS.md", "docs/**/*.md", "create-burgee/README.md", "templates/**/README*"];

/** A fenced block of code on a page. */
export interface CodeBlock {
  /** The page's path and the line of the fence, as in `docs/clients.md:38`. */
  place: string;
  page: string;
  /** The first word after the fence, such as `ts`. */
  language: string;
  code: string;
}

/** Reads the code blocks of all pages that people copy code from. */
export async function readCodeBlocks(): Promise<CodeBlock[]> {
  const blocks: CodeBlock[] = [];
  for await (const page of glob(PAGES, { cwd: ROOT }))
    blocks.push(...codeBlocksOf(page, await readFile(join(ROOT, page), "utf8")));
  return blocks.sort((a, b) => a.page.localeCompare(b.page));
}

/** Returns the code blocks of one page in order, without the indentation of a list around them. */
export function codeBlocksOf(page: string, text: string): CodeBlock[] {
  return Array.from(
    text.matchAll(/^( *)```(\w+)[^\n]*\n(.*?)^\1```$/gms),
    ({ 1: indent = "", 2: language = "", 3: code = "", index }) => ({
      place: `${page}:${text.slice(0, index).split("\n").length}`,
      page,
      language,
      code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }),
  );
}

export function isScript({ language }: CodeBlock): boolean {
  return /^(?:[jt]sx?|javascript|typescript)$/.test(language);
}

/** Returns the packages that a script imports, without modules of the runtime and files of the page itself. */
export function importedPackages(code: string): string[] {
  const modules = Array.from(
    code.matchAll(/^(?:import|\} from|export .* from)\b.*?"([^"]+)";$/gm),
    ([, name = ""]) => name,
  );
  return modules
    .filter((name) => !name.startsWith(".") && !isBuiltin(name) && !name.startsWith("cloudflare:"))
    .map((name) =>
      name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/"),
    );
}

/** Returns the packages that the `npm install` lines of a shell block add to a project for good. */
export function installedPackages({ language, code }: CodeBlock): string[] {
  if (language !== "sh" && language !== "bash") return [];
  const lines = Array.from(code.matchAll(/^npm (?:install|i) (.*?)(?:\s+#.*)?$/gm), ([, words = ""]) =>
    words.split(/\s+/),
  );
  return lines
    .filter((words) => !words.includes("--no-save"))
    .flatMap((words) => words.filter((word) => !word.startsWith("-")));
}

/**
 * Returns one line for each package that a script imports before the page installs it, and for each package that an
 * install line names although no script between it and the next install line needs it.
 */
export function installMistakes(blocks: readonly CodeBlock[]): string[] {
  const mistakes: string[] = [];
  const installed = new Set<string>();
  let unused = new Map<string, string>();
  const report = () => mistakes.push(...Array.from(unused, ([name, place]) => `${place} installs ${name} for nothing`));
  for (const block of blocks) {
    const packages = installedPackages(block);
    if (packages.length > 0) {
      report();
      unused = new Map(packages.map((name) => [name, block.place]));
      for (const name of packages) installed.add(name);
    }
    if (!isScript(block)) continue;
    for (const name of importedPackages(block.code)) {
      if (!installed.has(name)) mistakes.push(`${block.place} needs npm install ${name}`);
      unused.delete(name);
      unused.delete(`@types/${name}`);
    }
  }
  report();
  return mistakes;
}
