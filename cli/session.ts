import type { Command } from "commander";
import { type Client, createClient } from "../sdk/client/client.ts";
import { UsageError } from "./exit.ts";
import { resolveTarget, type Target, type TargetOptions } from "./profile/profile.ts";
import type { Terminal } from "./terminal.ts";

/** Options that every command has. */
export interface GlobalOptions extends TargetOptions {
  json?: boolean;
  dryRun?: boolean;
}

/** What a command's action works with. */
export interface Session {
  client: Client;
  terminal: Terminal;
  target: Target;
  isJson: boolean;
  isDryRun: boolean;
  /** @throws UsageError when none was given */
  environment(): string;
  /** The one that was asked for on the command line or by BURGEE_ENVIRONMENT, for commands that take all of them else. */
  onlyEnvironment: string | undefined;
  /** The result: as JSON where it was asked for, else what `render` makes of it for people. */
  show<T>(result: T, render: (result: T) => string): void;
}

/** Of the command whose action runs: its own options and those of every command above it. */
export async function openSession(command: Command, terminal: Terminal): Promise<Session> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const target = await resolveTarget(options, terminal);
  const isJson = options.json === true;
  return {
    client: createClient({
      url: target.url,
      token: () => target.token,
      fetch: terminal.fetch,
      // A whole project on a slow line takes a while.
      timeoutMs: 30_000,
    }),
    terminal,
    target,
    isJson,
    isDryRun: options.dryRun === true,
    environment: () => {
      if (target.environment !== undefined) return target.environment;
      throw new UsageError("which environment? Give --environment, or set BURGEE_ENVIRONMENT");
    },
    onlyEnvironment: options.environment ?? terminal.env["BURGEE_ENVIRONMENT"],
    show: createShow(isJson, terminal),
  };
}

/** Prints results: as JSON, or what `render` makes of them for people. */
export function createShow(isJson: boolean, terminal: Terminal): Session["show"] {
  return (result, render) => {
    const text = isJson ? JSON.stringify(result, undefined, 2) : render(result);
    if (text !== "") terminal.print(text);
  };
}
