import type { Command } from "commander";
import type { DefinitionWithEnvironments } from "../../../sdk/client/contract.ts";
import { type Change, changeEach } from "../../change.ts";
import { acknowledgeUse } from "./acknowledge.ts";
import { oneLine } from "../../text/escape.ts";
import { withExamples } from "../../examples.ts";
import { openSession, type Session } from "../../session.ts";
import type { Terminal } from "../../terminal.ts";

export function addArchiving(flags: Command, terminal: Terminal): void {
  withExamples(
    flags
      .command("archive")
      .description("archive flags: they evaluate as not found everywhere, keep their keys, and can be restored")
      .argument("<keys...>")
      .option("--yes", "archive flags although code or an environment uses them")
      .action(async (keys: string[], { yes = false }: { yes?: boolean }, command: Command) => {
        const session = await openSession(command, terminal);
        await acknowledgeUse(session, keys, { verb: "archive", isSure: yes });
        await changeEach(
          session,
          keys.map((key) => moved(session, key, "archive")),
        );
      }),
    "burgee flags archive old-banner",
    "burgee flags archive old-banner older-banner --dry-run",
  );
  withExamples(
    flags
      .command("unarchive")
      .description("restore archived flags in every environment, as they were")
      .argument("<keys...>")
      .action(async (keys: string[], _options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        await changeEach(
          session,
          keys.map((key) => moved(session, key, "unarchive")),
        );
      }),
    "burgee flags unarchive old-banner",
  );
}

function moved(session: Session, key: string, verb: "archive" | "unarchive"): Change {
  const isArchiving = verb === "archive";
  return {
    subject: `flag ${key} ${isArchiving ? "archived" : "restored"}`,
    before: async () => (await session.client.call("getDefinition", { path: { key } })).body,
    after: (before) => before,
    write: (query) => session.client.call(isArchiving ? "archiveFlag" : "unarchiveFlag", { path: { key }, query }),
    preview: (before) => {
      const { environments, archivedAt } = before as DefinitionWithEnvironments;
      if ((archivedAt !== undefined) === isArchiving) return `flag ${key}: nothing would change`;
      const where = Object.keys(environments).map(oneLine).join(", ") || "no environment";
      return isArchiving
        ? `would archive flag ${key} (in ${where}; no other flag uses it)`
        : `would restore flag ${key} in ${where}`;
    },
  };
}
