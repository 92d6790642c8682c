import Table from "cli-table3";
import { oneLine } from "./text/escape.ts";

const PLAIN = {
  chars: {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: "",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  },
  style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
};

/**
 * Formats columns without borders, which are easy to read and to process with cut and awk. If they do not fit into
 * `width` columns, each row becomes a block of lines. Without a width, as for a file, they always stay a table.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[], width = Infinity): string {
  if (rows.length === 0) return "";
  const cells = rows.map((row) => row.map(oneLine));
  const lines = new Table({ ...PLAIN, head: head.map((name) => name.toUpperCase()) });
  lines.push(...cells);
  const text = lines
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
  if (text.every((line) => line.length <= width)) return text.join("\n");
  return cells.map((row) => blockOf(head, row)).join("\n\n");
}

/** Formats a row as lines such as `enabled  yes`. Leaves out empty cells. */
function blockOf(head: readonly string[], row: readonly string[]): string {
  const nameWidth = Math.max(...head.map(({ length }) => length));
  return row.flatMap((cell, i) => (cell === "" ? [] : [`${(head[i] ?? "").padEnd(nameWidth)}  ${cell}`])).join("\n");
}
