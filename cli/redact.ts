import type { Terminal } from "./terminal.ts";

/** Admin tokens: what manages a deployment, and what no command makes. */
const ADMIN_TOKEN = /bga_([a-z0-9-]{1,40})_[A-Za-z0-9_]+/g;

/** A terminal on which no admin token is ever shown, wherever it was put by mistake: in an option, a URL, a file's name. */
export function withoutTokens(terminal: Terminal): Terminal {
  const token = terminal.env["BURGEE_TOKEN"]?.trim() ?? "";
  const hide = (text: string): string => {
    const hidden = text.replace(ADMIN_TOKEN, "bga_$1_…");
    // One that is not of that form, cut off or mistyped, is nobody's business either.
    return token.length < 8 ? hidden : hidden.replaceAll(token, "…");
  };
  return {
    ...terminal,
    print: (line) => terminal.print(hide(line)),
    error: (line) => terminal.error(hide(line)),
    write: (text) => terminal.write(hide(text)),
  };
}
