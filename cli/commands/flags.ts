import { type Command, Option } from "commander";
import { allPages, ApiError } from "../../sdk/client/client.ts";
import type { Flag } from "../../sdk/client/contract.ts";
import { serveText } from "../../sdk/client/serve-text.ts";
import { FLAG_KINDS, type JsonValue } from "../../src/flags/document.ts";
import { mergePatch } from "../../src/flags/merge-patch.ts";
import { flagInputSchema } from "../../src/flags/schema.ts";
import { type Change, change, changeEach } from "../change.ts";
import { withExamples } from "../examples.ts";
import { RefusedError, UsageError } from "../exit.ts";
import { type FlagOptions, flagPatch, hasFlagOptions, newFlag, withFlagOptions } from "../flag-options.ts";
import { readDocument, wholeNumber } from "../input.ts";
import { openSession, type Session } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";

type ListOptions = { search?: string; tag?: string; kind?: string };
type WriteOptions = FlagOptions & { file?: string; ifVersion?: number };

/** `burgee flags …` manages the flags of an environment. */
export function addFlagCommands(program: Command, terminal: Terminal): void {
  const flags = program.command("flags").description("manage the flags of an environment");
  addReading(flags, terminal);
  addSwitches(flags, terminal);
  addWriting(flags, terminal);

  withExamples(
    flags
      .command("delete")
      .description("delete a flag from the environment")
      .argument("<key>")
      .option("--everywhere", "delete the flag's definition and its configuration in every environment")
      .action(async (key: string, options: { everywhere?: boolean }, command: Command) => {
        const session = await openSession(command, terminal);
        const isEverywhere = options.everywhere === true;
        const where = isEverywhere ? { key } : { env: session.environment(), key };
        await change(session, {
          subject: isEverywhere ? `flag ${key} everywhere` : `flag ${key} in ${session.environment()}`,
          before: async () =>
            "env" in where
              ? await readFlag(session, key)
              : (await session.client.call("getDefinition", { path: where })).body,
          after: () => undefined,
          write: () =>
            "env" in where
              ? session.client.call("deleteFlag", { path: where as { env: string; key: string } })
              : session.client.call("deleteDefinition", { path: where }),
        });
      }),
    "burgee flags delete old-banner --environment staging",
    "burgee flags delete old-banner --everywhere --dry-run",
  );
}

function addReading(flags: Command, terminal: Terminal): void {
  withExamples(
    flags
      .command("list")
      .description("list all flags, or those that match")
      .option("--search <text>", "only flags with this text in the key or description")
      .option("--tag <tag>", "only flags with this tag")
      .addOption(new Option("--kind <kind>", "only flags of this kind").choices(FLAG_KINDS))
      .action(async (options: ListOptions, command: Command) => {
        const session = await openSession(command, terminal);
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
        session.show(await readFlag(session, key), (flag) => JSON.stringify(flag, undefined, 2));
      }),
    "burgee flags get checkout-redesign -e production",
  );
}

function addSwitches(flags: Command, terminal: Terminal): void {
  for (const [name, enabled] of [
    ["enable", true],
    ["disable", false],
  ] as const) {
    withExamples(
      flags
        .command(name)
        .description(enabled ? "serve by the flag's rules" : "serve the off variant to everyone (kill switch)")
        .argument("<keys...>")
        .action(async (keys: string[], _options: unknown, command: Command) => {
          const session = await openSession(command, terminal);
          await changeEach(
            session,
            keys.map((key) => patched(session, key, { enabled })),
          );
        }),
      `burgee flags ${name} checkout-redesign -e production`,
    );
  }
}

function addWriting(flags: Command, terminal: Terminal): void {
  const create = flags
    .command("create")
    .description("create a flag from options, or from a JSON or YAML document")
    .argument("<key>")
    .option("-f, --file <path>", "document with the flag; - is the standard input");
  withFlagOptions(create, true).action(async (key: string, options: WriteOptions, command: Command) => {
    const session = await openSession(command, terminal);
    const body = await documentOf(session, options, key);
    await put(session, key, body ?? newFlag(key, options), { "If-None-Match": "*" }).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 412) throw error;
      throw new RefusedError(`flag ${key} exists already in ${session.environment()}; \`burgee flags set\` changes it`);
    });
  });
  withExamples(
    create,
    "burgee flags create new-search -e staging",
    "burgee flags create page-size -e staging --type integer --variant small=10 large=50 --default small",
    "burgee flags create new-search -e staging --file new-search.yaml",
  );

  const set = flags
    .command("set")
    .description("change fields of a flag with options, or create or replace it with a document")
    .argument("<key>")
    .option("-f, --file <path>", "document with the whole flag; - is the standard input")
    .option("--if-version <version>", "fail if the flag is not at this version", wholeNumber(1));
  withFlagOptions(set, false).action(async (key: string, options: WriteOptions, command: Command) => {
    const session = await openSession(command, terminal);
    const headers = options.ifVersion === undefined ? {} : { "If-Match": `"${options.ifVersion}"` };
    const body = await documentOf(session, options, key);
    if (body !== undefined) return await put(session, key, body, headers);
    if (!hasFlagOptions(options)) throw new UsageError("nothing to change; use --file or an option such as --rollout");
    return await change(session, patched(session, key, flagPatch(options, await readFlag(session, key)), headers));
  });
  withExamples(
    set,
    "burgee flags set new-search -e staging --rollout on=25,off=75",
    "burgee flags set new-search -e staging --default on --if-version 7",
    "burgee flags set new-search -e staging --file new-search.yaml --dry-run",
  );
}

/** Returns the document in --file, or `undefined` without it. @throws UsageError if there are other options as well */
async function documentOf({ terminal }: Session, options: WriteOptions, key: string): Promise<object | undefined> {
  if (options.file === undefined) return undefined;
  if (hasFlagOptions(options))
    throw new UsageError("--file contains the whole flag; do not combine it with other options");
  const document = await readDocument(options.file, terminal);
  if (document["key"] !== undefined && document["key"] !== key) {
    throw new UsageError(`${options.file} contains the flag ${JSON.stringify(document["key"])}, not ${key}`);
  }
  return { ...document, key };
}

async function readFlag(session: Session, key: string): Promise<Flag> {
  return (await session.client.call("getFlag", { path: { env: session.environment(), key } })).body;
}

async function put(session: Session, key: string, body: object, headers: Record<string, string>): Promise<void> {
  const path = { env: session.environment(), key };
  await change(session, {
    subject: `flag ${key} in ${path.env}`,
    mayCreate: true,
    before: () => readFlag(session, key),
    after: () => body,
    write: () => session.client.call("putFlag", { path, body: body as Flag, headers }),
  });
}

function patched(
  session: Session,
  key: string,
  body: Record<string, unknown>,
  headers: Record<string, string> = {},
): Change {
  const path = { env: session.environment(), key };
  return {
    subject: `flag ${key} in ${path.env}`,
    before: () => readFlag(session, key),
    after: (before) =>
      mergePatch(before as Record<string, JsonValue>, body as Record<string, JsonValue>, flagInputSchema),
    write: () => session.client.call("patchFlag", { path, body, headers }),
  };
}
