import type { Command } from "commander";
import type { AuditPage } from "../../api-client/contract.ts";
import { differences } from "../../api-client/differences.ts";
import { change, differencesText } from "../change.ts";
import { openSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";

type Change = AuditPage["items"][number];

/** `burgee audit …`: who changed what, and back to it. */
export function addAuditCommands(program: Command, terminal: Terminal): void {
  const audit = program.command("audit").description("who changed what, and when");

  audit
    .command("list", { isDefault: true })
    .description("the newest changes, field by field")
    .option("--entity <entity>", "flag, configuration, segment, key or environment")
    .option("--key <key>", "of one flag, segment, …")
    .option("--limit <count>", "how many", "20")
    .action(async (query: { entity?: string; key?: string; limit: string }, command: Command) => {
      const session = await openSession(command, terminal);
      const { answer } = await session.client.call("listAudit", { path: { env: session.environment() }, query });
      session.show(answer.items, (items) => items.map(changeText).join("\n"));
    });

  audit
    .command("restore")
    .description("make something what it was before a change, as a new version")
    .argument("<id>", "of the change, as `audit list` prints it")
    .option("--after", "what it was after the change instead")
    .action(async (id: string, options: { after?: boolean }, command: Command) => {
      const session = await openSession(command, terminal);
      const path = { env: session.environment(), id };
      await change(session, {
        what: `change ${id}`,
        before: async () => ({}),
        after: () => ({ restored: options.after === true ? "as after the change" : "as before the change" }),
        write: () =>
          session.client.call("restoreFromAudit", {
            path,
            body: { image: options.after === true ? "after" : "before" },
          }),
      });
    });
}

function changeText({ id, at, actor, entity, key, action, version, before, after }: Change): string {
  const head = `${id}  ${at.slice(0, 19)}Z  ${actor}  ${action} ${entity} ${key}${version === null ? "" : `  version ${version}`}`;
  const found = before === null || after === null ? [] : differences(before, after);
  return found.length === 0 ? head : `${head}\n${differencesText(found)}`;
}
