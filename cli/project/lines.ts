import { isNode, LineCounter, parseDocument } from "yaml";

/** Returns the line of a place in a file, or of the nearest place around it. */
export type LineAt = (path: readonly (string | number)[]) => number | undefined;

/** Reads the text only when the first line is asked for, because most files have no mistakes. */
export function linesOf(text: string): LineAt {
  let parsed: { document: ReturnType<typeof parseDocument>; counter: LineCounter } | undefined;
  return (path) => {
    if (parsed === undefined) {
      const counter = new LineCounter();
      parsed = { document: parseDocument(text, { stringKeys: true, lineCounter: counter }), counter };
    }
    for (let length = path.length; length > 0; length--) {
      const node = parsed.document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range != null) return parsed.counter.linePos(node.range[0]).line;
    }
    return undefined;
  };
}

/** Returns the steps of a JSON pointer. */
export function stepsOf(pointer: string): (string | number)[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

export function withLine(text: string, line: number | undefined): string {
  return line === undefined ? text : `${text} (line ${line})`;
}
