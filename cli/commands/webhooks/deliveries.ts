import { type Command, Option } from "commander";
import type { WebhookDelivery } from "../../../sdk/client/contract.ts";
import { withExamples } from "../../examples.ts";
import { RefusedError, UsageError } from "../../exit.ts";
import { wholeNumber } from "../../input.ts";
import { openSession, type Session } from "../../session.ts";
import { table } from "../../table.ts";
import type { Terminal } from "../../terminal.ts";

const STATES = ["pending", "delivered", "dead"] as const;

export function addDeliveryCommands(webhooks: Command, terminal: Terminal): void {
  addTest(webhooks, terminal);
  addDeliveries(webhooks, terminal);
  addDeadLetters(webhooks, terminal);
  addRedeliver(webhooks, terminal);
}

function addTest(webhooks: Command, terminal: Terminal): void {
  withExamples(
    webhooks
      .command("test")
      .description("send a test event and say what the receiver responded")
      .argument("<id>")
      .action(async (id: string, _options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        const { body } = await session.client.call("testWebhook", { path: { id } });
        const { accepted, status, error, durationMs } = body;
        const response = [status === null ? undefined : `status ${status}`, error].filter(Boolean).join(", ");
        if (!accepted) {
          if (session.isJson) session.show(body, () => "");
          throw new RefusedError(`webhook ${id}: the receiver did not accept the test event: ${response}`);
        }
        session.show(body, () => `webhook ${id}: accepted with ${response} in ${durationMs} ms`);
      }),
    "burgee webhooks test aB3dE5fG7hI9",
  );
}

function addDeliveries(webhooks: Command, terminal: Terminal): void {
  withExamples(
    webhooks
      .command("deliveries")
      .description("list the events of a webhook, newest first, with their last attempts")
      .argument("<id>")
      .addOption(new Option("--state <state>", "only events in this state").choices(STATES))
      .option("--limit <count>", "number of events", wholeNumber(1, 200), 50)
      .action(async (id: string, { state, limit }: { state?: (typeof STATES)[number]; limit: number }, command) => {
        const session = await openSession(command as Command, terminal);
        await showEvents(session, id, state, limit);
      }),
    "burgee webhooks deliveries aB3dE5fG7hI9 --limit 10",
  );
}

function addDeadLetters(webhooks: Command, terminal: Terminal): void {
  withExamples(
    webhooks
      .command("dead-letters")
      .description("list the events that the receiver did not accept within a day")
      .argument("<id>")
      .option("--limit <count>", "number of events", wholeNumber(1, 200), 50)
      .action(async (id: string, { limit }: { limit: number }, command: Command) => {
        await showEvents(await openSession(command, terminal), id, "dead", limit);
      }),
    "burgee webhooks dead-letters aB3dE5fG7hI9",
  );
}

async function showEvents(
  session: Session,
  id: string,
  state: (typeof STATES)[number] | undefined,
  limit: number,
): Promise<void> {
  const query = { limit: String(limit), ...(state !== undefined && { state }) };
  const { body } = await session.client.call("listWebhookDeliveries", { path: { id }, query });
  session.show(body.items, (items) =>
    table(
      ["event", "environment", "version", "changes", "state", "attempts", "made", "last attempt"],
      items.map((one) => [
        one.id,
        one.environment ?? "",
        one.version === null ? "" : String(one.version),
        String(one.count),
        one.state,
        String(one.attempts),
        one.createdAt,
        lastAttemptText(one),
      ]),
      session.width,
    ),
  );
}

function lastAttemptText({ lastAttempts }: WebhookDelivery): string {
  const last = lastAttempts.at(-1);
  if (last === undefined) return "";
  return [last.status === null ? undefined : `status ${last.status}`, last.error].filter(Boolean).join(", ");
}

function addRedeliver(webhooks: Command, terminal: Terminal): void {
  withExamples(
    webhooks
      .command("redeliver")
      .description("send an event, or all dead letters, again")
      .argument("<id>", "id of the webhook")
      .argument("[event]", "id of one event, which may have been delivered already")
      .option("--dead-letters", "all dead letters, at most 1,000 at a time")
      .action(
        async (id: string, event: string | undefined, { deadLetters }: { deadLetters?: boolean }, command: Command) => {
          if ((event === undefined) === (deadLetters === undefined))
            throw new UsageError("name an event, or use --dead-letters");
          const session = await openSession(command, terminal);
          if (session.isDryRun)
            throw new UsageError("redeliver has no --dry-run; `burgee webhooks deliveries` lists the events");
          const { body } = await session.client.call("redeliverWebhookEvents", {
            path: { id },
            body: { event: event ?? null },
          });
          session.confirm(
            body,
            ({ queued }) => `webhook ${id}: ${queued} ${queued === 1 ? "event" : "events"} queued again`,
          );
        },
      ),
    "burgee webhooks redeliver aB3dE5fG7hI9 --dead-letters",
  );
}
