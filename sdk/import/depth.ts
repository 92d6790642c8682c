/** Bounds how deeply a source is nested, because the importers recurse into it. */
import { depthProblem, MAX_FILE_LEVELS, tooDeepText } from "../../src/flags/formats/nesting.ts";
import { refusal } from "./lowering/draft.ts";
import { at } from "./lowering/source.ts";
import type { ReportEntry } from "./types.ts";

/** Returns the report's entry if a source is nested too deeply, or JSON in one of its texts. */
export function sourceDepthProblem(source: unknown): ReportEntry | undefined {
  const pending: [value: unknown, place: string, level: number][] = [[source, "", 0]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, place, level] = next;
    const isContainer = typeof value === "object" && value !== null;
    if (isContainer ? level === MAX_FILE_LEVELS : isDeepText(value))
      return refusal({ kind: "source", key: "", place: "" }, place, `it ${tooDeepText(MAX_FILE_LEVELS)}`);
    if (isContainer)
      for (const [name, child] of Object.entries(value)) pending.push([child, at(place, name), level + 1]);
  }
  return undefined;
}

/** Whether a text is JSON with too many levels. Brackets in any other text, such as ":(", are only characters. */
function isDeepText(text: unknown): boolean {
  if (typeof text !== "string" || text.length <= MAX_FILE_LEVELS || !/^\s*[[{]/.test(text)) return false;
  try {
    return depthProblem(JSON.parse(text), MAX_FILE_LEVELS) !== undefined;
  } catch {
    return false;
  }
}
