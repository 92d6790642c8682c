import { exactJson } from "../../../src/flags/formats/exact-numbers.ts";
import { type Command, Option } from "commander";
import { allPages } from "../../../sdk/client/client.ts";
import { serveText } from "../../../sdk/client/serve-text.ts";
import { FLAG_KINDS } from "../../../src/flags/document.ts";
import { withExamples } from "../../examples.ts";
import { openSession, type Session } from "../../session.ts";
import { table } from "../../table.ts";
import type { Terminal } from "../../terminal.ts";
import { readFlag } from "./flag-change.ts";

type ListOptions = { search?: string; tag?: string; kind?: string; archived?: boolean };

export function addReading(flags: Command, terminal: Terminal): void {
  withExamples(
    flags
      .command("list")
      .alias("ls")
      .description("list all flags, or those that match")
      .option("--search <text>", "only flags with this text in the key or description")
      .option("--tag <tag>", "only flags with this tag")
      .addOption(new Option("--kind <kind>", "only flags of this kind").choices(FLAG_KINDS))
      .option("--archived", "the archived flags of the project instead")
      .action(async ({ archived = false, ...options }: ListOptions, command: Command) => {
        const session = await openSession(command, terminal);
        if (archived) return await listArchived(session, options);
        const path = { env: session.environment() };
        const items = await allPages((cursor) =>
          session.client.call("listFlags", { path, query: { ...options, limit: "200", cursor } }),
        );
        session.show(items, (all) =>
          table(
            ["key", "kind", "type", "enabled", "default", "version"],
            all.map((flag) => [
              flag.key,
              flag.kind ?? "flag",
              flag.type,
              flag.enabled ? "yes" : "no",
              serveText(flag.default),
              String(flag.version ?? ""),
            ]),
            session.width,
          ),
        );
      }),
    "burgee flags list --environment production",
    "burgee flags list -e staging --tag release --json",
  );

  withExamples(
    flags
      .command("get")
      .description("print a flag as JSON that `flags set` accepts")
      .argument("<key>")
      .action(async (key: string, _options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        session.show(await readFlag(session, key), (flag) => exactJson(flag, 2));
      }),
    "burgee flags get checkout-redesign -e production",
  );
}

async function listArchived(session: Session, filter: ListOptions): Promise<void> {
  const query = { ...filter, archived: "true", limit: "200" } as const;
  const items = await allPages((cursor) => session.client.call("listDefinitions", { query: { ...query, cursor } }));
  session.show(items, (all) =>
    table(
      ["key", "kind", "type", "archived", "environments"],
      all.map(({ key, kind, type, archivedAt = "", environments }) => [
        key,
        kind,
        type,
        archivedAt.slice(0, 10),
        environments.join(", "),
      ]),
      session.width,
    ),
  );
}
