import { matchesGlob, posix } from "node:path";
import type { Page } from "./markdown.ts";
import { type Finding, lineAt, type Passage } from "./passage.ts";

/** The files and folders of the repository, and the anchors of its pages. */
export interface Repository {
  exists(path: string): boolean;
  /** Whether a file or folder matches the pattern. */
  matches(pattern: string): boolean;
  /** The anchors of a page; `undefined` if the path is not a page. */
  anchors(path: string): ReadonlySet<string> | undefined;
}

/** Describes the repository that has exactly these files. */
export function repositoryOf(
  files: readonly string[],
  anchors: (path: string) => ReadonlySet<string> | undefined,
): Repository {
  const paths = new Set(files);
  for (const file of files) {
    for (let folder = posix.dirname(file); folder !== "."; folder = posix.dirname(folder)) paths.add(folder);
  }
  return {
    exists: (path) => path === "." || paths.has(path),
    matches: (pattern) => [...paths].some((path) => matchesGlob(path, pattern)),
    anchors,
  };
}

const PATH =
  /(?<![\w/.@$~*{}<-])(?:api-client|bench|cli|console|dev|docs|examples|migrations|sdk|src|test|testing)\/[\w@*{}[\],./-]+/g;

/** Finds paths of the repository that name no file and no folder. */
export function checkPaths(passage: Passage, repository: Repository): Finding[] {
  return [...passage.text.matchAll(PATH)].flatMap((match) => {
    const path = match[0].replace(/[.,)}\]/]+$/, (end) => (end.startsWith("}") ? "}" : ""));
    const isPlaceholder =
      /^[…<$]/.test(passage.text.slice(match.index + match[0].length)) || /\/[A-Z]+(?:\/|$)/.test(path);
    const found = /[*{[]/.test(path) ? repository.matches(path) : repository.exists(path);
    if (found || isPlaceholder) return [];
    return [{ rule: "reference", line: lineAt(passage, match.index), message: `${path} does not exist` }];
  });
}

const LINK = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s+(\S+)/gm;

/** Finds relative links of the page at `path` that lead to no file, or to no heading of the page that they name. */
export function checkLinks(path: string, { prose, anchors }: Page, repository: Repository): Finding[] {
  const text = prose.text.replace(/`[^`\n]*`/g, (code) => "x".repeat(code.length));
  return [...text.matchAll(LINK)].flatMap((match) => {
    const target = match[1] ?? match[2] ?? "";
    if (/^[a-z][a-z\d+.-]*:|^\/\//i.test(target)) return [];
    const message = target.startsWith("#")
      ? brokenAnchor(target, target.slice(1), anchors)
      : brokenLink(path, target, repository);
    return message === undefined ? [] : [{ rule: "reference", line: lineAt(prose, match.index), message }];
  });
}

function brokenLink(path: string, target: string, repository: Repository): string | undefined {
  const [file = "", anchor] = target.split("#");
  const linked = file.startsWith("/") ? file.slice(1) : posix.join(posix.dirname(path), file);
  const destination = decodeURI(linked).replace(/\/$/, "");
  if (!repository.exists(destination)) return `the link to ${target} leads to no file`;
  return brokenAnchor(target, anchor, repository.anchors(destination));
}

/** A file that is not a page has no anchors to compare with. */
function brokenAnchor(
  target: string,
  anchor: string | undefined,
  anchors: ReadonlySet<string> | undefined,
): string | undefined {
  if (anchor === undefined || anchors === undefined || anchors.has(anchor)) return undefined;
  return `the link to ${target} leads to no heading`;
}
