import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parse } from "yaml";
import { UsageError } from "./exit.ts";
import type { Terminal } from "./terminal.ts";

/** A JSON or YAML file as an object; `-` is the standard input. @throws UsageError */
export async function readDocument(path: string, terminal: Terminal): Promise<Record<string, unknown>> {
  const name = path === "-" ? "the standard input" : path;
  const document = parseDocument(await readText(path, terminal), name);
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new UsageError(`${name} must hold one object`);
  }
  return document as Record<string, unknown>;
}

export async function readText(path: string, terminal: Terminal): Promise<string> {
  if (path === "-") return await terminal.readInput();
  try {
    return await readFile(resolve(terminal.cwd, path), "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(code === "ENOENT" ? `there is no file ${path}` : `${path} cannot be read: ${message}`);
  }
}

function parseDocument(text: string, name: string): unknown {
  try {
    // JSON is YAML.
    return parse(text);
  } catch (error) {
    throw new UsageError(`${name} is neither JSON nor YAML: ${(error as Error).message}`);
  }
}
