import { type Command, InvalidArgumentError, Option } from "commander";
import { allPages } from "../../../sdk/client/client.ts";
import type { KeyInput } from "../../../sdk/client/contract.ts";
import { change } from "../../change.ts";
import { withExamples } from "../../examples.ts";
import { UsageError } from "../../exit.ts";
import { openSession, type Session } from "../../session.ts";
import { table } from "../../table.ts";
import type { Terminal } from "../../terminal.ts";

interface UpdateOptions {
  name?: string;
  origin?: string[];
  anyOrigin?: boolean;
}

/** `burgee keys …` manages the SDK keys of an environment. */
export function addKeyCommands(program: Command, terminal: Terminal): void {
  const keys = program.command("keys").description("manage the SDK keys of an environment");
  addList(keys, terminal);
  addCreate(keys, terminal);
  addUpdate(keys, terminal);
  addRevoke(keys, terminal);
}

function addList(keys: Command, terminal: Terminal): void {
  withExamples(
    keys
      .command("list")
      .alias("ls")
      .description("list the SDK keys, without their secrets")
      .option("--all", "include revoked keys")
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
            session.width,
          ),
        );
      }),
    "burgee keys list -e production",
  );
}

function addCreate(keys: Command, terminal: Terminal): void {
  withExamples(
    keys
      .command("create")
      .description("create an SDK key and print its token, once and alone on the standard output")
      .addOption(
        new Option("--kind <kind>", "client keys are for browsers and apps, server keys for servers")
          .choices(KINDS)
          .argParser(keyKind)
          .makeOptionMandatory(),
      )
      .option("--name <name>", "name for people")
      .option("--origin <origins...>", "web origins that may use a client key")
      .action(async (options: { kind: KeyInput["kind"]; name?: string; origin?: string[] }, command: Command) => {
        const session = await openSession(command, terminal);
        const path = { env: session.environment() };
        const { kind, name, origin: origins } = options;
        if (session.isDryRun) {
          await session.client.call("createKey", { path, query: { dryRun: "true" }, body: { kind, name, origins } });
          session.show({ dryRun: true, kind, name, origins }, () => `would create a ${kind} key in ${path.env}`);
          return;
        }
        const { body } = await session.client.call("createKey", { path, body: { kind, name, origins } });
        if (!session.isJson)
          terminal.error(`Created ${kind} key ${body.key.id} in ${path.env}. Its token is shown only once:`);
        session.show(body, ({ token }) => token);
      }),
    'burgee keys create -e production --kind server --name "Order service"',
    "burgee keys create -e production --kind client --name Shop --origin https://shop.example.com",
  );
}

const KINDS: KeyInput["kind"][] = ["client", "server"];

function keyKind(text: string): KeyInput["kind"] {
  const kind = KINDS.find((one) => one === text);
  if (kind !== undefined) return kind;
  const hint = text === "admin" ? "; `burgee tokens create` makes admin tokens" : "";
  throw new InvalidArgumentError(`allowed choices are ${KINDS.join(", ")}${hint}`);
}

function addUpdate(keys: Command, terminal: Terminal): void {
  withExamples(
    keys
      .command("update")
      .description("change an SDK key's name or origins; its token stays the same")
      .argument("<id>")
      .option("--name <name>", "name for people")
      .option("--origin <origins...>", "web origins that may use the client key, instead of the present ones")
      .option("--any-origin", "let every origin use the client key")
      .action(async (id: string, options: UpdateOptions, command: Command) => {
        const { name, origin, anyOrigin } = options;
        if (origin !== undefined && anyOrigin === true) throw new UsageError("use either --origin or --any-origin");
        const origins = anyOrigin === true ? [] : origin;
        if (name === undefined && origins === undefined)
          throw new UsageError("nothing to change; use --name, --origin or --any-origin");
        const session = await openSession(command, terminal);
        const path = { env: session.environment(), id };
        await change(session, {
          subject: `SDK key ${id} in ${path.env}`,
          before: async () => (await session.client.call("getKey", { path })).body,
          after: (key) => ({
            ...key,
            ...(name === undefined ? {} : { name }),
            ...(origins === undefined ? {} : { origins }),
          }),
          write: (query) => session.client.call("updateKey", { path, query, body: { name, origins } }),
        });
      }),
    'burgee keys update aB3dE5fG7hI9 -e production --name "Web shop"',
    "burgee keys update aB3dE5fG7hI9 -e production --origin https://shop.example.com 'http://localhost:*'",
  );
}

function addRevoke(keys: Command, terminal: Terminal): void {
  withExamples(
    keys
      .command("revoke")
      .description("revoke an SDK key, which takes effect as quickly as a change of a flag")
      .argument("<id>")
      .action(async (id: string, _options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        const path = { env: session.environment(), id };
        await change(session, {
          subject: `SDK key ${id} in ${path.env}`,
          before: () => readKey(session, id),
          after: (key) => ({ ...key, revoked: true }),
          write: (query) => session.client.call("revokeKey", { path, query }),
        });
      }),
    "burgee keys revoke aB3dE5fG7hI9 -e production --dry-run",
  );
}

/** @throws UsageError if the key does not exist */
async function readKey(session: Session, id: string): Promise<object> {
  const path = { env: session.environment() };
  const items = await allPages((cursor) => session.client.call("listKeys", { path, query: { limit: "200", cursor } }));
  const key = items.find((one) => one.id === id);
  if (key === undefined) throw new UsageError(`SDK key ${id} does not exist in ${path.env}`);
  const { kind, name, revokedAt } = key;
  return { kind, name, revoked: revokedAt !== null };
}
