import { readCode } from "./code.ts";
import { readMarkdown } from "./markdown.ts";
import type { Finding, Passage } from "./passage.ts";
import { readCss, readHash, readHtml, readSql } from "./plain-text.ts";
import { checkLinks, checkPaths, type Repository } from "./references.ts";
import { checkTitles } from "./test-titles.ts";
import { checkCommentWidth, checkWidth, PAGE_WIDTH } from "./width.ts";
import { checkWords } from "./words.ts";

/** Strings in tests are data, except for the titles. */
const HOLDS_TESTS = /^test\/|\.test\.tsx?$/;

/** Nobody can improve the text of a published migration, because databases record the hash of the file. */
const IS_PUBLISHED = /^migrations\/\d+_\w+\.sql$/;

/** Returns whether the check reads files of this name. */
export function isReadable(path: string): boolean {
  return readerOf(path) !== undefined && !IS_PUBLISHED.test(path);
}

/** Checks one file. `width` is the formatter's. @throws SyntaxError if it is code that cannot be parsed */
export function checkFile(path: string, source: string, width: number, repository: Repository): Finding[] {
  const findings = readerOf(path)?.({ path, source, width, repository }) ?? [];
  return findings.sort((a, b) => a.line - b.line);
}

interface Input {
  readonly path: string;
  readonly source: string;
  readonly width: number;
  readonly repository: Repository;
}

function readerOf(path: string): ((input: Input) => Finding[]) | undefined {
  if (/\.[cm]?[jt]sx?$/.test(path)) return checkCode;
  if (path.endsWith(".md")) return checkPage;
  const read = path.endsWith(".sql")
    ? readSql
    : path.endsWith(".css")
      ? readCss
      : path.endsWith(".html")
        ? readHtml
        : /\.(?:sh|toml|ya?ml)$|^\.ci\/run$|(?:^|\/)\.gitignore$/.test(path)
          ? readHash
          : undefined;
  return read && ((input) => checkPassages(input, read(input.source)));
}

function checkCode(input: Input): Finding[] {
  const { comments, messages, titles } = readCode(input.path, input.source);
  const titlePassages = titles.map(({ line, text }): Passage => ({ kind: "title", line, text }));
  const shown = HOLDS_TESTS.test(input.path) ? [] : messages;
  return [...checkPassages(input, [...comments, ...shown, ...titlePassages]), ...checkTitles(titles)];
}

function checkPage({ path, source, repository }: Input): Finding[] {
  const page = readMarkdown(source);
  const { prose, wrapped } = page;
  return [
    ...checkWords(prose),
    ...wrapped.flatMap(({ line, text }) => checkWidth(text, line, PAGE_WIDTH)),
    ...checkPaths({ kind: "page", line: 1, text: source }, repository),
    ...checkLinks(path, page, repository),
  ];
}

function checkPassages({ source, width, repository }: Input, passages: readonly Passage[]): Finding[] {
  const comments = passages.filter(({ kind }) => kind === "comment");
  return [
    ...passages.flatMap((passage) => checkWords(passage)),
    ...checkCommentWidth(source, comments, width),
    ...comments.flatMap((comment) => checkPaths(comment, repository)),
  ];
}
