import type { Command } from "commander";
import { allPages } from "../../api-client/client.ts";
import type { Flag, Serve } from "../../api-client/contract.ts";
import { readDocument } from "../input.ts";
import { openSession, type Session } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { change } from "../change.ts";

/** `burgee flags …`: flags of one environment. */
export function addFlagCommands(program: Command, terminal: Terminal): void {
  const flags = program.command("flags").description("flags of one environment");

  flags
    .command("list")
    .description("every flag, or those that match")
    .option("--search <text>", "in key and description")
    .option("--tag <tag>", "with this tag")
    .option("--kind <kind>", "flag, switch or sample")
    .action(async (options: { search?: string; tag?: string; kind?: string }, command: Command) => {
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
    });

  flags
    .command("get")
    .description("one flag, as JSON that `flags set` takes")
    .argument("<key>")
    .action(async (key: string, _options: unknown, command: Command) => {
      const session = await openSession(command, terminal);
      const { answer } = await session.client.call("getFlag", { path: { env: session.environment(), key } });
      session.show(answer, (flag) => JSON.stringify(flag, undefined, 2));
    });

  for (const [name, enabled] of [
    ["enable", true],
    ["disable", false],
  ] as const) {
    flags
      .command(name)
      .description(enabled ? "serve by its rules" : "serve the off variant to everybody: the kill switch")
      .argument("<keys...>")
      .action(async (keys: string[], _options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        for (const key of keys) await patch(session, key, { enabled });
      });
  }

  for (const [name, description] of [
    ["create", "create a flag from a JSON or YAML document"],
    ["set", "create a flag or replace it, from a JSON or YAML document"],
  ] as const) {
    flags
      .command(name)
      .description(description)
      .argument("<key>")
      .requiredOption("-f, --file <path>", "the document; - is the standard input")
      .option("--if-version <version>", "only while the flag is at this version")
      .action(async (key: string, options: { file: string; ifVersion?: string }, command: Command) => {
        const session = await openSession(command, terminal);
        const path = { env: session.environment(), key };
        const body = { ...(await readDocument(options.file, terminal)), key } as Flag;
        const headers = name === "create" ? { "If-None-Match": "*" } : ifMatch(options.ifVersion);
        await change(session, {
          what: `flag ${key} in ${path.env}`,
          before: async () => (await session.client.call("getFlag", { path })).answer,
          after: () => body,
          write: () => session.client.call("putFlag", { path, body, headers }),
        });
      });
  }

  flags
    .command("delete")
    .description("take a flag out of the environment")
    .argument("<key>")
    .option("--everywhere", "delete its definition and every environment's configuration")
    .action(async (key: string, options: { everywhere?: boolean }, command: Command) => {
      const session = await openSession(command, terminal);
      const path = { env: session.environment(), key };
      await change(session, {
        what: options.everywhere ? `flag ${key} everywhere` : `flag ${key} in ${path.env}`,
        before: async () => (await session.client.call("getFlag", { path })).answer,
        after: () => undefined,
        write: () =>
          options.everywhere
            ? session.client.call("deleteDefinition", { path: { key } })
            : session.client.call("deleteFlag", { path }),
      });
    });
}

async function patch(session: Session, key: string, body: Record<string, unknown>): Promise<void> {
  const path = { env: session.environment(), key };
  await change(session, {
    what: `flag ${key} in ${path.env}`,
    before: async () => (await session.client.call("getFlag", { path })).answer,
    after: (before) => ({ ...before, ...body }),
    write: () => session.client.call("patchFlag", { path, body }),
  });
}

function ifMatch(version: string | undefined): Record<string, string> {
  return version === undefined ? {} : { "If-Match": `"${version}"` };
}

/** What is served, in one column. */
export function serveText(serve: Serve): string {
  if ("variant" in serve) return serve.variant;
  const { weights } = "rollout" in serve ? serve.rollout : serve.draw;
  return weights.map(([variant, weight]) => `${variant} ${weight / 1000} %`).join(", ");
}
