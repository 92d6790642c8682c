/** Keeps the text of unchanged parts of a project file, because the YAML writer has a layout of its own. */
import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument } from "yaml";
import { isSame } from "../../sdk/client/differences.ts";
import type { ProjectFile } from "./file.ts";

/**
 * Combines two texts of a project: parts that are the same in `before` and `after` come from `text`, the others from
 * `written`. Returns `undefined` if a text does not consist of such parts, for example if braces surround everything.
 */
export function withLayoutOf(
  text: string,
  written: string,
  { before, after }: { before: ProjectFile; after: ProjectFile },
): string | undefined {
  const [old, next] = [partsOf(text), partsOf(written)];
  if (old === undefined || next === undefined) return undefined;
  const known = new Map(old.parts.map((part) => [part.name, part.text]));
  const flags = { before: byKey(before), after: byKey(after) };
  const isUnchanged = (name: string): boolean => {
    const key = name.slice(name.indexOf(" ") + 1);
    if (name.startsWith("flag ")) return isSame(flags.before.get(key), flags.after.get(key));
    // The flags have parts of their own, so this one is only the line with their name.
    return key === "flags" || isSame(before[key as keyof ProjectFile], after[key as keyof ProjectFile]);
  };
  const texts = next.parts.map(({ name, text: own }) => {
    const kept = known.get(name);
    if (kept === undefined) return own;
    return isUnchanged(name) ? kept : withSpacingOf(kept, own);
  });
  return [old.head, ...texts.map((one) => (one.endsWith("\n") ? one : `${one}\n`)), old.tail].join("");
}

/**
 * Returns a changed part as the old text would write it: lines that differ in their spaces only stay as they were, and
 * the others have the spaces inside brackets of the old text. The result always means the same as `own`.
 */
function withSpacingOf(old: string, own: string): string {
  const kept = new Map<string, string[]>();
  for (const line of old.split("\n")) {
    const form = withoutSpaces(line);
    kept.set(form, [...(kept.get(form) ?? []), line]);
  }
  const spaced = own.split("\n").map((line) => kept.get(withoutSpaces(line))?.shift() ?? withBracketsOf(old, line));
  const result = spaced.join("\n");
  return valueOf(result) === valueOf(own) ? result : own;
}

/** Returns a line without the spaces that a layout may have, except its indentation. */
function withoutSpaces(line: string): string {
  return line
    .replaceAll(/(?<=[[{]) +/g, "")
    .replaceAll(/ +(?=[\]}])/g, "")
    .replaceAll(/(?<=\S) +/g, " ")
    .trimEnd();
}

/** Returns a line of the YAML writer, which has a space inside each bracket, with those brackets that `old` has. */
function withBracketsOf(old: string, line: string): string {
  let spaced = line;
  if (/\[[^\s\]]/.test(old)) spaced = spaced.replaceAll("[ ", "[").replaceAll(" ]", "]");
  if (/\{[^\s}]/.test(old)) spaced = spaced.replaceAll("{ ", "{").replaceAll(" }", "}");
  return spaced;
}

/** Returns the meaning of a part, or a text that equals no meaning if it is not YAML. */
function valueOf(part: string): string {
  const document = parseDocument(part);
  return document.errors.length > 0 ? part : JSON.stringify(document.toJS());
}

interface Part {
  /** `part <name>` of a part of the project, or `flag <key>`. */
  name: string;
  text: string;
}

/** Cuts the text into the parts of the project and the flags, each with the comments and empty lines above it. */
function partsOf(text: string): { head: string; parts: Part[]; tail: string } | undefined {
  const { contents } = parseDocument(text, { stringKeys: true });
  if (!isMap(contents) || contents.flow === true) return undefined;
  const starts: { name: string; at: number; from: number }[] = [];
  let end = 0;
  for (const { key, value } of contents.items as Pair<Node, Node | null>[]) {
    if (!isScalar(key) || key.range == null) return undefined;
    starts.push({ name: `part ${String(key.value)}`, at: key.range[0], from: end });
    if (key.value === "flags") {
      if (!isSeq(value) || value.flow === true) return undefined;
      end = key.range[1];
      for (const item of value.items) {
        const flag = isMap(item) && item.flow !== true ? item.get("key") : undefined;
        if (!isMap(item) || item.range == null || typeof flag !== "string") return undefined;
        starts.push({ name: `flag ${flag}`, at: item.range[0], from: end });
        end = item.range[1];
      }
    }
    end = value?.range?.[1] ?? key.range[1];
  }
  const cuts = starts.map(({ at, from }) => cutBefore(text, at, from));
  const tail = text.length;
  const parts = starts.map(({ name }, i) => ({ name, text: text.slice(cuts[i], cuts[i + 1] ?? tail) }));
  return { head: text.slice(0, cuts[0]), parts, tail: "" };
}

/** Returns where the comments and empty lines above a place begin, but not before `from`, where another part ends. */
function cutBefore(text: string, at: number, from: number): number {
  let cut = text.lastIndexOf("\n", at - 1) + 1;
  while (cut > from) {
    const above = text.lastIndexOf("\n", cut - 2) + 1;
    if (above < from || !/^\s*(?:#.*)?$/.test(text.slice(above, cut - 1))) break;
    cut = above;
  }
  return cut;
}

function byKey({ flags }: ProjectFile): Map<string, ProjectFile["flags"][number]> {
  return new Map(flags.map((flag) => [flag.key, flag]));
}
