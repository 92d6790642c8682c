import { type Difference, differences } from "../client/differences.ts";
import { DEFINITION_FIELDS } from "./definition-fields.ts";
import type { Contents, WholeFlag } from "./contents.ts";

/** A flag or segment that differs from its wanted state. */
export interface PlannedChange {
  kind: "flag" | "segment";
  key: string;
  action: "create" | "update" | "delete";
  differences: Difference[];
}

/** The wanted contents of one environment. */
export interface Target {
  environment: string;
  /** The name for people, if the environment is created. */
  name?: string;
  contents: Contents;
  /** Whether the contents are only some flags, so that missing ones are not worth a message. */
  isPart?: boolean;
}

/** The changes that one environment needs to match the file. */
export interface EnvironmentPlan extends Target {
  now: Contents;
  /** The environment's version when it was read, or `undefined` if it does not exist yet. */
  version: number | undefined;
  changes: PlannedChange[];
  /** Flags and segments that only the deployment has, and keeps. */
  kept: string[];
}

export interface PlanOptions {
  /** Whether to delete flags and segments that are not in the file. */
  isWhole: boolean;
  /** Tells a person which environment is being read or written. */
  progress?: ((text: string) => void) | undefined;
}

/** Returns the changes from `now` to `wanted`, segments first. With `isWhole`, everything else is deleted. */
export function plan(now: Contents, wanted: Contents, isWhole: boolean): PlannedChange[] {
  return [
    ...changesOf("segment", now.segments, wanted.segments, isWhole),
    ...changesOf("flag", now.flags, wanted.flags, isWhole),
  ];
}

/** Returns the flags and segments that only the deployment has. */
export function unnamed(now: Contents, wanted: Contents): string[] {
  return [
    ...[...now.segments.keys()].filter((key) => !wanted.segments.has(key)).map((key) => `segment ${key}`),
    ...[...now.flags.keys()].filter((key) => !wanted.flags.has(key)).map((key) => `flag ${key}`),
  ];
}

function changesOf(
  kind: PlannedChange["kind"],
  now: ReadonlyMap<string, object>,
  wanted: ReadonlyMap<string, object>,
  isWhole: boolean,
): PlannedChange[] {
  const written = [...wanted].flatMap(([key, after]): PlannedChange[] => {
    const before = now.get(key);
    const found = differences(before, after);
    return found.length === 0 ? [] : [{ kind, key, action: before ? "update" : "create", differences: found }];
  });
  const deleted = [...now].flatMap(([key, before]): PlannedChange[] =>
    wanted.has(key) || !isWhole ? [] : [{ kind, key, action: "delete", differences: differences(before, undefined) }],
  );
  return [...written, ...deleted];
}

/** Returns the flag with another definition, because all environments share a flag's definition. */
export function withDefinition(flag: WholeFlag, definition: WholeFlag): WholeFlag {
  return { ...flag, ...Object.fromEntries(DEFINITION_FIELDS.map((name) => [name, definition[name]])) };
}
