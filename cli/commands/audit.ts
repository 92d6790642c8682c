import { type Command, Option } from "commander";
import type { Result } from "../../sdk/client/client.ts";
import type { AuditChange, AuditWritePage } from "../../sdk/client/contract.ts";
import { change, differencesText, ifExists } from "../change.ts";
import { paintDifferences } from "../colors.ts";
import { withExamples } from "../examples.ts";
import { oneLine } from "../text/escape.ts";
import { UsageError } from "../exit.ts";
import { wholeNumber } from "../input.ts";
import { openSession, type Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";

type Change = AuditChange;
type Group = AuditWritePage["items"][number];

const ENTITIES = ["flag", "configuration", "segment", "key", "environment", "webhook"];

interface ListOptions {
  entity?: string;
  key?: string;
  actor?: string;
  text?: string;
  since?: string;
  until?: string;
  write?: number;
  limit: number;
  project?: boolean;
  changes?: boolean;
  writes?: boolean;
}

/** `burgee audit …` lists past changes and restores earlier states. */
export function addAuditCommands(program: Command, terminal: Terminal): void {
  const audit = program.command("audit").description("list past changes and restore earlier states");

  withExamples(
    audit
      .command("list", { isDefault: true })
      .alias("ls")
      .description("list the newest changes in words; a write with many changes is one line")
      .addOption(new Option("--entity <entity>", "only changes of this kind of entity").choices(ENTITIES))
      .option("--key <key>", "only changes of the flag, segment, … with this key")
      .option("--actor <actor>", "only changes by this writer: the name or id of an admin token, or a role of Postgres")
      .option("--text <text>", "only changes with this text in the key, the note or the writer's name")
      .option("--since <instant>", "only changes from this instant on, such as 2026-11-28T09:00:00Z")
      .option("--until <instant>", "only changes before this instant")
      .option("--write <number>", "each change of this write", wholeNumber(1))
      .option("--changes", "list each change (the default with --json)")
      .option("--writes", "list one entry for each write (the default without --json)")
      .option("--limit <count>", "number of writes or changes, at most 200", wholeNumber(1, 200), 20)
      .option("--project", "changes of the whole project, including those of admin tokens and webhooks")
      .action(async ({ project = false, changes, writes, ...options }: ListOptions, command: Command) => {
        const session = await openSession(command, terminal);
        // Scripts have always got changes.
        const isByWrite = changes !== true && options.write === undefined && (writes ?? !session.isJson);
        if (!isByWrite) await listChanges(session, project, options);
        else await listWrites(session, project, options);
      }),
    "burgee audit list -e production --key checkout-redesign",
    "burgee audit list --project --since 2026-11-28T09:00Z --until 2026-11-28T10:00Z",
    "burgee audit list -e production --text PAY-1423",
    "burgee audit list --project --entity flag --limit 5 --json",
  );

  withExamples(
    audit
      .command("restore")
      .description("restore the state before a change, as a new version")
      .argument("<id>", "id of the change, as printed by `audit list`", wholeNumber(1))
      .option("--after", "restore the state after the change instead")
      .action(async (id: number, options: { after?: boolean }, command: Command) => {
        const session = await openSession(command, terminal);
        const path = { env: session.environment(), id: String(id) };
        const image = options.after === true ? "after" : "before";
        let wanted: Record<string, unknown> | null = null;
        await change(session, {
          subject: `restoring the state ${image} change ${id}`,
          before: async () => {
            const found = await findChange(session, id);
            wanted = found[image];
            if (wanted === null)
              throw new UsageError(`there is no state ${image} change ${id}, so it cannot be restored`);
            const names = Object.keys(wanted);
            // A deleted flag or segment is created again.
            return await ifExists(() => current(session, found, names));
          },
          after: () => wanted,
          write: (query) => session.client.call("restoreFromAudit", { path, query, body: { image } }),
        });
      }),
    "burgee audit restore 1042 -e production --dry-run",
    "burgee audit restore 1042 -e production --after",
  );
}

async function listChanges(session: Session, isOfProject: boolean, { limit, write, ...filter }: ListOptions) {
  const items = await firstItems(limit, (count, cursor) => {
    const query = { ...filter, write: write?.toString(), limit: String(count), cursor };
    return isOfProject
      ? session.client.call("listProjectAudit", { query })
      : session.client.call("listAudit", { path: { env: session.environment() }, query });
  });
  session.show(items, (all) => all.map((item) => changeText(item, isOfProject)).join("\n"), paintDifferences);
}

async function listWrites(session: Session, isOfProject: boolean, { limit, ...filters }: ListOptions) {
  const filter = { ...filters, write: undefined };
  const items = await firstItems(limit, (count, cursor) => {
    const query = { ...filter, limit: String(count), cursor };
    return isOfProject
      ? session.client.call("listProjectWrites", { query })
      : session.client.call("listWrites", { path: { env: session.environment() }, query });
  });
  session.show(items, (all) => all.map((item) => groupText(item, isOfProject)).join("\n"), paintDifferences);
}

/** Reads pages until there are enough items: a page of a search can be short although there are more. */
async function firstItems<T>(
  limit: number,
  page: (count: number, cursor: string | undefined) => Promise<Result<{ items: T[]; nextCursor: string | null }>>,
): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await page(limit - found.length, cursor);
    found.push(...body.items);
    cursor = body.nextCursor ?? undefined;
  } while (cursor !== undefined && found.length < limit);
  return found;
}

/** Finds a change. Changes are sorted from new to old, so an older one ends the search. @throws UsageError */
async function findChange(session: Session, id: number): Promise<Change> {
  const path = { env: session.environment() };
  for (const page of [
    (cursor?: string) => session.client.call("listAudit", { path, query: { limit: "200", cursor } }),
    (cursor?: string) => session.client.call("listProjectAudit", { query: { limit: "200", cursor } }),
  ]) {
    let cursor: string | undefined;
    do {
      const { items, nextCursor } = (await page(cursor)).body;
      const found = items.find((one) => one.id === id);
      if (found !== undefined && [path.env, null].includes(found.environment)) return found;
      cursor = (items.at(-1)?.id ?? 0) < id ? undefined : (nextCursor ?? undefined);
    } while (cursor !== undefined);
  }
  throw new UsageError(`change ${id} does not exist in ${path.env}`);
}

/** Returns the current values of the fields that the change contains. */
async function current(session: Session, { entity, key }: Change, names: string[]): Promise<object> {
  const path = { env: session.environment(), key };
  const now: object =
    entity === "flag"
      ? (await session.client.call("getDefinition", { path: { key } })).body
      : entity === "segment"
        ? (await session.client.call("getSegment", { path })).body
        : (await session.client.call("getFlag", { path })).body;
  // An audit entry also contains the environment and the key.
  const row = { environment: path.env, flagKey: key, ...now };
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)));
}

/** @param isOfProject whether to name the environment, because the list has changes of several */
function changeText(change: Change, isOfProject: boolean): string {
  const { id, key, entity, environment, action, before, after } = change;
  const where = isOfProject && environment !== null ? ` in ${environment}` : "";
  const head = `${id}  ${writerText(change)}  ${action} ${entity} ${key}${where}${versionText(change)}${noteText(change)}`;
  const found = before === null || after === null ? "" : differencesText(before, after);
  return found === "" ? oneLine(head) : `${oneLine(head)}\n${found}`;
}

/** Writes the changes of a small write in full, and counts those of a large one. */
function groupText(group: Group, isOfProject: boolean): string {
  const { write, count, hasMore, kinds, changes, environments } = group;
  if (count <= changes.length) return changes.map((one) => changeText(one, isOfProject)).join("\n");
  const what = Object.entries(kinds).map(([kind, number]) => `${number.toLocaleString("en")} ${kind}`);
  const where = isOfProject && environments.length > 0 ? ` in ${environments.join(", ")}` : "";
  const total = `${hasMore ? "at least " : ""}${count.toLocaleString("en")} changes`;
  const more = `; --write ${write} lists them`;
  return oneLine(
    `${changes[0]?.id ?? write}  ${writerText(group)}  ${total}${where} (${what.join(", ")})${versionText(group)}${noteText(group)}${more}`,
  );
}

function writerText({ at, actorName }: Pick<Change, "at" | "actorName">): string {
  return `${at.slice(0, 19)}Z  ${actorName}`;
}

function versionText({ versions }: Pick<Change, "versions">): string {
  const made = Object.entries(versions);
  const [only] = made;
  if (only === undefined) return "";
  if (made.length === 1) return `  version ${only[1]}`;
  return `  versions ${made.map(([environment, version]) => `${environment} ${version}`).join(", ")}`;
}

function noteText({ note }: Pick<Change, "note">): string {
  return note === null ? "" : `  “${note}”`;
}
