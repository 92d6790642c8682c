/** One step of a page in docs/operations. */
export type Step =
  /** Command lines, and the output that the page promises. */
  | { kind: "run"; commands: string[]; printed: string[] | undefined }
  /** Commands that are not run, because they need an account, a real backup or the like. */
  | { kind: "shown"; commands: string[] }
  /** An event, as in `<!-- happens: redis is down -->`. */
  | { kind: "happens"; what: string };

const STEPS = /^ *```(sh no-run|sh|text)\n([\s\S]*?)^ *```$|^ *<!-- happens: (.*) -->$/gm;

/** Returns the steps of a page in order. @throws TypeError if a block of output does not follow a block of commands */
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

/** Returns the command lines of a block, without comments. A line that ends in a backslash continues in the next. */
function commandsOf(content: string): string[] {
  return content
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/(^|\s+)# .*$/, "").trim())
    .filter((line) => line !== "");
}

/** Returns the first line of `printed` that the output lacks in this order. `…` stands for any text. */
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
