/**
 * A project as one file with environments, segments and flags, in the form of examples/project.yaml. `burgee export`
 * writes such files, `burgee apply` reads them, and `npm run dev` seeds its database from one.
 */
import { isRecord } from "../../sdk/project/record.ts";
import { parseYaml } from "../../sdk/project/yaml.ts";
import type { Condition, FlagConfiguration, FlagDefinition, JsonValue, Lifetime } from "../../src/flags/document.ts";
import { ENVIRONMENT_PATTERN, ENVIRONMENT_RULE } from "../../src/flags/limits.ts";
import { UsageError } from "../exit.ts";
import { linesOf, stepsOf, withLine } from "./lines.ts";

export interface ProjectSegment {
  name: string;
  description?: string;
  condition: Condition;
}

/** A configuration, which may leave out empty lists. */
export type ProjectConfiguration = Omit<FlagConfiguration, "rules" | "prerequisites"> &
  Partial<Pick<FlagConfiguration, "rules" | "prerequisites">>;

export interface ProjectFlag extends FlagDefinition {
  description?: string;
  tags?: string[];
  owner?: string;
  fallback?: JsonValue;
  jsonSchema?: Record<string, JsonValue> | null;
  lifetime?: Lifetime;
  expiresAt?: string;
  /** Configurations, by environment. */
  environments: Record<string, ProjectConfiguration>;
}

export interface ProjectFile {
  environments: { key: string; name: string }[];
  /** Segments, by environment and key. */
  segments: Record<string, Record<string, ProjectSegment>>;
  flags: ProjectFlag[];
}

const PARTS = ["environments", "segments", "flags"];

/**
 * Parses a project file in JSON or YAML and checks its structure. file-contents.ts checks the flags and segments.
 *
 * @throws UsageError or InvalidFileError that contains `name` and the accepted values
 */
export function parseProject(text: string, name: string): ProjectFile {
  const file = parseYaml(text, name);
  const refuse = (place: string, accepted: string): never => {
    throw new UsageError(withLine(`${name}: ${place} ${accepted}`, linesOf(text)(stepsOf(place))));
  };
  if (!isRecord(file)) return refuse("the file", `must be an object with ${PARTS.join(", ")}`);
  const unknown = Object.keys(file).find((part) => !PARTS.includes(part));
  if (unknown !== undefined) refuse(`"${unknown}"`, `is not a part of a project (accepted: ${PARTS.join(", ")})`);
  const { environments, segments = {}, flags } = file;
  if (!Array.isArray(environments)) return refuse("environments", 'must be a list of objects with "key" and "name"');
  const named = environments.map((environment: unknown, i) => {
    const { key, name: label = key } = isRecord(environment) ? environment : {};
    if (typeof key !== "string" || !ENVIRONMENT_PATTERN.test(key))
      return refuse(`/environments/${i}/key`, `must be ${ENVIRONMENT_RULE}`);
    if (typeof label !== "string") return refuse(`/environments/${i}/name`, "must be text");
    return { key, name: label };
  });
  const known = new Set(named.map(({ key }) => key));
  if (known.size < named.length) refuse("environments", "must not contain a key twice");
  const requireKnown = (keys: object, place: string) => {
    const other = Object.keys(keys).find((key) => !known.has(key));
    if (other !== undefined) refuse(`${place}/${other}`, `is not listed in environments (${[...known].join(", ")})`);
  };
  if (!isRecord(segments)) return refuse("segments", "must be an object by environment");
  requireKnown(segments, "/segments");
  for (const [key, inside] of Object.entries(segments))
    if (!isRecord(inside) || !Object.values(inside).every(isRecord))
      refuse(`/segments/${key}`, "must be an object of segments by key");
  if (!Array.isArray(flags)) return refuse("flags", "must be a list");
  const seen = new Set<string>();
  flags.forEach((flag: unknown, i) => {
    if (!isRecord(flag) || typeof flag["key"] !== "string")
      return refuse(`/flags/${i}`, 'must be an object with "key"');
    if (seen.has(flag["key"])) refuse(`/flags/${i}/key`, `${flag["key"]} is used twice`);
    seen.add(flag["key"]);
    const { environments: configurations } = flag;
    if (!isRecord(configurations) || !Object.values(configurations).every(isRecord))
      return refuse(`/flags/${i}/environments`, "must be an object of configurations by environment");
    return requireKnown(configurations, `/flags/${i}/environments`);
  });
  return { environments: named, segments, flags } as unknown as ProjectFile;
}
