import { type Command, Option } from "commander";
import type { Webhook, WebhookInput, WebhookPatch } from "../../../sdk/client/contract.ts";
import { change } from "../../change.ts";
import { withExamples } from "../../examples.ts";
import { UsageError } from "../../exit.ts";
import { names } from "../../input.ts";
import { openSession } from "../../session.ts";
import { table } from "../../table.ts";
import type { Terminal } from "../../terminal.ts";
import { addDeliveryCommands } from "./deliveries.ts";
import { addRotate } from "./rotate.ts";

type Entity = NonNullable<WebhookInput["entities"]>[number];
const FORMATS = ["standard", "slack"] as const;
const ENTITIES: readonly Entity[] = ["flag", "segment", "key", "environment", "token"];

interface FilterOptions {
  environments?: string[];
  tags?: string[];
  entities?: Entity[];
}

interface UpdateOptions extends FilterOptions {
  name?: string;
  to?: string;
  format?: WebhookInput["format"];
  allEnvironments?: boolean;
  allTags?: boolean;
  allEntities?: boolean;
  enable?: boolean;
  disable?: boolean;
}

/** `burgee webhooks …` manages the webhooks of the project. */
export function addWebhookCommands(program: Command, terminal: Terminal): void {
  const webhooks = program.command("webhooks").description("send each change to a chat or to another receiver");
  addList(webhooks, terminal);
  addCreate(webhooks, terminal);
  addUpdate(webhooks, terminal);
  addDelete(webhooks, terminal);
  addDeliveryCommands(webhooks, terminal);
  addRotate(webhooks, terminal);
}

function addList(webhooks: Command, terminal: Terminal): void {
  withExamples(
    webhooks
      .command("list")
      .alias("ls")
      .description("list the webhooks, without their secrets and the paths of their URLs")
      .action(async (_options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        const { body } = await session.client.call("listWebhooks");
        session.show(body.items, (all) =>
          table(
            ["id", "name", "url", "format", "enabled", "selects", "pending", "dead letters"],
            all.map((one) => [
              one.id,
              one.name,
              one.url,
              one.format,
              one.enabled ? "yes" : "no",
              selectionText(one),
              String(one.pendingEvents),
              String(one.deadLetters),
            ]),
            session.width,
          ),
        );
      }),
    "burgee webhooks list",
  );
}

function withFilters(command: Command): Command {
  return command
    .option("--environments <keys...>", "only changes in these environments", names)
    .option("--tags <tags...>", "only flags with one of these tags")
    .addOption(new Option("--entities <entities...>", "only changes of these").choices(ENTITIES));
}

function addCreate(webhooks: Command, terminal: Terminal): void {
  withExamples(
    withFilters(
      webhooks
        .command("create")
        .description("create a webhook and print its signing secret, once and alone on the standard output")
        .requiredOption("--name <name>", "name for people")
        .requiredOption("--to <url>", "URL of the receiver")
        .addOption(new Option("--format <format>", "form of the messages").choices(FORMATS).default("standard")),
    ).action(
      async (options: Pick<WebhookInput, "name" | "format"> & FilterOptions & { to: string }, command: Command) => {
        const { name, to: url, format, environments, tags, entities } = options;
        const session = await openSession(command, terminal);
        const filters = { environments: environments ?? null, tags: tags ?? null, entities: entities ?? null };
        const body: WebhookInput = { name, url, format, ...filters };
        if (session.isDryRun) {
          await session.client.call("createWebhook", { query: { dryRun: "true" }, body });
          session.show({ dryRun: true, ...body }, () => `would create webhook ${name}`);
          return;
        }
        const { body: created } = await session.client.call("createWebhook", { body });
        if (!session.isJson) {
          terminal.error(`Created webhook ${created.webhook.id}. Its signing secret is shown only once:`);
        }
        session.show(created, ({ secret }) => secret);
      },
    ),
    'burgee webhooks create --name "Deployments" --to https://hooks.example.com/burgee --environments production',
    'burgee webhooks create --name "#releases" --to "$SLACK_URL" --format slack --entities flag',
  );
}

function addUpdate(webhooks: Command, terminal: Terminal): void {
  withExamples(
    withFilters(
      webhooks
        .command("update")
        .description("change a webhook; the secret stays")
        .argument("<id>")
        .option("--name <name>", "name for people")
        .option("--to <url>", "URL of the receiver")
        .addOption(new Option("--format <format>", "form of the messages").choices(FORMATS)),
    )
      .option("--all-environments", "changes in all environments, and those that concern none")
      .option("--all-tags", "flags with any tags, and everything else")
      .option("--all-entities", "changes of everything")
      .option("--enable", "send events")
      .option("--disable", "send nothing; events that wait stay")
      .action(async (id: string, options: UpdateOptions, command: Command) => {
        const body = patchOf(options);
        if (Object.keys(body).length === 0)
          throw new UsageError("nothing to change; use --name, --to, --format, a filter, --enable or --disable");
        const session = await openSession(command, terminal);
        const path = { id };
        await change(session, {
          subject: `webhook ${id}`,
          before: async () => (await session.client.call("getWebhook", { path })).body,
          after: (webhook) => ({ ...webhook, ...body }),
          write: (query) => session.client.call("updateWebhook", { path, query, body }),
          confirmation: "changed",
        });
      }),
    "burgee webhooks update aB3dE5fG7hI9 --disable",
    "burgee webhooks update aB3dE5fG7hI9 --environments production --all-tags",
  );
}

/** @throws UsageError if two options contradict each other */
function patchOf(options: UpdateOptions): WebhookPatch {
  const { name, to: url, format, enable, disable } = options;
  const filterOf = <T>(values: T[] | undefined, isAll: boolean | undefined, option: string): T[] | null | undefined => {
    if (values !== undefined && isAll === true) throw new UsageError(`use either --${option} or --all-${option}`);
    return isAll === true ? null : values;
  };
  if (enable === true && disable === true) throw new UsageError("use either --enable or --disable");
  const patch = {
    name,
    url,
    format,
    enabled: enable === true ? true : disable === true ? false : undefined,
    environments: filterOf(options.environments, options.allEnvironments, "environments"),
    tags: filterOf(options.tags, options.allTags, "tags"),
    entities: filterOf(options.entities, options.allEntities, "entities"),
  };
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}

function addDelete(webhooks: Command, terminal: Terminal): void {
  withExamples(
    webhooks
      .command("delete")
      .description("delete a webhook with its events and dead letters")
      .argument("<id>")
      .action(async (id: string, _options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        const path = { id };
        await change(session, {
          subject: `webhook ${id}`,
          before: async () => (await session.client.call("getWebhook", { path })).body,
          after: () => undefined,
          write: (query) => session.client.call("deleteWebhook", { path, query }),
          confirmation: "deleted",
        });
      }),
    "burgee webhooks delete aB3dE5fG7hI9 --dry-run",
  );
}

function selectionText({ environments, tags, entities }: Webhook): string {
  const parts = [
    environments === null ? "all environments" : environments.join(" "),
    ...(tags === null ? [] : [`tags ${tags.join(" ")}`]),
    ...(entities === null ? [] : entities),
  ];
  return parts.join(", ");
}
