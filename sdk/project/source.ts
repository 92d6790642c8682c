import { depthProblem, MAX_FILE_LEVELS } from "../../src/flags/formats/nesting.ts";
import { InvalidFileError } from "./errors.ts";
import { isRecord } from "./record.ts";

/**
 * Parses an export in JSON or YAML. With `isStream`, a file of several documents is a list of them.
 *
 * @throws InvalidFileError that contains `name`
 */
export async function parseSource(text: string, name: string, isStream = false): Promise<unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The console loads the parser only for a file that needs it.
    const { parseYaml, parseYamlDocuments } = await import("./yaml.ts");
    return isStream ? parseYamlDocuments(text, name) : parseYaml(text, name);
  }
  const problem = depthProblem(value, MAX_FILE_LEVELS);
  if (problem !== undefined) throw new InvalidFileError(`${name} ${problem}`);
  return value;
}

/**
 * Returns several files of one export as one: lists and objects of the same name are joined. With `isStream`, each file
 * stays a document, or a list of documents.
 */
export function mergeSources(sources: readonly unknown[], isStream = false): unknown {
  return isStream ? sources.flat() : sources.reduce(merge);
}

function merge(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other)) return [...one, ...other];
  if (!isRecord(one) || !isRecord(other)) return other;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      name in one && name in other ? merge(one[name], other[name]) : (one[name] ?? other[name]),
    ]),
  );
}
