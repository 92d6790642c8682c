import { isRecord } from "./record.ts";

/** Parses an export in JSON or YAML. @throws InvalidFileError that contains `name` */
export async function parseSource(text: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    // The console loads the parser only for a file that needs it.
    const { parseYaml } = await import("./yaml.ts");
    return parseYaml(text, name);
  }
}

/** Returns several files of one export as one: lists and objects of the same name are joined. */
export function mergeSources(sources: readonly unknown[]): unknown {
  return sources.reduce(merge);
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
