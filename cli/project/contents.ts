import { allPages, type Client } from "../../sdk/client/client.ts";
import { type FlagInput, parseFlagInput, parseSegmentInput } from "../../src/flags/parse.ts";
import { type FieldError, InvalidInputError } from "../../src/ops/errors.ts";
import { ChangedMeanwhileError, UsageError } from "../exit.ts";
import type { ProjectFile } from "./file.ts";

/** A flag with every default filled in, so that two of them can be compared. */
export type WholeFlag = Required<FlagInput>;

export interface WholeSegment {
  key: string;
  name: string;
  description: string;
  condition: object;
}

/** Everything that one environment holds. */
export interface Contents {
  flags: Map<string, WholeFlag>;
  segments: Map<string, WholeSegment>;
}

/** What a file says of one environment, checked as the worker checks it. @throws UsageError with everything that is wrong */
export function contentsOfFile(project: ProjectFile, environment: string, name: string): Contents {
  const errors: FieldError[] = [];
  const collect = <T>(pointer: string, parse: () => T): T[] => {
    try {
      return [parse()];
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      errors.push(...error.errors.map((one) => ({ ...one, pointer: pointer + one.pointer })));
      return [];
    }
  };
  const flags = project.flags.flatMap(({ environments, ...definition }) => {
    const configuration = environments[environment];
    if (configuration === undefined) return [];
    return collect(`flag ${definition.key} in ${environment}, `, () => wholeFlag({ ...definition, ...configuration }));
  });
  const segments = Object.entries(project.segments[environment] ?? {}).flatMap(([key, segment]) =>
    collect(`segment ${key} in ${environment}, `, () => wholeSegment({ ...segment, key })),
  );
  if (errors.length > 0) {
    const lines = errors.map(({ pointer, detail }) => `\n  ${pointer.replace(/, $/, "")} ${detail}`);
    throw new UsageError(`${name} cannot be applied as it is:${lines.join("")}`);
  }
  return { flags: byKey(flags), segments: byKey(segments) };
}

/** One environment as the deployment holds it. */
export interface Deployed extends Contents {
  version: number;
  name: string;
}

const ATTEMPTS = 3;

/**
 * Everything that the deployment holds in one environment, all of it of the same version. It takes several requests: when
 * somebody writes in between they are made again. @throws ChangedMeanwhileError when that goes on
 */
export async function contentsOfDeployment(client: Client, environment: string): Promise<Deployed> {
  const path = { env: environment };
  let before = (await client.call("getEnvironment", { path })).answer;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const segments = await allPages((cursor) => client.call("listSegments", { path, query: { limit: "200", cursor } }));
    const flags = await allPages((cursor) => client.call("listFlags", { path, query: { limit: "200", cursor } }));
    const after = (await client.call("getEnvironment", { path })).answer;
    if (after.version === before.version) {
      return {
        version: after.version,
        name: after.name,
        flags: byKey(flags.map(storedFlag)),
        segments: byKey(
          segments.map(({ key, name, description, condition }) => ({ key, name, description, condition })),
        ),
      };
    }
    before = after;
  }
  throw new ChangedMeanwhileError(`${environment} is being changed by others all the time; try again`);
}

/** @throws InvalidInputError */
export function wholeFlag(input: unknown): WholeFlag {
  return withNotes(parseFlagInput(input));
}

/** @throws InvalidInputError */
export function wholeSegment(input: unknown): WholeSegment {
  const { key, name = key, description = "", condition } = parseSegmentInput(input);
  return { key, name, description, condition };
}

/** What was written past the API may be refused by it; it is compared and told all the same. */
function storedFlag(flag: object): WholeFlag {
  try {
    return wholeFlag(flag);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const { schemaVersion: _, version: __, updatedAt: ___, ...rest } = flag as FlagInput & Record<string, unknown>;
    return withNotes(rest);
  }
}

function withNotes(flag: FlagInput): WholeFlag {
  return { ...flag, description: flag.description ?? "", tags: flag.tags ?? [], owner: flag.owner ?? "" };
}

function byKey<T extends { key: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map((item) => [item.key, item]));
}
