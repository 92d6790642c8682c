/** Changes of many flags at once: in words, and as few writes as the API allows. */
import { allPages, ApiError, type Client } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { exactJson } from "../../../../src/flags/formats/exact-numbers.ts";
import { reasonOf } from "../notices.ts";
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
  /** Whether somebody else has changed the flag since it was read. */
  isChanged?: boolean;
}

/** More flags than these are read in pages. */
const MOST_SINGLE_READS = 20;
/** The size of one write (characters). The API takes a mebibyte. */
const MOST_CHARACTERS = 500_000;
/** The attempts at one write while others keep changing the environment. */
const ATTEMPTS = 5;

/** Reads the flags of an environment. Those that it does not have are left out. */
export async function readSelected(client: Client, environment: string, keys: ReadonlySet<string>): Promise<Selected> {
  const path = { env: environment };
  const { version } = (await client.call("getEnvironment", { path })).body;
  if (keys.size <= MOST_SINGLE_READS) {
    const found = await Promise.all([...keys].map((search) => listed(client, environment, { search })));
    return { environment, version, flags: found.flat().filter(({ key }, i, all) => isFirst(key, i, all, keys)) };
  }
  return { environment, version, flags: (await listed(client, environment, {})).filter(({ key }) => keys.has(key)) };
}

/** A search finds all flags whose key has the text. */
function isFirst(key: string, i: number, all: readonly Flag[], keys: ReadonlySet<string>): boolean {
  return keys.has(key) && all.findIndex((other) => other.key === key) === i;
}

async function listed(client: Client, environment: string, filter: { search?: string }): Promise<Flag[]> {
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

/**
 * Writes the planned changes. Returns those that are not made: the API refused them, or somebody else has changed the
 * flag since it was read. All others are made.
 */
export async function writePlan(
  changeClient: Client,
  selected: Selected,
  plan: readonly Planned[],
): Promise<Failure[]> {
  const failures: Failure[] = [];
  const attempt = async (key: string, write: () => Promise<unknown>): Promise<void> => {
    await write().catch((error: unknown) =>
      failures.push(isLate(error) ? changedFailure(key) : { keys: [key], reason: reasonOf(error) }),
    );
  };
  for (const { flag } of plan.filter(({ wanted }) => wanted === undefined)) {
    await attempt(flag.key, () => archive(changeClient, selected, flag.key));
  }
  for (const { flag } of plan.filter(({ isRestored }) => isRestored)) {
    await attempt(flag.key, () => changeClient.call("unarchiveFlag", { path: { key: flag.key } }));
  }
  let { version } = selected;
  for (const flags of partsOf(plan.flatMap(({ wanted, isRestored }) => (isRestored ? [] : (wanted ?? []))))) {
    version = await apply(changeClient, { ...selected, version }, flags, failures);
  }
  return failures;
}

/** Archives a flag that is still as it was read. @throws ApiError 412 if it is not */
async function archive(changeClient: Client, { environment, flags }: Selected, key: string): Promise<void> {
  const { body, headers } = await changeClient.call("getDefinition", { path: { key } });
  const read = flags.find((flag) => flag.key === key)?.version;
  if (body.environments[environment]?.version !== read) throw new ApiError(412, {});
  const tag = headers.get("etag") ?? undefined;
  await changeClient.call("archiveFlag", { path: { key }, headers: { "If-Match": tag } });
}

/**
 * Writes the flags if the environment is at the version at which they were read. If it is not, leaves those that have
 * changed since, and tries again with the others. Returns the environment's version.
 */
async function apply(
  changeClient: Client,
  selected: Selected,
  flags: readonly Flag[],
  failures: Failure[],
): Promise<number> {
  const { environment } = selected;
  const path = { env: environment };
  let { version } = selected;
  let rest = [...flags];
  for (let attempt = 1; rest.length > 0; attempt++) {
    try {
      const headers = { "If-Match": `"${version}"` };
      return (await changeClient.call("applyEnvironment", { path, headers, body: { flags: rest } })).body.version;
    } catch (error) {
      const keys = rest.map(({ key }) => key);
      const now = await readAgain(changeClient, environment, keys, error, attempt);
      if ("reason" in now) {
        failures.push({ keys, reason: now.reason });
        return version;
      }
      const changed = changedKeys(selected.flags, now.flags);
      failures.push(...keys.filter((key) => changed.has(key)).map(changedFailure));
      rest = rest.filter(({ key }) => !changed.has(key));
      ({ version } = now);
    }
  }
  return version;
}

/** Reads the flags of a refused write for another attempt, or returns why there is none. */
async function readAgain(
  client: Client,
  environment: string,
  keys: readonly string[],
  refusal: unknown,
  attempt: number,
): Promise<Selected | { reason: string }> {
  if (!isLate(refusal)) return { reason: reasonOf(refusal) };
  if (attempt === ATTEMPTS) return { reason: `others keep changing ${environment}` };
  return await readSelected(client, environment, new Set(keys)).catch((error: unknown) => ({
    reason: reasonOf(error),
  }));
}

function isLate(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412;
}

function changedFailure(key: string): Failure {
  const reason = "somebody else has changed it since the review, so it stays as it is. Review the change again.";
  return { keys: [key], reason, isChanged: true };
}

/** Returns the keys of flags that are not as they were read, or gone. */
function changedKeys(read: readonly Flag[], now: readonly Flag[]): Set<string> {
  const versions = new Map(now.map(({ key, version }) => [key, version]));
  return new Set(read.flatMap(({ key, version }) => (versions.get(key) === version ? [] : key)));
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
