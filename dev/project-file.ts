/** Reads a project from YAML: the form of examples/project.yaml, for seeding and for tests. */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import type { Condition, FlagConfiguration, FlagDefinition, FlagDocument } from "../src/flags/document.ts";
import { type Reference, referencesOf, referencesOfCondition } from "../src/flags/references.ts";
import { buildDocument, type FlagRow, indexRows, type ReferenceRow } from "../src/store/build-document.ts";

export interface ProjectSegment {
  name: string;
  description?: string;
  condition: Condition;
}

/** A configuration may leave out the lists that are empty. */
export type ProjectConfiguration = Omit<FlagConfiguration, "rules" | "prerequisites"> &
  Partial<Pick<FlagConfiguration, "rules" | "prerequisites">>;

export interface ProjectFlag extends FlagDefinition {
  description?: string;
  tags?: string[];
  owner?: string;
  /** By environment key. */
  environments: Record<string, ProjectConfiguration>;
}

export interface ProjectFile {
  environments: { key: string; name: string }[];
  /** By environment key, then segment key. */
  segments: Record<string, Record<string, ProjectSegment>>;
  flags: ProjectFlag[];
}

/** The file's parts are checked where they are written; here only that they are there. @throws TypeError */
export async function readProjectFile(path: string): Promise<ProjectFile> {
  const file: unknown = parse(await readFile(path, "utf8"));
  if (typeof file !== "object" || file === null) throw new TypeError(`${path} holds no project`);
  const { environments, segments, flags } = file as Partial<ProjectFile>;
  if (!Array.isArray(environments) || !Array.isArray(flags)) {
    throw new TypeError(`${path} needs the lists "environments" and "flags"`);
  }
  return { environments, segments: segments ?? {}, flags };
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
