/** Changes of many flags at once: in words, and as few writes as the API allows. */
import { allPages } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { exactJson } from "../../../../src/flags/formats/exact-numbers.ts";
import { flagsChangedSince } from "../live/changes-since.ts";
import { reasonOf } from "../notices.ts";
import { client } from "../session.ts";
import type { Planned } from "./bulk-undo.ts";

export type BulkChange =
  | { kind: "switch"; enabled: boolean }
  | { kind: "tag" | "untag"; tag: string }
  | { kind: "owner"; owner: string }
  | { kind: "archive" };

/** The flags as they are now, and the version of the environment that has them. */
export interface Selected {
  environment: string;
  version: number;
  flags: readonly Flag[];
}

export interface Failure {
  keys: readonly string[];
  reason: string;
}

/** More flags than these are read in pages. */
const MOST_SINGLE_READS = 20;
/** The size of one write (characters). The API takes a mebibyte. */
const MOST_CHARACTERS = 500_000;

/** Reads the flags of an environment. Those that it does not have are left out. */
export async function readSelected(environment: string, keys: ReadonlySet<string>): Promise<Selected> {
  const path = { env: environment };
  const { version } = (await client.call("getEnvironment", { path })).body;
  if (keys.size <= MOST_SINGLE_READS) {
    const found = await Promise.all([...keys].map((search) => listed(environment, { search })));
    return { environment, version, flags: found.flat().filter(({ key }, i, all) => isFirst(key, i, all, keys)) };
  }
  return { environment, version, flags: (await listed(environment, {})).filter(({ key }) => keys.has(key)) };
}

/** A search finds all flags whose key has the text. */
function isFirst(key: string, i: number, all: readonly Flag[], keys: ReadonlySet<string>): boolean {
  return keys.has(key) && all.findIndex((other) => other.key === key) === i;
}

async function listed(environment: string, filter: { search?: string }): Promise<Flag[]> {
  return await allPages((cursor) =>
    client.call("listFlags", { path: { env: environment }, query: { ...filter, limit: "200", cursor } }),
  );
}

/** Returns the flags that the change concerns. One that is already as it should be is left out. */
export function planOf({ flags, environment }: Selected, change: BulkChange): Planned[] {
  // A list has the state of each flag, which is no part of what is written.
  return flags.flatMap(({ state: _state, ...flag }): Planned[] => {
    if (change.kind === "archive") return [{ flag, wanted: undefined, text: "archived in every environment" }];
    const wanted = { ...flag, ...patchOf(flag, change) };
    return exactJson(wanted) === exactJson(flag) ? [] : [{ flag, wanted, text: textOf(flag, change, environment) }];
  });
}

function patchOf({ tags = [] }: Flag, change: Exclude<BulkChange, { kind: "archive" }>): Partial<Flag> {
  if (change.kind === "switch") return { enabled: change.enabled };
  if (change.kind === "owner") return { owner: change.owner };
  const others = tags.filter((tag) => tag !== change.tag);
  if (change.kind === "untag") return { tags: others };
  return tags.includes(change.tag) ? {} : { tags: [...tags, change.tag] };
}

function textOf(flag: Flag, change: Exclude<BulkChange, { kind: "archive" }>, environment: string): string {
  if (change.kind === "switch") return `${change.enabled ? "off → on" : "on → off"} in ${environment}`;
  if (change.kind === "owner") return `owner ${flag.owner || "nobody"} → ${change.owner || "nobody"}`;
  return change.kind === "tag" ? `tag ${change.tag} added` : `tag ${change.tag} removed`;
}

/** Returns the keys of planned flags that somebody has changed since they were read. */
export async function changedMeanwhile(
  { environment, version }: Selected,
  plan: readonly Planned[],
): Promise<string[]> {
  const now = (await client.call("getEnvironment", { path: { env: environment } })).body.version;
  if (now === version) return [];
  const changes = await flagsChangedSince(environment, version);
  const changed = new Set((changes ?? plan.map(({ flag }) => flag)).map(({ key }) => key));
  return plan.map(({ flag }) => flag.key).filter((key) => changed.has(key));
}

/** Writes the planned changes. Returns those that were refused; all others are made. */
export async function writePlan(environment: string, plan: readonly Planned[]): Promise<Failure[]> {
  const failures: Failure[] = [];
  const attempt = async (keys: readonly string[], write: () => Promise<unknown>): Promise<void> => {
    await write().catch((error: unknown) => failures.push({ keys, reason: reasonOf(error) }));
  };
  for (const { flag } of plan.filter(({ wanted }) => wanted === undefined)) {
    await attempt([flag.key], () => client.call("archiveFlag", { path: { key: flag.key } }));
  }
  for (const { flag } of plan.filter(({ isRestored }) => isRestored)) {
    await attempt([flag.key], () => client.call("unarchiveFlag", { path: { key: flag.key } }));
  }
  for (const flags of partsOf(plan.flatMap(({ wanted, isRestored }) => (isRestored ? [] : (wanted ?? []))))) {
    const keys = flags.map(({ key }) => key);
    await attempt(keys, () => client.call("applyEnvironment", { path: { env: environment }, body: { flags } }));
  }
  return failures;
}

/** Divides flags into writes of a bounded size. One write is enough for hundreds of flags. */
function partsOf(flags: readonly Flag[]): Flag[][] {
  const parts: Flag[][] = [];
  let size = Infinity;
  for (const flag of flags) {
    const { length } = exactJson(flag);
    if (size + length > MOST_CHARACTERS) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(flag);
    size += length;
  }
  return parts;
}
