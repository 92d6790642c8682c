import type { Command } from "commander";
import { change } from "../../change.ts";
import { withExamples } from "../../examples.ts";
import { UsageError } from "../../exit.ts";
import { duration } from "../../input.ts";
import { openSession } from "../../session.ts";
import type { Terminal } from "../../terminal.ts";

interface RotateOptions {
  overlap?: number;
  endPrevious?: boolean;
}

export function addRotate(webhooks: Command, terminal: Terminal): void {
  withExamples(
    webhooks
      .command("rotate-secret")
      .description("give a webhook a new signing secret and print it, once and alone on the standard output")
      .argument("<id>")
      .option("--overlap <duration>", "how long both secrets sign (default: 1d)", (text) =>
        duration(text, { min: "0s", max: "30d" }),
      )
      .option("--end-previous", "make no new secret, but end the previous one")
      .action(async (id: string, { overlap, endPrevious }: RotateOptions, command: Command) => {
        if (overlap !== undefined && endPrevious === true)
          throw new UsageError("use either --overlap or --end-previous");
        const session = await openSession(command, terminal);
        const path = { id };
        if (endPrevious === true) {
          await change(session, {
            subject: `webhook ${id}`,
            before: async () => (await session.client.call("getWebhook", { path })).body,
            after: (webhook) => ({ ...webhook, previousSecretUntil: null }),
            write: (query) => session.client.call("endPreviousWebhookSecret", { path, query }),
            confirmation: "the previous secret has ended",
          });
          return;
        }
        const body = overlap === undefined ? {} : { overlapSeconds: overlap };
        if (session.isDryRun) {
          await session.client.call("rotateWebhookSecret", { path, query: { dryRun: "true" }, body });
          session.show({ dryRun: true, ...body }, () => `would give webhook ${id} a new secret`);
          return;
        }
        const { body: rotated } = await session.client.call("rotateWebhookSecret", { path, body });
        const until = rotated.webhook.previousSecretUntil;
        if (!session.isJson) {
          const before =
            until === null ? "The previous secret has ended." : `The previous secret also signs until ${until}.`;
          terminal.error(`${before} The new signing secret of webhook ${id} is shown only once:`);
        }
        session.show(rotated, ({ secret }) => secret);
      }),
    "burgee webhooks rotate-secret aB3dE5fG7hI9 --overlap 12h",
    "burgee webhooks rotate-secret aB3dE5fG7hI9 --end-previous",
  );
}
