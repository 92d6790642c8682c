import { type Command, Option } from "commander";
import { allPages } from "../../../sdk/client/client.ts";
import type { AdminToken, AdminTokenInput } from "../../../sdk/client/contract.ts";
import { addRotate } from "./rotate-token.ts";
import { change } from "../../change.ts";
import { withExamples } from "../../examples.ts";
import { UsageError } from "../../exit.ts";
import { duration, names } from "../../input.ts";
import { openSession } from "../../session.ts";
import { table } from "../../table.ts";
import type { Terminal } from "../../terminal.ts";

interface CreateOptions {
  role: AdminTokenInput["role"];
  name?: string;
  environments?: string[];
  allEnvironments?: boolean;
  expires?: number;
}

/** `burgee tokens …` manages the admin tokens of the project. */
export function addTokenCommands(program: Command, terminal: Terminal): void {
  const tokens = program.command("tokens").description("manage the admin tokens of the project");
  addList(tokens, terminal);
  addCreate(tokens, terminal);
  addRotate(tokens, terminal);
  addRevoke(tokens, terminal);
}

function addList(tokens: Command, terminal: Terminal): void {
  withExamples(
    tokens
      .command("list")
      .alias("ls")
      .description("list the admin tokens, without their secrets, with the day of their last use")
      .option("--all", "include revoked tokens")
      .action(async (options: { all?: boolean }, command: Command) => {
        const session = await openSession(command, terminal);
        const items = await allPages((cursor) =>
          session.client.call("listTokens", { query: { limit: "200", cursor } }),
        );
        const shown = options.all === true ? items : items.filter(({ revokedAt }) => revokedAt === null);
        session.show(shown, (all) =>
          table(
            ["id", "role", "environments", "name", "created", "expires", "last used", "revoked"],
            all.map((token) => [
              token.id,
              token.role,
              reachText(token),
              token.name,
              token.createdAt.slice(0, 10),
              token.expiresAt?.slice(0, 10) ?? "never",
              token.lastUsedOn ?? "never",
              token.revokedAt?.slice(0, 10) ?? "",
            ]),
            session.width,
          ),
        );
      }),
    "burgee tokens list",
  );
}

function addCreate(tokens: Command, terminal: Terminal): void {
  withExamples(
    tokens
      .command("create")
      .description("create an admin token and print it, once and alone on the standard output")
      .addOption(
        new Option("--role <role>", "read allows only reading").choices(["write", "read"]).makeOptionMandatory(),
      )
      .option("--environments <keys...>", "environments that the token may use", names)
      .option("--all-environments", "let the token use all environments, and manage definitions and tokens")
      .option("--name <name>", "purpose of the token, for people")
      .option("--expires <duration>", "lifetime, such as 12h or 90d (default: it never expires)", (text) =>
        duration(text, { min: "1m", max: "3650d" }),
      )
      .action(async (options: CreateOptions, command: Command) => {
        const { role, name, environments, allEnvironments, expires } = options;
        if ((environments === undefined) === (allEnvironments === undefined))
          throw new UsageError("choose the environments of the token: --environments <keys...> or --all-environments");
        const session = await openSession(command, terminal);
        const body: AdminTokenInput = {
          role,
          name,
          environments: environments ?? null,
          expiresInSeconds: expires ?? null,
        };
        if (session.isDryRun) {
          await session.client.call("createToken", { query: { dryRun: "true" }, body });
          session.show({ dryRun: true, ...body }, () => `would create a ${role} token for ${reachText(body)}`);
          return;
        }
        const { body: created } = await session.client.call("createToken", { body });
        terminal.reveal?.(created.token);
        if (!session.isJson)
          terminal.error(
            `Created ${role} token ${created.adminToken.id} for ${reachText(created.adminToken)}. It is shown only once:`,
          );
        session.show(created, ({ token }) => token);
      }),
    'burgee tokens create --role write --environments staging --name "Staging pipeline" --expires 90d',
    'burgee tokens create --role read --all-environments --name "Dashboards"',
  );
}

function addRevoke(tokens: Command, terminal: Terminal): void {
  withExamples(
    tokens
      .command("revoke")
      .description("revoke an admin token, which takes effect within ten seconds")
      .argument("<id>")
      .action(async (id: string, _options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        await change(session, {
          subject: `admin token ${id}`,
          before: async () => {
            const { body } = await session.client.call("getToken", { path: { id } });
            return { role: body.role, name: body.name, revoked: body.revokedAt !== null };
          },
          after: (token) => ({ ...token, revoked: true }),
          write: (query) => session.client.call("revokeToken", { path: { id }, query }),
          confirmation: "revoked; it stops working within ten seconds",
        });
      }),
    "burgee tokens revoke aB3dE5fG7hI9 --dry-run",
  );
}

function reachText({ environments }: Pick<AdminToken, "environments">): string {
  return environments === null ? "all environments" : environments.join(" ");
}
