import type { Command } from "commander";
import { change, changeEach } from "../../change.ts";
import { withExamples } from "../../examples.ts";
import { UsageError } from "../../exit.ts";
import { type FlagOptions, flagPatch, hasFlagOptions, newFlag, withFlagOptions } from "../../flag-options.ts";
import { readDocument, versionHeaders, withVersionOption } from "../../input.ts";
import { openSession, type Session } from "../../session.ts";
import type { Terminal } from "../../terminal.ts";
import { created, patched, readFlag, replaced } from "./flag-change.ts";

type WriteOptions = FlagOptions & { file?: string; ifVersion?: number };

export function addSwitches(flags: Command, terminal: Terminal): void {
  for (const [name, enabled] of [
    ["enable", true],
    ["disable", false],
  ] as const) {
    withExamples(
      flags
        .command(name)
        .description(enabled ? "serve the flag by its rules" : "serve the off variant to everyone (kill switch)")
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

export function addWriting(flags: Command, terminal: Terminal): void {
  const create = flags
    .command("create")
    .description("create a flag from options, or from a JSON or YAML document")
    .argument("<key>")
    .option("-f, --file <path>", "document with the flag; - is the standard input");
  withFlagOptions(create, true).action(async (key: string, options: WriteOptions, command: Command) => {
    const session = await openSession(command, terminal);
    const body = await documentOf(session, options, key);
    const schema = await schemaOf(session, options);
    await change(session, created(session, key, body ?? { ...newFlag(key, options), ...schema }));
  });
  withExamples(
    create,
    "burgee flags create new-search -e staging",
    "burgee flags create new-search -e staging --client-visible",
    "burgee flags create page-size -e staging --type integer --variant small=10 large=50 --default small",
    "burgee flags create new-search -e staging --file new-search.yaml",
    "burgee flags create theme -e staging --type object --variant 'day={}' --default day --json-schema theme.json",
  );

  const set = flags
    .command("set")
    .description("change fields of a flag with options, or create or replace it with a document")
    .argument("<key>")
    .option("-f, --file <path>", "document with the whole flag; - is the standard input");
  withFlagOptions(withVersionOption(set), false).action(
    async (key: string, options: WriteOptions, command: Command) => {
      const session = await openSession(command, terminal);
      const headers = versionHeaders(options);
      const body = await documentOf(session, options, key);
      if (body !== undefined) return await change(session, replaced(session, key, body, headers));
      if (!hasFlagOptions(options))
        throw new UsageError("nothing to change; use --file or an option such as --rollout");
      const schema = await schemaOf(session, options);
      const patch = { ...flagPatch(options, await readFlag(session, key)), ...schema };
      return await change(session, patched(session, key, patch, headers));
    },
  );
  withExamples(
    set,
    "burgee flags set new-search -e staging --rollout on=25,off=75",
    "burgee flags set new-search -e staging --default on --if-version 7",
    "burgee flags set new-search -e staging --file new-search.yaml --dry-run",
  );
}

/** Returns the field that --json-schema sets. `null` removes the schema. @throws UsageError */
async function schemaOf({ terminal }: Session, { jsonSchema }: WriteOptions): Promise<{ jsonSchema?: object | null }> {
  if (jsonSchema === undefined) return {};
  return { jsonSchema: jsonSchema === "none" ? null : await readDocument(jsonSchema, terminal) };
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
