import { blank, type Passage } from "./passage.ts";

/** Reads the comments of SQL. The bodies of functions between dollar signs are SQL as well. */
export function readSql(source: string): Passage[] {
  return readComments(source, /'(?:[^']|'')*'|--([^\n]*)|\/\*([\s\S]*?)\*\//g);
}

/** Reads the comments of CSS. */
export function readCss(source: string): Passage[] {
  return readComments(source, /"(?:[^"\\\n]|\\.)*"|\/\*([\s\S]*?)\*\//g);
}

/** Reads the comments of shell scripts, YAML and TOML: from a `#` at the start of a word to the end of the line. */
export function readHash(source: string): Passage[] {
  return readComments(source, /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|(?<=^|\s)#(?!!)([^\n]*)/gm);
}

/** Reads the comments and the text of HTML. */
export function readHtml(source: string): Passage[] {
  const code = /<(script|style)\b[\s\S]*?<\/\1>/g;
  const text = source
    .replace(code, (stretch) => blank(stretch))
    .replace(/<!--[\s\S]*?-->|<[^>]*>/g, (tag) => blank(tag));
  return [...readComments(source, /<!--([\s\S]*?)-->/g), { kind: "message", line: 1, text }];
}

/** `pattern` matches strings, to pass over them, and comments with their text as its group. */
function readComments(source: string, pattern: RegExp): Passage[] {
  const passages: Passage[] = [];
  let previous = -1;
  let [line, counted] = [1, 0];
  for (const match of source.matchAll(pattern)) {
    const comment = match.slice(1).find((group) => group !== undefined);
    if (comment === undefined) continue;
    line += source.slice(counted, match.index).match(/\n/g)?.length ?? 0;
    counted = match.index;
    const text = comment.replace(/^[ \t]*\*+/gm, "");
    const last = passages.at(-1);
    const between = previous < 0 ? "" : source.slice(previous, match.index);
    if (last !== undefined && /^\n[ \t]*$/.test(between)) {
      passages[passages.length - 1] = { ...last, text: `${last.text}\n${text}` };
    } else {
      passages.push({ kind: "comment", line, text });
    }
    previous = match.index + match[0].length;
  }
  return passages;
}
