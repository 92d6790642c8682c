import { escapeControls } from "./text/escape.ts";
import type { Terminal } from "./terminal.ts";

/** Matches admin tokens. They manage a deployment, and only `tokens create` shows one. */
const ADMIN_TOKEN = /bga_([a-z0-9-]{1,40})_[A-Za-z0-9_]+/g;

/** Returns a terminal that escapes control characters and hides admin tokens, even one mistaken for a file name. */
export function guardedTerminal(terminal: Terminal): Terminal {
  const secrets = new Set<string>();
  const revealed = new Set<string>();
  // Shorter text is not a secret, and could be part of any word.
  const remember = (secret: string): unknown => secret.length >= 8 && secrets.add(secret);
  // Also hide a token of another form, for example a truncated or mistyped one.
  remember(terminal.env["BURGEE_TOKEN"]?.trim() ?? "");
  const hide = (text: string): string => {
    let hidden = text.replace(ADMIN_TOKEN, (token, role) => (revealed.has(token) ? token : `bga_${role}_…`));
    for (const secret of secrets) hidden = hidden.replaceAll(secret, "…");
    return hidden;
  };
  const guarded = (text: string): string => escapeControls(hide(text));
  return {
    ...terminal,
    hide: (secret) => void remember(secret),
    reveal: (token) => void revealed.add(token),
    print: (text, paint = (line) => line) => terminal.print(guarded(text).split("\n").map(paint).join("\n")),
    error: (text) => terminal.error(guarded(text)),
    write: (text) => terminal.write(hide(text)),
  };
}
