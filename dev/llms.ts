/**
 * Writes llms.txt, which tells a language model where to read what, from the pages of docs/. The worker serves the same
 * text at `GET /llms.txt`. Run: npm run llms. With --check, it only says which file is out of date.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import manifest from "../package.json" with { type: "json" };

const ROOT = new URL("../", import.meta.url);
/** The text, for readers of the repository. */
const TEXT_FILE = new URL("llms.txt", ROOT);
/** Its lines, for the worker, which can import JSON. */
const LINES_FILE = new URL("src/http/pages/llms-lines.json", ROOT);

/** Where a reader finds a file of the repository as plain text. */
export const FILES_URL = `${manifest.homepage.replace("//github.com/", "//raw.githubusercontent.com/").replace(/#.*$/, "")}/main/`;

const HOW_TO = `# Burgee

> Burgee evaluates feature flags on Cloudflare Workers. Applications use any OpenFeature SDK, because it speaks OFREP.
> One worker serves flags from memory, else from Redis, else from Postgres, and a change purges what it makes stale.

Add a flag to an application in four steps. They need the URL of a deployment and an admin token:

\`\`\`sh
export BURGEE_URL=https://flags.example.com BURGEE_TOKEN="$TOKEN"
# 1. Create: boolean, off for everybody. With --client-visible, pages and apps see it too.
npx burgee flags create new-search -e production --description "The search page, rewritten"
# 2. Roll out to a quarter of the users, later to all of them.
npx burgee flags rollout new-search -e production --to on --percentage 25
npx burgee flags serve new-search on -e production
# 3. Evaluate it, as the application does.
npx burgee evaluate new-search -e production --targeting-key user-1 --json
# 4. Delete it, once no code asks for it.
npx burgee flags delete new-search --everywhere
\`\`\`

- In code, ask with a default, which is the value when the evaluation fails:
  \`client.getBooleanValue("new-search", false, { targetingKey: user.id })\`. An SDK needs an SDK key, not the admin
  token: \`npx burgee keys create -e production --kind server --name "Order service"\`.
- \`--dry-run\` checks a change without making it, \`--json\` prints results and errors as JSON, and every command has
  \`--help\`. Exit code 4 means that somebody else changed the flag first: read it again.
- \`npx burgee flags disable new-search -e production\` switches a feature off at once.
- Without a terminal, use the API: https://flags.example.com/openapi.json describes every operation.
`;

/** The sections, and the folders of docs/ that they list. */
const SECTIONS = [
  ["Pages", "", "usage/"],
  ["Procedures", "operations/"],
  ["Import and export", "import/", "export/"],
] as const;

/** Files beside docs/ that an agent may want. */
const MORE = {
  "README.md": "The introduction, with a start in one command.",
  "AGENTS.md": "Instructions for agents that change the code of Burgee, or flags in an application.",
  "CHANGELOG.md": "The changes of each release.",
  "docs/adr/README.md": "The decisions, and their reasons.",
};

/** Returns the text of llms.txt. */
async function llmsText(): Promise<string> {
  const sections = await Promise.all(
    SECTIONS.map(async ([title, ...folders]) => {
      const pages = await Promise.all(folders.map((folder) => pagesOf(`docs/${folder}`)));
      return `\n## ${title}\n\n${pages.flat().join("\n")}\n`;
    }),
  );
  const more = Object.entries(MORE).map(([path, says]) => `- [${path}](${FILES_URL}${path}): ${says}`);
  return `${HOW_TO}${sections.join("")}\n## Optional\n\n${more.join("\n")}\n`;
}

async function pagesOf(folder: string): Promise<string[]> {
  const names = (await readdir(new URL(folder, ROOT))).filter((name) => name.endsWith(".md")).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const { title, summary } = summaryOf(await readFile(new URL(folder + name, ROOT), "utf8"));
      return `- [${title}](${FILES_URL}${folder}${name}): ${summary}`;
    }),
  );
}

/** Returns a page's heading and its first sentence, without links. */
function summaryOf(page: string): { title: string; summary: string } {
  const [, heading = "", paragraph = ""] = /^# (.+)\n\n((?:.+\n)+)/.exec(page) ?? [];
  const text = paragraph
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll("**", "")
    .replaceAll(/\s+/g, " ");
  // "When:" begins the pages of operations.
  const sentence = /^(?:When: )?.*?(?=[.:](?: |$))/.exec(text)?.[0] ?? text;
  return { title: heading.replaceAll("`", ""), summary: `${sentence.trim()}.` };
}

/** The text of each file. */
export async function llmsFiles(): Promise<[file: URL, text: string][]> {
  const text = await llmsText();
  return [
    [TEXT_FILE, text],
    [LINES_FILE, `${JSON.stringify(text.split("\n"), null, 2)}\n`],
  ];
}

if (import.meta.main) {
  for (const [file, text] of await llmsFiles()) {
    if (!process.argv.includes("--check")) await writeFile(file, text);
    else if ((await readFile(file, "utf8")) !== text) {
      console.error(`${file.pathname.slice(ROOT.pathname.length)} is out of date: run npm run llms`);
      process.exitCode = 1;
    }
  }
}
