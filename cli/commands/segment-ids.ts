/** The ids of a segment that stores only their hashes. Plain ids never leave this process. */
import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import type { Condition, Segment, SegmentInput, SegmentWritten } from "../../sdk/client/contract.ts";
import type { Condition as StoredCondition } from "../../src/flags/document.ts";
import {
  addIds,
  type ChangedHashes,
  countHashes,
  type HashedLeaf,
  hashedLeavesOf,
  idsInList,
  removeIds,
  ShortIdError,
  withLeaf,
} from "../../src/flags/hashes/hashed-leaf.ts";
import { type IdList, IdListError, listOf, parseIds } from "../../src/flags/hashes/id-list.ts";
import { DEFAULT_WIDTH } from "../../src/flags/hashes/packed-hashes.ts";
import { LIMITS } from "../../src/flags/limits.ts";
import { change, ifExists } from "../change.ts";
import { withExamples } from "../examples.ts";
import { EXIT, ExitError, RefusedError, UsageError } from "../exit.ts";
import { readText, wholeNumber } from "../input.ts";
import { openSession, type Session } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";

interface IdOptions {
  file?: string;
  header?: boolean;
  attribute?: string;
  salt?: string;
  width?: number;
  exitCode?: boolean;
}

/** The number of bytes of a new salt. */
const SALT_BYTES = 16;

export function addIdCommands(segments: Command, terminal: Terminal): void {
  const { min, max } = LIMITS.packedWidth;
  const add = withIdOptions(segments.command("add-ids"))
    .description("add ids or e-mail addresses to a segment, which stores only their hashes, or create the segment")
    .option("--salt <text>", "salt of a new list (default: 16 random bytes)")
    .option("--width <bytes>", `bytes of each hash in a new list (default: ${DEFAULT_WIDTH})`, wholeNumber(min, max))
    .action(async (key: string, ids: string[], options: IdOptions, command: Command) => {
      const session = await openSession(command, terminal);
      await changeIds(session, key, await idsOf(ids, options, terminal), options, "added");
    });
  withExamples(
    add,
    "burgee segments add-ids invited -e production --attribute email --file invited.csv --header",
    "burgee segments add-ids invited -e production ann@acme.com bob@acme.com",
  );

  const remove = withIdOptions(segments.command("remove-ids"))
    .description("remove ids or e-mail addresses from a segment that stores their hashes")
    .action(async (key: string, ids: string[], options: IdOptions, command: Command) => {
      const session = await openSession(command, terminal);
      await changeIds(session, key, await idsOf(ids, options, terminal), options, "removed");
    });
  withExamples(remove, "burgee segments remove-ids invited -e production ann@acme.com");

  const check = withIdOptions(segments.command("check-ids"))
    .description("say which ids or e-mail addresses are in a segment that stores their hashes")
    .option("--exit-code", "exit with 1 if one of them is not in the segment")
    .action(async (key: string, ids: string[], options: IdOptions, command: Command) => {
      const session = await openSession(command, terminal);
      await checkIds(session, key, (await idsOf(ids, options, terminal)).ids, options);
    });
  withExamples(check, "burgee segments check-ids invited -e production ann@acme.com --exit-code");
}

function withIdOptions(command: Command): Command {
  return command
    .argument("<key>")
    .argument("[ids...]")
    .option(
      "-f, --file <path>",
      "file with one id in each line, or CSV with ids in the first column; - is the standard input",
    )
    .option("--header", "skip the first line of the file")
    .option("--attribute <name>", "attribute that holds the ids, to create a list or to choose one of several");
}

/** @throws UsageError if there are no ids, or the file is not a list of them */
async function idsOf(args: readonly string[], { file, header }: IdOptions, terminal: Terminal): Promise<IdList> {
  const list = file === undefined ? listOf(args) : withArguments(await readIds(file, header === true, terminal), args);
  if (list.ids.length > 0) return list;
  throw new UsageError(file === undefined ? "no ids given; name them, or use --file" : `${file} contains no ids`);
}

async function readIds(file: string, hasHeader: boolean, terminal: Terminal): Promise<IdList> {
  const text = await readText(file, terminal);
  try {
    return parseIds(text, { hasHeader });
  } catch (error) {
    throw error instanceof IdListError ? new UsageError(`${file}: ${error.message}`) : error;
  }
}

function withArguments({ ids, repeated }: IdList, args: readonly string[]): IdList {
  const all = listOf([...ids, ...args]);
  return { ids: all.ids, repeated: repeated + all.repeated };
}

async function changeIds(
  session: Session,
  key: string,
  list: IdList,
  options: IdOptions,
  what: "added" | "removed",
): Promise<void> {
  const path = { env: session.environment(), key };
  const stored = await ifExists(async () => (await session.client.call("getSegment", { path })).body);
  if (stored === undefined && what === "removed")
    throw new RefusedError(`segment ${key} does not exist in ${path.env}`);
  const leaf = stored === undefined ? newLeaf(key, path.env, options) : leafOf(stored, options);
  const changed = refusingShortIds(() => (what === "added" ? addIds : removeIds)(leaf, list.ids, options.width));
  if (changed.hashes === 0)
    throw new RefusedError(`segment ${key} would be left without ids; delete it, or replace its condition`);
  const body = changedSegment(key, stored, leaf, changed.leaf);
  const counts = {
    [what]: changed.changed,
    unchanged: changed.unchanged,
    repeated: list.repeated,
    hashes: changed.hashes,
  };
  const text = countsText(changed, list, what);
  const cut = leaf.values === undefined ? "" : `; ${countHashes(leaf)} hashes in values are now packed`;
  await change(session, {
    subject: `segment ${key} in ${path.env}`,
    before: () => Promise.resolve(stored),
    after: (before) => ({ ...before, ...body }),
    write: async (query) => {
      const headers = stored === undefined ? { "If-None-Match": "*" } : { "If-Match": `"${stored.version}"` };
      const result = await session.client.call("putSegment", { path, query, body, headers });
      // A dry run has no body.
      const { segment: _, ...written }: Partial<SegmentWritten> = { ...result.body };
      return { ...result, body: { ...written, ...counts } };
    },
    preview: () => `segment ${key} in ${path.env} would change: ${text}${cut}`,
    remark: () => `${text}${cut}${formText(list.ids)}`,
  });
}

/** `3 ids added, 1 was there already, 2 lines repeated; 5003 hashes` */
function countsText(
  { changed, unchanged, hashes }: ChangedHashes,
  { repeated }: IdList,
  what: "added" | "removed",
): string {
  const rest = what === "added" ? "there already" : "not there";
  return [
    `${numbered(changed, "id")} ${what}`,
    ...(unchanged === 0 ? [] : [`${unchanged} ${rest}`]),
    ...(repeated === 0 ? [] : [`${repeated} repeated`]),
  ]
    .join(", ")
    .concat(`; ${numbered(hashes, "hash")} now`);
}

function numbered(count: number, noun: "id" | "hash"): string {
  return `${count} ${count === 1 ? noun : noun === "hash" ? "hashes" : "ids"}`;
}

/** Two Unicode forms of an id look the same and have different hashes. */
function formText(ids: readonly string[]): string {
  const count = ids.filter((id) => id !== id.normalize()).length;
  return count === 0
    ? ""
    : `\n  not in Unicode's form NFC: ${numbered(count, "id")}; the attribute must have the same form to match`;
}

/** Returns the leaf of a new segment. @throws RefusedError without its attribute */
function newLeaf(key: string, environment: string, { attribute, salt }: IdOptions): HashedLeaf {
  if (attribute === undefined) {
    const hint = "to create it, name the attribute that holds the ids, for example --attribute email";
    throw new RefusedError(`segment ${key} does not exist in ${environment}; ${hint}`);
  }
  return { attribute, operator: "in", read: { sha256: salt ?? randomBytes(SALT_BYTES).toString("hex") } };
}

/** Returns the only list of hashes of a segment, or the one of the given attribute. @throws RefusedError */
function leafOf({ key, condition }: Segment, { attribute, salt, width }: IdOptions): HashedLeaf {
  const all = hashedLeavesOf(condition as StoredCondition);
  const found = all.filter((leaf) => attribute === undefined || nameOf(leaf) === attribute);
  const [leaf] = found;
  if (leaf === undefined || found.length > 1) throw new RefusedError(choiceText(key, all, found, attribute));
  if (salt !== undefined && salt !== leaf.read.sha256)
    throw new RefusedError(`segment ${key} has another salt; leave out --salt, which is for a new list`);
  if (width !== undefined && leaf.packed !== undefined && width !== leaf.packed.width)
    throw new RefusedError(`segment ${key} stores ${leaf.packed.width} bytes of each hash; leave out --width`);
  return leaf;
}

function choiceText(
  key: string,
  all: readonly HashedLeaf[],
  found: readonly HashedLeaf[],
  attribute: string | undefined,
): string {
  if (all.length === 0)
    return `segment ${key} has no condition with read sha256; add the ids to a segment of their own, and refer to it as {"segment": …}`;
  const names = all.map(nameOf).join(", ");
  if (found.length === 0) return `segment ${key} has no hashes of ${attribute}; it has hashes of ${names}`;
  if (attribute !== undefined)
    return `segment ${key} has several lists of hashes of ${attribute}; change its condition`;
  return `segment ${key} has several lists of hashes; choose one with --attribute: ${names}`;
}

function nameOf({ attribute }: HashedLeaf): string {
  return [attribute].flat().join(".");
}

function changedSegment(key: string, stored: Segment | undefined, from: HashedLeaf, to: HashedLeaf): SegmentInput {
  if (stored === undefined) return { key, condition: to as Condition };
  const { name, description, condition } = stored;
  return { key, name, description, condition: withLeaf(condition as StoredCondition, from, to) as Condition };
}

async function checkIds(session: Session, key: string, ids: readonly string[], options: IdOptions): Promise<void> {
  const path = { env: session.environment(), key };
  const leaf = leafOf((await session.client.call("getSegment", { path })).body, options);
  const found = new Set(refusingShortIds(() => idsInList(leaf, ids)));
  const result = ids.map((id) => ({ id, found: found.has(id) }));
  session.show(result, (all) =>
    table(
      ["id", "in segment"],
      all.map((one) => [one.id, one.found ? "yes" : "no"]),
      session.width,
    ),
  );
  if (options.exitCode === true && found.size < ids.length) throw new ExitError(EXIT.refused);
}

function refusingShortIds<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof ShortIdError ? new RefusedError(error.message) : error;
  }
}
