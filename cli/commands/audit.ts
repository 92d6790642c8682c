import { type Command, Option } from "commander";
import type { AuditPage } from "../../sdk/client/contract.ts";
import { differences } from "../../sdk/client/differences.ts";
import { change, differencesText } from "../change.ts";
import { withExamples } from "../examples.ts";
import { UsageError } from "../exit.ts";
import { wholeNumber } from "../input.ts";
import { openSession, type Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";

type Change = AuditPage["items"][number];

const ENTITIES = ["flag", "configuration", "segment", "key", "environment"];

interface ListOptions {
  entity?: string;
  key?: string;
  limit: number;
  project?: boolean;
}

/** `burgee audit …`: who changed what, and back to it. */
export function addAuditCommands(program: Command, terminal: Terminal): void {
  const audit = program.command("audit").description("who changed what, and when");

  withExamples(
    audit
      .command("list", { isDefault: true })
      .description("the newest changes, field by field")
      .addOption(new Option("--entity <entity>", "of this sort").choices(ENTITIES))
      .option("--key <key>", "of one flag, segment, …")
      .option("--limit <count>", "how many, at most 200", wholeNumber(1, 200), 20)
      .option("--project", "of the whole project, not of one environment: definitions of flags are there")
      .action(async ({ project, limit, ...options }: ListOptions, command: Command) => {
        const session = await openSession(command, terminal);
        const query = { ...options, limit: String(limit) };
        const { answer } =
          project === true
            ? await session.client.call("listProjectAudit", { query })
            : await session.client.call("listAudit", { path: { env: session.environment() }, query });
        session.show(answer.items, (items) => items.map((item) => changeText(item, project === true)).join("\n"));
      }),
    "burgee audit list -e production --key checkout-redesign",
    "burgee audit list --project --entity flag --limit 5 --json",
  );

  withExamples(
    audit
      .command("restore")
      .description("make something what it was before a change, as a new version")
      .argument("<id>", "of the change, as `audit list` prints it", wholeNumber(1))
      .option("--after", "what it was after the change instead")
      .action(async (id: number, options: { after?: boolean }, command: Command) => {
        const session = await openSession(command, terminal);
        const path = { env: session.environment(), id: String(id) };
        const image = options.after === true ? "after" : "before";
        let wanted: Record<string, unknown> | null = null;
        await change(session, {
          what: `what it was ${image} change ${id}`,
          before: async () => {
            const found = await findChange(session, id);
            wanted = found[image];
            if (wanted === null)
              throw new UsageError(`there was nothing ${image} change ${id}: nothing can be restored`);
            return await current(session, found, Object.keys(wanted));
          },
          after: () => wanted,
          write: () => session.client.call("restoreFromAudit", { path, body: { image } }),
        });
      }),
    "burgee audit restore 1042 -e production --dry-run",
    "burgee audit restore 1042 -e production --after",
  );
}

/** The newest are first, so that it is past once an older one comes. @throws UsageError when there is none */
async function findChange(session: Session, id: number): Promise<Change> {
  const path = { env: session.environment() };
  for (const page of [
    (cursor?: string) => session.client.call("listAudit", { path, query: { limit: "200", cursor } }),
    (cursor?: string) => session.client.call("listProjectAudit", { query: { limit: "200", cursor } }),
  ]) {
    let cursor: string | undefined;
    do {
      const { items, nextCursor } = (await page(cursor)).answer;
      const found = items.find((one) => one.id === id);
      if (found !== undefined && [path.env, null].includes(found.environment)) return found;
      cursor = (items.at(-1)?.id ?? 0) < id ? undefined : (nextCursor ?? undefined);
    } while (cursor !== undefined);
  }
  throw new UsageError(`there is no change ${id} in ${path.env}`);
}

/** What is there now, of the fields that the change knows. */
async function current(session: Session, { entity, key }: Change, names: string[]): Promise<object> {
  const path = { env: session.environment(), key };
  const now: object =
    entity === "flag"
      ? (await session.client.call("getDefinition", { path: { key } })).answer
      : entity === "segment"
        ? (await session.client.call("getSegment", { path })).answer
        : (await session.client.call("getFlag", { path })).answer;
  // A row of the audit also says whose it is.
  const row = { environment: path.env, flagKey: key, ...now };
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)));
}

/** `isOfProject`: changes of several environments stand side by side. */
function changeText(change: Change, isOfProject: boolean): string {
  const { id, at, actor, environment, entity, key, action, version, before, after } = change;
  const where = isOfProject && environment !== null ? ` in ${environment}` : "";
  const head = `${id}  ${at.slice(0, 19)}Z  ${actor}  ${action} ${entity} ${key}${where}${version === null ? "" : `  version ${version}`}`;
  const found = before === null || after === null ? [] : differences(before, after);
  return found.length === 0 ? head : `${head}\n${differencesText(found)}`;
}
