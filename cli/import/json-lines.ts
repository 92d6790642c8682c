import type { Fields } from "../../sdk/import/lowering/source.ts";
import { UsageError } from "../exit.ts";
import { readText } from "../input.ts";
import type { Terminal } from "../terminal.ts";

/** The objects of a file with one JSON object in each line: its first object is that of line 1. @throws UsageError */
export async function readJsonLines(file: string, terminal: Terminal): Promise<Fields[]> {
  const name = file === "-" ? "the standard input" : file;
  const lines = (await readText(file, terminal)).trimEnd().split(/\r?\n/);
  if (lines.length === 1 && lines[0]?.trim() === "") throw new UsageError(`${name} is empty`);
  return lines.map((line, i) => parseLine(line, `${name}:${i + 1}`));
}

function parseLine(line: string, place: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UsageError(`${place}: the line is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError(`${place}: the line must be a JSON object`);
  return value as Fields;
}
