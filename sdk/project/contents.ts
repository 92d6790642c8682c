import { allPages, type Client } from "../client/client.ts";
import type { FlagInput } from "../../src/flags/document.ts";
import { parseFlagInput, parseSegmentInput, withoutServerFields } from "../../src/flags/parse.ts";
import { InvalidInputError } from "../../src/ops/errors.ts";
import { ChangedMeanwhileError } from "./errors.ts";

/** A flag with all defaults filled in, so that flags can be compared. */
export type WholeFlag = Required<FlagInput>;

export interface WholeSegment {
  key: string;
  name: string;
  description: string;
  condition: object;
}

/** The flags and segments of one environment, by key. */
export interface Contents {
  flags: Map<string, WholeFlag>;
  segments: Map<string, WholeSegment>;
}

/** Returns imported flags and segments as the contents of an environment. @throws InvalidInputError */
export function contentsOf(imported: { flags: readonly FlagInput[]; segments: readonly { key: string }[] }): Contents {
  return { flags: byKey(imported.flags.map(wholeFlag)), segments: byKey(imported.segments.map(wholeSegment)) };
}

/** The contents of one environment in the deployment. */
export interface Deployed extends Contents {
  version: number;
  name: string;
}

const ATTEMPTS = 3;

/**
 * Reads one environment of the deployment at a single version. This takes several requests. If someone writes in
 * between, it reads everything again.
 *
 * @throws ChangedMeanwhileError if the environment changes during every attempt
 */
export async function contentsOfDeployment(client: Client, environment: string): Promise<Deployed> {
  const path = { env: environment };
  let before = (await client.call("getEnvironment", { path })).body;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { flags, segments } = await listDocuments(client, environment);
    const after = (await client.call("getEnvironment", { path })).body;
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
  throw new ChangedMeanwhileError(`${environment} kept changing while it was read; try again later`);
}

/** Reads all flags and segments of an environment, page by page, so perhaps of several versions. */
export async function listDocuments(client: Client, environment: string) {
  const path = { env: environment };
  const segments = await allPages((cursor) => client.call("listSegments", { path, query: { limit: "200", cursor } }));
  const flags = await allPages((cursor) => client.call("listFlags", { path, query: { limit: "200", cursor } }));
  return { flags, segments };
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

/** Accepts flags that were written in SQL and that the API would refuse, so that they can be compared and shown. */
export function storedFlag(flag: object): WholeFlag {
  try {
    return wholeFlag(flag);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return withNotes(withoutServerFields(flag as FlagInput));
  }
}

function withNotes(flag: FlagInput): WholeFlag {
  return {
    ...flag,
    description: flag.description ?? "",
    tags: flag.tags ?? [],
    owner: flag.owner ?? "",
    fallback: flag.fallback ?? null,
    jsonSchema: flag.jsonSchema ?? null,
    lifetime: flag.lifetime ?? null,
    expiresAt: flag.expiresAt ?? null,
  };
}

/** Returns items by their keys, in the order of the keys. */
export function byKey<T extends { key: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map((item) => [item.key, item]));
}
