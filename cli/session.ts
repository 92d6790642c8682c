import { exactJson } from "../src/flags/formats/exact-numbers.ts";
import type { Command } from "commander";
import { type Client, createClient } from "../sdk/client/client.ts";
import { UsageError } from "./exit.ts";
import { hasColors } from "./colors.ts";
import { patientClient } from "./patient-client.ts";
import { resolveTarget, type Target, type TargetOptions } from "./profile/profile.ts";
import type { Paint, Terminal } from "./terminal.ts";

/** The options that every command has. */
export interface GlobalOptions extends TargetOptions {
  json?: boolean;
  dryRun?: boolean;
  /** `false` with --no-color. */
  color?: boolean;
  quiet?: boolean;
  /** Why the changes are made. */
  note?: string;
}

/** The things that a command's action needs. */
export interface Session {
  client: Client;
  terminal: Terminal;
  target: Target;
  isJson: boolean;
  isDryRun: boolean;
  /** The columns of the terminal; `Infinity` if the output goes to a program. */
  width: number;
  /** Returns the chosen environment. @throws UsageError if there is none */
  environment(): string;
  /** The environment from the command line or BURGEE_ENVIRONMENT, for commands that otherwise use all environments. */
  onlyEnvironment: string | undefined;
  /** Prints the result as JSON if that was asked for, otherwise the text of `render` in the colours of `paint`. */
  show<T>(result: T, render: (result: T) => string, paint?: Paint): void;
  /** Like `show`, for the confirmation that a change was made. --quiet leaves out its text. */
  confirm<T>(result: T, render: (result: T) => string): void;
  /** Prints progress or a warning, unless --quiet is given. */
  note(text: string): void;
  /** Prints the current step of a long command, on a terminal only. */
  progress(text: string): void;
}

/**
 * Opens a session with the options of the running command and of every command above it.
 *
 * @param token replaces the admin token
 */
export async function openSession(command: Command, terminal: Terminal, token?: string): Promise<Session> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const target = await resolveTarget(options, terminal);
  const isJson = options.json === true;
  const isQuiet = options.quiet === true;
  const show = createShow(isJson, terminal, hasColors(terminal, options.color !== false));
  return {
    client: patientClient(
      createClient({
        stringify: exactJson,
        url: target.url,
        token: () => token ?? target.token,
        headers: target.headers,
        note: () => options.note,
        fetch: terminal.fetch,
        // A whole project takes a while over a slow connection.
        timeoutMs: 30_000,
      }),
      terminal,
    ),
    terminal,
    target,
    isJson,
    isDryRun: options.dryRun === true,
    width: terminal.isInteractive ? terminal.columns : Infinity,
    environment: () => {
      if (target.environment !== undefined && target.environment !== "") return target.environment;
      throw new UsageError("no environment given; use --environment or set BURGEE_ENVIRONMENT");
    },
    onlyEnvironment: options.environment ?? terminal.env["BURGEE_ENVIRONMENT"],
    show,
    confirm: (result, render) => show(result, isQuiet ? () => "" : render),
    progress: (text) => {
      if (!isQuiet && !isJson && terminal.progress.isTTY) terminal.error(text);
    },
    note: (text) => (isQuiet ? undefined : terminal.error(text)),
  };
}

/** Returns a function that prints results as JSON, or as the text that `render` returns. */
export function createShow(isJson: boolean, terminal: Terminal, isColored = false): Session["show"] {
  return (result, render, paint) => {
    const text = isJson ? exactJson(result, 2) : render(result);
    if (text !== "") terminal.print(text, isColored && !isJson ? paint : undefined);
  };
}
