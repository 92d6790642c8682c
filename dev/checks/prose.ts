/**
 * `npm run check:prose [-- --count] [paths…]`: checks the text that people read, in the files that git tracks, against
 * the rules of style that a program can check. Exits with 1 if it finds something.
 */
import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { checkFile, isReadable } from "./prose/check.ts";
import { readMarkdown } from "./prose/markdown.ts";
import { repositoryOf } from "./prose/references.ts";
import { listFindings, summarize, tabulate } from "./prose/report.ts";
import { ROOT, trackedFiles } from "./tracked.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: "boolean", default: false } },
});

const read = (path: string): string => readFileSync(resolve(ROOT, path), "utf8");
const files = trackedFiles();
const repository = repositoryOf(files, (path) => (path.endsWith(".md") ? readMarkdown(read(path)).anchors : undefined));
const { printWidth } = JSON.parse(read(".oxfmtrc.json")) as { printWidth: number };

const wanted = positionals.map((path) => relative(ROOT, resolve(path)));
const isWanted = (file: string): boolean =>
  wanted.length === 0 || wanted.some((path) => path === "" || file === path || file.startsWith(`${path}/`));
const checked = files.filter((file) => isReadable(file) && isWanted(file));
const findings = checked.flatMap((path) =>
  checkFile(path, read(path), printWidth, repository).map((finding) => ({ path, ...finding })),
);

process.stdout.write(values.count ? tabulate(findings) : listFindings(findings) + summarize(findings, checked.length));
if (findings.length > 0) process.exitCode = 1;
