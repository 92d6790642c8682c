import { escapeControls } from "./escape.ts";
import type { Terminal } from "./terminal.ts";

/** Matches admin tokens. They manage a deployment, and no command creates one. */
const ADMIN_TOKEN = /bga_([a-z0-9-]{1,40})_[A-Za-z0-9_]+/g;

/** Returns a terminal that hides admin tokens, even in a file name by mistake, and escapes control characters. */
export function guardedTerminal(terminal: Terminal): Terminal {
  const token = terminal.env["BURGEE_TOKEN"]?.trim() ?? "";
  const hide = (text: string): string => {
    const hidden = text.replace(ADMIN_TOKEN, "bga_$1_…");
    // Also hide a token of another form, for example a truncated or mistyped one.
    return token.length < 8 ? hidden : hidden.replaceAll(token, "…");
  };
  const guarded = (text: string): string => escapeControls(hide(text));
  return {
    ...terminal,
    print: (text, paint = (line) => line) => terminal.print(guarded(text).split("\n").map(paint).join("\n")),
    error: (text) => terminal.error(guarded(text)),
    write: (text) => terminal.write(hide(text)),
  };
}
