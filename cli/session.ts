import type { Command } from "commander";
import { type Client, createClient } from "../sdk/client/client.ts";
import { UsageError } from "./exit.ts";
import { resolveTarget, type Target, type TargetOptions } from "./profile/profile.ts";
import type { Terminal } from "./terminal.ts";

/** The options that every command has. */
export interface GlobalOptions extends TargetOptions {
  json?: boolean;
  dryRun?: boolean;
}

/** The things that a command's action needs. */
export interface Session {
  client: Client;
  terminal: Terminal;
  target: Target;
  isJson: boolean;
  isDryRun: boolean;
  /** Returns the chosen environment. @throws UsageError if there is none */
  environment(): string;
  /** The environment from the command line or BURGEE_ENVIRONMENT, for commands that otherwise use all environments. */
  onlyEnvironment: string | undefined;
  /** Prints the result as JSON if that was asked for, otherwise the text that `render` returns. */
  show<T>(result: T, render: (result: T) => string): void;
}

/** Opens a session with the options of the running command and of every command above it. */
export async function openSession(command: Command, terminal: Terminal): Promise<Session> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const target = await resolveTarget(options, terminal);
  const isJson = options.json === true;
  return {
    client: createClient({
      url: target.url,
      token: () => target.token,
      fetch: terminal.fetch,
      // A whole project takes a while over a slow connection.
      timeoutMs: 30_000,
    }),
    terminal,
    target,
    isJson,
    isDryRun: options.dryRun === true,
    environment: () => {
      if (target.environment !== undefined) return target.environment;
      throw new UsageError("no environment given; use --environment or set BURGEE_ENVIRONMENT");
    },
    onlyEnvironment: options.environment ?? terminal.env["BURGEE_ENVIRONMENT"],
    show: createShow(isJson, terminal),
  };
}

/** Returns a function that prints results as JSON, or as the text that `render` returns. */
export function createShow(isJson: boolean, terminal: Terminal): Session["show"] {
  return (result, render) => {
    const text = isJson ? JSON.stringify(result, undefined, 2) : render(result);
    if (text !== "") terminal.print(text);
  };
}
