import type { Command } from "commander";
import { DEFAULT_OVERLAP_SECONDS, expiresWithin, successorOf } from "../../../sdk/client/rotate-token.ts";
import { withExamples } from "../../examples.ts";
import { UsageError } from "../../exit.ts";
import { duration } from "../../input.ts";
import { openSession } from "../../session.ts";
import type { Terminal } from "../../terminal.ts";

/** `burgee tokens rotate` creates another token with the same limits, and lets the old one expire after an overlap. */
export function addRotate(tokens: Command, terminal: Terminal): void {
  withExamples(
    tokens
      .command("rotate")
      .description(
        "replace an admin token by one with the same limits and print it, once and alone on the standard output",
      )
      .argument("<id>")
      .option("--overlap <duration>", "how long the old token still works (default: 7d)", (text) =>
        duration(text, { min: "1m", max: "3650d" }),
      )
      .action(async (id: string, options: { overlap?: number }, command: Command) => {
        const overlap = options.overlap ?? DEFAULT_OVERLAP_SECONDS;
        const session = await openSession(command, terminal);
        const path = { id };
        const { body: old } = await session.client.call("getToken", { path });
        if (old.revokedAt !== null)
          throw new UsageError(`admin token ${id} is revoked; create another one with "burgee tokens create"`);
        const body = successorOf(old);
        if (session.isDryRun) {
          await session.client.call("createToken", { query: { dryRun: "true" }, body });
          session.show({ dryRun: true, ...body }, () => `would replace admin token ${id} (${old.name})`);
          return;
        }
        const { body: created } = await session.client.call("createToken", { body });
        terminal.reveal?.(created.token);
        // The new token is printed even if the old one cannot be limited, because it cannot be shown again.
        try {
          if (!expiresWithin(old, overlap, created.adminToken.createdAt))
            await session.client.call("updateToken", { path, body: { expiresInSeconds: overlap } });
        } finally {
          if (!session.isJson) terminal.error(`Created admin token ${created.adminToken.id}. It is shown only once:`);
          session.show(created, ({ token }) => token);
        }
        const { body: limited } = await session.client.call("getToken", { path });
        if (!session.isJson) terminal.error(`The old token, ${id}, works until ${limited.expiresAt}.`);
      }),
    "burgee tokens rotate aB3dE5fG7hI9 --overlap 2d",
  );
}
