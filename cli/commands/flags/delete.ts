import type { Command } from "commander";
import type { DefinitionWithEnvironments, Flag } from "../../../sdk/client/contract.ts";
import { type Change, changeEach } from "../../change.ts";
import { oneLine } from "../../text/escape.ts";
import { withExamples } from "../../examples.ts";
import { openSession, type Session } from "../../session.ts";
import type { Terminal } from "../../terminal.ts";
import { acknowledgeUse } from "./acknowledge.ts";
import { counted, readFlag } from "./flag-change.ts";

interface DeleteOptions {
  everywhere?: boolean;
  yes?: boolean;
}

export function addDelete(flags: Command, terminal: Terminal): void {
  withExamples(
    flags
      .command("delete")
      .alias("rm")
      .description("delete flags from the environment")
      .argument("<keys...>")
      .option("--everywhere", "delete the definitions and their configurations in every environment")
      .option("--yes", "delete flags although code or an environment uses them")
      .action(async (keys: string[], { everywhere = false, yes = false }: DeleteOptions, command: Command) => {
        const session = await openSession(command, terminal);
        const place = everywhere ? {} : { environment: session.environment() };
        await acknowledgeUse(session, keys, { verb: "delete", isSure: yes, ...place });
        await changeEach(
          session,
          keys.map((key) => (everywhere ? deletedEverywhere(session, key) : deletedHere(session, key))),
        );
      }),
    "burgee flags delete old-banner --environment staging",
    "burgee flags delete old-banner older-banner --everywhere --dry-run",
  );
}

function deletedHere(session: Session, key: string): Change {
  const path = { env: session.environment(), key };
  return {
    subject: `flag ${key} in ${path.env}`,
    before: () => readFlag(session, key),
    after: () => undefined,
    write: (query) => session.client.call("deleteFlag", { path, query }),
    preview: (before) => {
      const { type, enabled, rules = [], prerequisites = [] } = before as Flag;
      const parts = [
        oneLine(type),
        enabled ? "enabled" : "disabled",
        counted(rules.length, "rule"),
        ...(prerequisites.length === 0 ? [] : [counted(prerequisites.length, "prerequisite")]),
      ];
      return `would delete flag ${key} from ${path.env} (${parts.join(", ")}; no other flag uses it)`;
    },
  };
}

function deletedEverywhere(session: Session, key: string): Change {
  return {
    subject: `flag ${key} everywhere`,
    before: async () => (await session.client.call("getDefinition", { path: { key } })).body,
    after: () => undefined,
    write: (query) => session.client.call("deleteDefinition", { path: { key }, query }),
    preview: (before) => {
      const { type, environments } = before as DefinitionWithEnvironments;
      const where = Object.entries(environments).map(
        ([name, { rules = [] }]) => `${oneLine(name)} with ${counted(rules.length, "rule")}`,
      );
      return `would delete flag ${key} everywhere (${oneLine(type)}; in ${where.join(", ") || "no environment"}; no other flag uses it)`;
    },
  };
}
