import { type Command, Option } from "commander";
import { allPages } from "../../sdk/client/client.ts";
import type { KeyInput } from "../../sdk/client/contract.ts";
import { change } from "../change.ts";
import { withExamples } from "../examples.ts";
import { UsageError } from "../exit.ts";
import { openSession, type Session } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";

/** `burgee keys …`: SDK keys of one environment. */
export function addKeyCommands(program: Command, terminal: Terminal): void {
  const keys = program.command("keys").description("SDK keys of one environment");

  withExamples(
    keys
      .command("list")
      .description("every key, without its secret")
      .option("--all", "revoked ones too")
      .action(async (options: { all?: boolean }, command: Command) => {
        const session = await openSession(command, terminal);
        const path = { env: session.environment() };
        const items = await allPages((cursor) =>
          session.client.call("listKeys", { path, query: { limit: "200", cursor } }),
        );
        const shown = options.all === true ? items : items.filter(({ revokedAt }) => revokedAt === null);
        session.show(shown, (all) =>
          table(
            ["id", "kind", "name", "origins", "created", "revoked"],
            all.map(({ id, kind, name, origins, createdAt, revokedAt }) => [
              id,
              kind,
              name,
              origins.join(" "),
              createdAt.slice(0, 10),
              revokedAt?.slice(0, 10) ?? "",
            ]),
          ),
        );
      }),
    "burgee keys list -e production",
  );

  withExamples(
    keys
      .command("create")
      .description("a new key; its token is printed this once, alone on the standard output")
      .addOption(new Option("--kind <kind>", "who may hold it").choices(["client", "server"]).makeOptionMandatory())
      .option("--name <name>", "for people")
      .option("--origin <origins...>", "web origins that a client key serves")
      .action(async (options: { kind: KeyInput["kind"]; name?: string; origin?: string[] }, command: Command) => {
        const session = await openSession(command, terminal);
        const path = { env: session.environment() };
        const { kind, name, origin: origins } = options;
        if (session.isDryRun) {
          session.show({ dryRun: true, kind, name, origins }, () => `a ${kind} key in ${path.env} would be made`);
          return;
        }
        const { answer } = await session.client.call("createKey", { path, body: { kind, name, origins } });
        if (!session.isJson)
          terminal.error(`${kind} key ${answer.key.id} in ${path.env}; its token is shown this once:`);
        session.show(answer, ({ token }) => token);
      }),
    'burgee keys create -e production --kind server --name "Order service"',
    "burgee keys create -e production --kind client --name Shop --origin https://shop.example.com",
  );

  withExamples(
    keys
      .command("revoke")
      .description("a revoked key is refused everywhere as soon as a change of a flag would be seen")
      .argument("<id>")
      .action(async (id: string, _options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        const path = { env: session.environment(), id };
        await change(session, {
          what: `key ${id} in ${path.env}`,
          before: () => readKey(session, id),
          after: (key) => ({ ...key, revoked: true }),
          write: () => session.client.call("revokeKey", { path }),
        });
      }),
    "burgee keys revoke aB3dE5fG7hI9 -e production --dry-run",
  );
}

/** @throws UsageError when there is none */
async function readKey(session: Session, id: string): Promise<object> {
  const path = { env: session.environment() };
  const items = await allPages((cursor) => session.client.call("listKeys", { path, query: { limit: "200", cursor } }));
  const key = items.find((one) => one.id === id);
  if (key === undefined) throw new UsageError(`there is no key ${id} in ${path.env}`);
  const { kind, name, revokedAt } = key;
  return { kind, name, revoked: revokedAt !== null };
}
