import { basename, resolve } from "node:path";
import { Argument, type Command } from "commander";
import { allPages } from "../../../sdk/client/client.ts";
import { oneLine } from "../../text/escape.ts";
import { withExamples } from "../../examples.ts";
import { UsageError } from "../../exit.ts";
import { askGit, listFiles } from "../../references/list-files.ts";
import { type Occurrences, scan, type ScanResult } from "../../references/scan.ts";
import { openSession, type Session } from "../../session.ts";
import { table } from "../../table.ts";
import type { Terminal } from "../../terminal.ts";
import { counted } from "./flag-change.ts";

/** The files that a line of the table names. */
const MAX_SHOWN = 3;

interface ScanOptions {
  repository?: string;
  commit?: string;
}

/** `burgee refs …` counts the flags that code names. */
export function addReferenceCommands(program: Command, terminal: Terminal): void {
  const refs = program.command("refs").description("find the flags that code names");
  withExamples(
    refs
      .command("scan")
      .description("count how often the code in a folder names each flag, and send the counts, never code")
      .addArgument(new Argument("[folder]", "folder of the code").default(".", "this folder"))
      .option("--repository <name>", "name of the repository (default: that of the remote origin, or of the folder)")
      .option("--commit <id>", "commit of the code (default: the one that is checked out)")
      .action(async (folder: string, options: ScanOptions, command: Command) => {
        const session = await openSession(command, terminal);
        await scanAndSend(session, resolve(terminal.cwd, folder), options);
      }),
    "burgee refs scan --dry-run",
    "burgee refs scan src --repository acme/shop --commit 4f2c1d9",
  );
  withExamples(
    refs
      .command("list")
      .alias("ls")
      .description("list the repositories that were scanned")
      .action(async (_options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        const { items } = (await session.client.call("listRepositories", {})).body;
        session.show(items, (all) =>
          table(
            ["repository", "commit", "scanned", "flags", "references"],
            all.map((one) => [
              one.repository,
              one.commit,
              one.scannedAt.slice(0, 10),
              String(one.flags),
              String(one.references),
            ]),
            session.width,
          ),
        );
      }),
    "burgee refs list",
  );
  withExamples(
    refs
      .command("delete")
      .alias("rm")
      .description("delete the counts of a repository that is no longer scanned")
      .argument("<repository>")
      .action(async (repository: string, _options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        const query = session.isDryRun ? { dryRun: "true" as const } : {};
        await session.client.call("deleteRepository", { path: { repository }, query });
        const text = session.isDryRun ? "would delete" : "deleted";
        session.confirm({ repository, dryRun: session.isDryRun }, () => `${text} the counts of ${oneLine(repository)}`);
      }),
    "burgee refs delete acme/shop --dry-run",
  );
}

async function scanAndSend(session: Session, folder: string, options: ScanOptions): Promise<void> {
  const { client, isDryRun } = session;
  const repository = options.repository ?? (await repositoryOf(folder));
  const commit = options.commit ?? (await askGit(folder, "rev-parse", "HEAD"))?.trim() ?? (isDryRun ? "" : undefined);
  if (commit === undefined)
    throw new UsageError("the folder is not in a git repository; name the commit with --commit");
  const query = { archived: "all", limit: "200" } as const;
  const flags = await allPages((cursor) => client.call("listDefinitions", { query: { ...query, cursor } }));
  const keys = new Set(flags.map(({ key }) => key));
  const files = await listFiles(folder);
  const result = await scan(folder, files, keys, (text) => session.progress(`burgee: ${text}`));
  if (!isDryRun) {
    const counts = Object.fromEntries(result.flags.map(({ key, count }) => [key, count]));
    await client.call("putRepository", { path: { repository }, body: { commit, counts } });
  }
  const archived = new Set(flags.flatMap(({ key, archivedAt }) => (archivedAt === undefined ? [] : [key])));
  session.show({ repository, commit, dryRun: isDryRun, ...result }, () =>
    textOf(result, archived, { repository, isDryRun }, session.width),
  );
}

/** Returns the last two parts of the address of the remote `origin`, else the name of the folder. */
async function repositoryOf(folder: string): Promise<string> {
  const address = (await askGit(folder, "remote", "get-url", "origin"))?.trim() ?? "";
  return /([^/:]+\/[^/]+?)(?:\.git)?\/?$/.exec(address)?.[1] ?? basename(folder);
}

function textOf(
  { scanned, flags, unknown, tooLarge, unparsed }: ScanResult,
  archived: ReadonlySet<string>,
  { repository, isDryRun }: { repository: string; isDryRun: boolean },
  width: number,
): string {
  const rows = (found: readonly Occurrences[]) =>
    found.map(({ key, count, files }) => [
      archived.has(key) ? `${key} (archived)` : key,
      String(count),
      files.slice(0, MAX_SHOWN).join(", ") + (files.length > MAX_SHOWN ? ` and ${files.length - MAX_SHOWN} more` : ""),
    ]);
  return [
    ...(flags.length === 0 ? [] : [table(["key", "count", "files"], rows(flags), width), ""]),
    ...(unknown.length === 0
      ? []
      : ["Keys that no flag has:", table(["key", "count", "files"], rows(unknown), width), ""]),
    ...(tooLarge.length === 0
      ? []
      : [`not read, because they are larger than 1 MiB: ${tooLarge.map(oneLine).join(", ")}`]),
    ...(unparsed.length === 0 ? [] : [`not parsed, so quoted texts count: ${unparsed.map(oneLine).join(", ")}`]),
    `scanned ${counted(scanned, "file")} and found ${counted(flags.length, "flag")}; ${isDryRun ? "nothing was sent" : `the counts of ${oneLine(repository)} were sent`}`,
  ].join("\n");
}
