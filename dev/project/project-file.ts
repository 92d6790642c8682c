/** Reads a project from YAML, for seeding, tests and measurements. */
import { readFile } from "node:fs/promises";
import { parseProject, type ProjectFile } from "../../cli/project/file.ts";
import type { FlagDocument } from "../../src/flags/document.ts";
import { type Reference, referencesOf, referencesOfCondition } from "../../src/flags/references.ts";
import { buildDocument, type FlagRow, indexRows, type ReferenceRow } from "../../src/store/readings/build-document.ts";

export type { ProjectFile, ProjectFlag } from "../../cli/project/file.ts";

/** The file's parts are checked where they are written; here only that they are there. @throws UsageError */
export async function readProjectFile(path: string): Promise<ProjectFile> {
  return parseProject(await readFile(path, "utf8"), path);
}

/** One environment's flag documents, as the store builds them from its rows. Without the checks that a write makes. */
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
  const rows = indexRows(flags, segments, [
    ...flags.map((flag): ReferenceRow => [`flag:${flag.key}`, nodesOf(referencesOf(flag))]),
    ...segments.map(({ key, condition }): ReferenceRow => [
      `segment:${key}`,
      nodesOf(referencesOfCondition(condition)),
    ]),
  ]);
  return flags.map((flag) => buildDocument(flag, rows));
}

function nodesOf(references: Reference[]): string[] {
  return references.map(({ kind, name }) => `${kind}:${name}`);
}
