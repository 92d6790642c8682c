import type { Command } from "commander";
import type { Environment } from "../../sdk/client/contract.ts";
import { change, ifExists } from "../change.ts";
import { withExamples } from "../examples.ts";
import { UsageError } from "../exit.ts";
import { openSession } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";

interface UpdateOptions {
  name?: string;
  requireNotes?: boolean;
}

/** `burgee env …` manages the environments of the project. */
export function addEnvironmentCommands(program: Command, terminal: Terminal): void {
  const environments = program.command("env").description("manage environments");

  withExamples(
    environments
      .command("list")
      .alias("ls")
      .description("list every environment and its version")
      .action(async (_options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        const { body } = await session.client.call("listEnvironments");
        session.show(body.items, (items) =>
          table(
            ["key", "name", "version"],
            items.map(({ key, name, version }) => [key, name, String(version)]),
            session.width,
          ),
        );
      }),
    "burgee env list",
  );

  withExamples(
    environments
      .command("create")
      .description("create an environment")
      .argument("<key>")
      .option("--name <name>", "name for people")
      .option("--copy-from <key>", "environment to copy segments and configurations from; keys are never copied")
      .action(async (key: string, options: { name?: string; copyFrom?: string }, command: Command) => {
        const session = await openSession(command, terminal);
        const body = { key, ...options };
        await change(session, {
          subject: `environment ${key}`,
          before: () =>
            ifExists(async () => (await session.client.call("getEnvironment", { path: { env: key } })).body),
          after: () => body,
          write: (query) => session.client.call("createEnvironment", { query, body }),
        });
      }),
    "burgee env create preview --name Preview --copy-from production",
  );

  addUpdate(environments, terminal);
  addDelete(environments, terminal);
}

function addUpdate(environments: Command, terminal: Terminal): void {
  withExamples(
    environments
      .command("update")
      .description("rename an environment, or require a note with each change in it")
      .argument("<key>")
      .option("--name <name>", "name for people")
      .option("--require-notes", "refuse changes without --note (header X-Change-Note)")
      .option("--no-require-notes", "accept changes without a note again")
      .action(async (key: string, { name, requireNotes }: UpdateOptions, command: Command) => {
        const body = {
          ...(name === undefined ? {} : { name }),
          ...(requireNotes === undefined ? {} : { requiresNote: requireNotes }),
        };
        if (Object.keys(body).length === 0) throw new UsageError("nothing to change; use --name or --require-notes");
        const session = await openSession(command, terminal);
        const path = { env: key };
        await change(session, {
          subject: `environment ${key}`,
          before: async () => (await session.client.call("getEnvironment", { path })).body,
          after: (environment) => ({ ...environment, ...body }),
          write: (query) => session.client.call("updateEnvironment", { path, query, body }),
          confirmation: "updated",
        });
      }),
    "burgee env update preview --name 'Preview of the week'",
    'burgee env update preview --require-notes --note "Everybody looks at this environment now"',
  );
}

function addDelete(environments: Command, terminal: Terminal): void {
  withExamples(
    environments
      .command("delete")
      .alias("rm")
      .description("delete an environment with everything in it")
      .argument("<key>")
      .option("--confirm <key>", "the same key again, as confirmation")
      .option("--yes", "delete it without a confirmation")
      .action(async (key: string, { confirm, yes = false }: { confirm?: string; yes?: boolean }, command: Command) => {
        if (confirm === undefined ? !yes : confirm !== key)
          throw new UsageError(`to delete environment ${key}, repeat its key: --confirm ${key}`);
        const session = await openSession(command, terminal);
        await change(session, {
          subject: `environment ${key}`,
          before: async () => (await session.client.call("getEnvironment", { path: { env: key } })).body,
          after: () => undefined,
          write: (query) =>
            session.client.call("deleteEnvironment", { path: { env: key }, query: { ...query, confirm: key } }),
          preview: (before) =>
            `would delete environment ${key} at version ${(before as Environment).version}, with its flags, segments and keys`,
        });
      }),
    "burgee env delete preview --confirm preview",
  );
}
