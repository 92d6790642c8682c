/** Reads a project from YAML: the form of examples/project.yaml, for seeding and for tests. */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import {
  type Condition,
  type FlagConfiguration,
  type FlagDefinition,
  type FlagDocument,
  SCHEMA_VERSION,
} from "../src/flags/document.ts";

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

/** One environment's flag documents, built without a database: each carries all segments and the flags it may need. */
export function projectDocuments(project: ProjectFile, environment: string, version: number): FlagDocument[] {
  const segments = Object.fromEntries(
    Object.entries(project.segments[environment] ?? {}).map(([key, segment]) => [key, segment.condition]),
  );
  const configured = project.flags.flatMap((flag) => {
    const configuration = flag.environments[environment];
    return configuration === undefined
      ? []
      : [{ flag, configuration: { rules: [], prerequisites: [], ...configuration } }];
  });
  const dependencies = Object.fromEntries(
    configured.map(({ flag, configuration }) => [flag.key, { ...configuration, variants: Object.keys(flag.variants) }]),
  );
  return configured.map(({ flag: { key, kind, type, variants, clientVisible, metadata }, configuration }) => ({
    schemaVersion: SCHEMA_VERSION,
    version,
    ...{ key, kind, type, variants, clientVisible, metadata },
    ...configuration,
    segments,
    dependencies,
  }));
}
