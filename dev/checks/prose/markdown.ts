import { blank, type Passage } from "./passage.ts";

/** One Markdown page, seen three ways; all three have the lines of the file. */
export interface Page {
  /** The prose: without code blocks, headings, links to headings, HTML comments and the head rows of tables. */
  readonly prose: Passage;
  /** The lines to which the width applies: the prose without tables, and without lines that hold one link. */
  readonly wrapped: readonly { line: number; text: string }[];
  /** The anchors that GitHub gives to the headings. */
  readonly anchors: ReadonlySet<string>;
}

const FENCE = /^\s*(?:[-*>]\s+)*(```+|~~~+)/;
const HEADING = /^#{1,6}\s+(.*)$/;
/** A bold line that is no sentence heads a few paragraphs, as a heading does. */
const LABEL = /^\*\*[^*]*[^*.:!?]\*\*$/;
const TABLE_ROW = /^\s*\|/;
const LINK_ALONE =
  /^\s*(?:[-*+>]\s+|\d+\.\s+)*!?\[(?:[^\]]|\]\()*\]\([^)]*\)[.,;:]?$|^\s*<?https?:\S+>?$|^\[[^\]]+\]:\s/;

/** Reads a Markdown page. */
export function readMarkdown(source: string): Page {
  const withoutNotes = source.replace(/<!--[\s\S]*?-->/g, (note) => blank(note));
  const prose: string[] = [];
  const wrapped: { line: number; text: string }[] = [];
  const headings: string[] = [];
  let fence: string | undefined;
  let inTable = false;
  for (const [index, line] of withoutNotes.split("\n").entries()) {
    const marker = FENCE.exec(line)?.[1];
    const isCode = fence !== undefined || marker !== undefined;
    if (fence === undefined) fence = marker;
    else if (marker?.startsWith(fence) === true) fence = undefined;
    const heading = isCode ? undefined : HEADING.exec(line)?.[1];
    const isRow = !isCode && TABLE_ROW.test(line);
    const isHeadRow = isRow && !inTable;
    inTable = isRow;
    if (heading !== undefined) headings.push(heading);
    const isProse = !isCode && heading === undefined && !isHeadRow && !LABEL.test(line);
    prose.push(isProse ? line : "");
    if (isProse && !isRow && !LINK_ALONE.test(line) && !line.startsWith("<"))
      wrapped.push({ line: index + 1, text: line });
  }
  return { prose: { kind: "page", line: 1, text: prose.join("\n") }, wrapped, anchors: anchorsOf(headings, source) };
}

function anchorsOf(headings: readonly string[], source: string): Set<string> {
  const anchors = new Set<string>();
  for (const heading of headings) {
    const slug = heading
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, "")
      .replace(/\s/g, "-");
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  for (const [, id = ""] of source.matchAll(/<\w+\s[^>]*\b(?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}
