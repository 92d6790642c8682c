import type { Paint, Terminal } from "./terminal.ts";

const CODES = { red: 31, green: 32, yellow: 33, cyan: 36, bold: 1 };

function colored(color: keyof typeof CODES, line: string): string {
  return line === "" ? "" : `\u001B[${CODES[color]}m${line}\u001B[0m`;
}

/** Whether to colour the output: on a terminal only, and not if NO_COLOR is set (no-color.org). */
export function hasColors({ isInteractive, env }: Terminal, isWanted: boolean): boolean {
  return isInteractive && isWanted && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

const BY_SIGN: Record<string, keyof typeof CODES> = { "-": "red", "+": "green", "~": "yellow", "@": "cyan" };

/** Colours the lines of changes by the sign with which they begin. */
export const paintChanges: Paint = (line) => {
  const [, sign] = /^\s*([-+~@])/.exec(line) ?? [];
  return sign === undefined ? line : colored(BY_SIGN[sign] ?? "bold", line);
};

/** Colours only the indented lines of differences, because the lines of the audit begin with numbers. */
export const paintDifferences: Paint = (line) => (line.startsWith("  ") ? paintChanges(line) : line);

/** Colours the head of the statistics, and the lines that report a problem. */
export const paintStatistics: Paint = (line) => {
  if (/^TIER\b/.test(line)) return colored("bold", line);
  return /\b(?:redis|store) open\b|^L2 Redis:/.test(line) ? colored("red", line) : line;
};
