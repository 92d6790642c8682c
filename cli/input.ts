import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { noteProblem } from "../src/flags/formats/change-note.ts";
import { parseYaml } from "../sdk/project/yaml.ts";
import { UsageError } from "./exit.ts";
import type { Terminal } from "./terminal.ts";

/** Reads a JSON or YAML file as an object. `-` is the standard input. @throws UsageError or InvalidFileError */
export async function readDocument(path: string, terminal: Terminal): Promise<Record<string, unknown>> {
  const name = path === "-" ? "the standard input" : path;
  const document = parseYaml(await readText(path, terminal), name);
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new UsageError(`${name} must contain one object`);
  }
  return document as Record<string, unknown>;
}

export async function readText(path: string, terminal: Terminal): Promise<string> {
  if (path === "-") return await terminal.readInput();
  const text = await readIfExists(resolve(terminal.cwd, path), path);
  if (text === undefined) throw new UsageError(`file ${path} does not exist`);
  return text;
}

/**
 * Returns the text of a file, or `undefined` if it does not exist.
 *
 * @param name the path in messages
 * @throws UsageError
 */
export async function readIfExists(path: string, name = path): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new UsageError(`${name} cannot be read: ${message}`);
  }
}

/** Returns a parser of whole numbers for options and arguments of commander. */
export function wholeNumber(from: number, to = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= from && number <= to) return number;
    const range = to === Number.MAX_SAFE_INTEGER ? `from ${from}` : `from ${from} to ${to}`;
    throw new InvalidArgumentError(`it must be a whole number ${range}`);
  };
}

/** Adds names to an option's list. They have no commas, so `a b`, `a,b` and `a, b` are all two names. */
export function names(text: string, known: string[] = []): string[] {
  const parts = text.split(",").map((part) => part.trim());
  // A comma at the end of a word has the next name in the next word.
  return [...known, ...(parts.length > 1 && parts.at(-1) === "" ? parts.slice(0, -1) : parts)];
}

/** Parses the reason for a change. @throws InvalidArgumentError */
export function noteText(text: string): string {
  const note = text.trim();
  const problem = note === "" ? "must not be empty" : noteProblem(note);
  if (problem !== undefined) throw new InvalidArgumentError(`it ${problem}`);
  return note;
}

export function withVersionOption(command: Command): Command {
  return command.option("--if-version <version>", "fail if the flag is not at this version", wholeNumber(1));
}

/** Returns the header that makes a write fail if the flag is at another version. */
export function versionHeaders({ ifVersion }: { ifVersion?: number | undefined }): Record<string, string> {
  return ifVersion === undefined ? {} : { "If-Match": `"${ifVersion}"` };
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Parses a duration such as `2h` as seconds. @throws InvalidArgumentError */
export function duration(text: string, { min, max }: { min: string; max: string }): number {
  const seconds = secondsOf(text);
  if (seconds >= secondsOf(min) && seconds <= secondsOf(max)) return seconds;
  throw new InvalidArgumentError(`it must be from ${min} to ${max}, such as 30m, 2h or 3d`);
}

function secondsOf(text: string): number {
  const [, count = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return Number(count) * (UNITS[unit] ?? Number.NaN);
}
