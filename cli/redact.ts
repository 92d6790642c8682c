import type { Terminal } from "./terminal.ts";

/** Matches admin tokens. They manage a deployment, and no command creates one. */
const ADMIN_TOKEN = /bga_([a-z0-9-]{1,40})_[A-Za-z0-9_]+/g;

/** Returns a terminal that hides admin tokens, even in an option, a URL or a file name by mistake. */
export function withoutTokens(terminal: Terminal): Terminal {
  const token = terminal.env["BURGEE_TOKEN"]?.trim() ?? "";
  const hide = (text: string): string => {
    const hidden = text.replace(ADMIN_TOKEN, "bga_$1_…");
    // Also hide a token of another form, for example a truncated or mistyped one.
    return token.length < 8 ? hidden : hidden.replaceAll(token, "…");
  };
  return {
    ...terminal,
    print: (line) => terminal.print(hide(line)),
    error: (line) => terminal.error(hide(line)),
    write: (text) => terminal.write(hide(text)),
  };
}
