/** Reads project files for seeding, tests and benchmarks. */
import { readFile } from "node:fs/promises";
import { parseProject, type ProjectFile } from "../../cli/project/file.ts";
import type { FlagDocument } from "../../src/flags/document.ts";
import { buildDocument, type FlagRow, rowsOf } from "../../src/flags/documents/build-document.ts";

export type { ProjectFile, ProjectFlag } from "../../cli/project/file.ts";

/**
 * Reads a project file. This checks only the structure of the file; writes check its contents.
 *
 * @throws UsageError
 */
export async function readProjectFile(path: string): Promise<ProjectFile> {
  return parseProject(await readFile(path, "utf8"), path);
}

/** Builds one environment's flag documents as the store does, without the checks of a write. */
export function projectDocuments(project: ProjectFile, environment: string, version: number): FlagDocument[] {
  const flags = project.flags.flatMap((flag): FlagRow[] => {
    const configuration = flag.environments[environment];
    if (configuration === undefined) return [];
    return [{ ...flag, rules: [], prerequisites: [], ...configuration, version }];
  });
  const segments = Object.entries(project.segments[environment] ?? {}).map(([key, { condition }]) => ({
    key,
    condition,
  }));
  const rows = rowsOf(flags, segments);
  return flags.map((flag) => buildDocument(flag, rows));
}
