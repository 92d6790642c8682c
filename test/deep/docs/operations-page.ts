/** What is to be done on a page of docs/operations, in its order. */
export type Step =
  /** Command lines, one each, and what the page says that they print. */
  | { kind: "run"; commands: string[]; printed: string[] | undefined }
  /** Commands that need an account, a real backup, …: shown and not run. */
  | { kind: "shown"; commands: string[] }
  /** Something that happens, as `<!-- happens: redis is down -->` says. */
  | { kind: "happens"; what: string };

const STEPS = /^ *```(sh no-run|sh|text)\n([\s\S]*?)^ *```$|^ *<!-- happens: (.*) -->$/gm;

/** @throws TypeError when a block of output follows no block of commands */
export function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  for (const [, fence, content = "", what] of page.matchAll(STEPS)) {
    if (what !== undefined) steps.push({ kind: "happens", what });
    else if (fence === "sh") steps.push({ kind: "run", commands: commandsOf(content), printed: undefined });
    else if (fence === "sh no-run") steps.push({ kind: "shown", commands: commandsOf(content) });
    else {
      const before = steps.at(-1);
      if (before?.kind !== "run" || before.printed !== undefined) throw new TypeError(`whose output is: ${content}`);
      before.printed = content
        .trimEnd()
        .split("\n")
        .map((line) => line.trim());
    }
  }
  return steps;
}

/** Without comments; a line that ends in a backslash goes on in the next. */
function commandsOf(content: string): string[] {
  return content
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/(^|\s+)# .*$/, "").trim())
    .filter((line) => line !== "");
}

/** The first line of `printed` that is not in the output, below the ones before it; `…` stands for anything. */
export function missingLine(printed: readonly string[], output: string): string | undefined {
  const lines = output.split("\n").map(collapsed);
  let at = 0;
  for (const wanted of printed.map(collapsed).filter((line) => line !== "" && line !== "…")) {
    const pattern = new RegExp(`^${wanted.split("…").map(RegExp.escape).join(".*")}$`);
    const found = lines.slice(at).findIndex((line) => pattern.test(line));
    if (found < 0) return wanted;
    at += found + 1;
  }
  return undefined;
}

function collapsed(line: string): string {
  return line.trim().replaceAll(/\s+/g, " ");
}
