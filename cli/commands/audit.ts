import { type Command, Option } from "commander";
import type { AuditPage } from "../../sdk/client/contract.ts";
import { differences } from "../../sdk/client/differences.ts";
import { change, differencesText, ifExists } from "../change.ts";
import { paintDifferences } from "../colors.ts";
import { withExamples } from "../examples.ts";
import { oneLine } from "../escape.ts";
import { UsageError } from "../exit.ts";
import { wholeNumber } from "../input.ts";
import { openSession, type Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";

type Change = AuditPage["items"][number];

const ENTITIES = ["flag", "configuration", "segment", "key", "environment"];

interface ListOptions {
  entity?: string;
  key?: string;
  actor?: string;
  since?: string;
  until?: string;
  limit: number;
  project?: boolean;
}

/** `burgee audit …` lists past changes and restores earlier states. */
export function addAuditCommands(program: Command, terminal: Terminal): void {
  const audit = program.command("audit").description("list past changes and restore earlier states");

  withExamples(
    audit
      .command("list", { isDefault: true })
      .alias("ls")
      .description("list the newest changes, field by field")
      .addOption(new Option("--entity <entity>", "only changes of this kind of entity").choices(ENTITIES))
      .option("--key <key>", "only changes of the flag, segment, … with this key")
      .option("--actor <actor>", "only changes by this writer, such as key:<id> or sql:<role>")
      .option("--since <instant>", "only changes from this instant on, such as 2026-11-28T09:00:00Z")
      .option("--until <instant>", "only changes before this instant")
      .option("--limit <count>", "number of changes, at most 200", wholeNumber(1, 200), 20)
      .option("--project", "changes of the whole project, including definitions of flags")
      .action(async ({ project, limit, ...options }: ListOptions, command: Command) => {
        const session = await openSession(command, terminal);
        const query = { ...options, limit: String(limit) };
        const { body } =
          project === true
            ? await session.client.call("listProjectAudit", { query })
            : await session.client.call("listAudit", { path: { env: session.environment() }, query });
        session.show(
          body.items,
          (items) => items.map((item) => changeText(item, project === true)).join("\n"),
          paintDifferences,
        );
      }),
    "burgee audit list -e production --key checkout-redesign",
    "burgee audit list --project --since 2026-11-28T09:00Z --until 2026-11-28T10:00Z",
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
  const { id, at, actor, environment, entity, key, action, version, before, after } = change;
  const where = isOfProject && environment !== null ? ` in ${environment}` : "";
  const head = `${id}  ${at.slice(0, 19)}Z  ${actor}  ${action} ${entity} ${key}${where}${version === null ? "" : `  version ${version}`}`;
  const found = before === null || after === null ? [] : differences(before, after);
  return found.length === 0 ? oneLine(head) : `${oneLine(head)}\n${differencesText(found)}`;
}
