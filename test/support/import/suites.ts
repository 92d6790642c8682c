import { readFileSync } from "node:fs";

const SUITES = new URL("../../suites/", import.meta.url);

/** Reads a file of JSON lines, relative to test/suites. */
export function readLines<T>(path: string): T[] {
  const lines = readFileSync(new URL(path, SUITES), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as T);
}

/** Reads a JSON file, relative to test/suites. */
export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, SUITES), "utf8"));
}
