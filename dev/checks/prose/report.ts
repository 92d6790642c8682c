import { type Finding, type Rule, RULES } from "./passage.ts";

/** A finding with its file. */
export interface Located extends Finding {
  readonly path: string;
}

/** One line for each finding, as editors and terminals link it. */
export function listFindings(findings: readonly Located[]): string {
  return findings.map(({ path, line, rule, message }) => `${path}:${line}: ${message} (${rule})\n`).join("");
}

/** One line for each rule that has findings, and their sum. */
export function summarize(findings: readonly Located[], files: number): string {
  const counts = RULES.map((rule) => [rule, countOf(findings, rule)] as const).filter(([, count]) => count > 0);
  const rows = counts.map(([rule, count]) => `${rule.padEnd(12)}${String(count).padStart(6)}\n`);
  return `${rows.join("")}${findings.length} findings in ${files} files\n`;
}

/** A table with a row for each top-level folder and a column for each rule. */
export function tabulate(findings: readonly Located[]): string {
  const byFolder = Map.groupBy(findings, ({ path }) => path.match(/^[^/]+(?=\/)/)?.[0] ?? ".");
  const rows = [...byFolder].toSorted(([a], [b]) => a.localeCompare(b));
  const line = (name: string, cells: readonly unknown[]): string =>
    `${name.padEnd(12)}${cells.map((cell) => String(cell).padStart(11)).join("")}\n`;
  const counts = (some: readonly Located[]): number[] => [...RULES.map((rule) => countOf(some, rule)), some.length];
  return [
    line("", [...RULES, "all"]),
    ...rows.map(([folder, some]) => line(folder, counts(some))),
    line("all", counts(findings)),
  ].join("");
}

function countOf(findings: readonly Located[], rule: Rule): number {
  return findings.filter((finding) => finding.rule === rule).length;
}
