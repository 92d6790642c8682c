import type { FlagDocument } from "../flags/document.ts";
import { isPatternEngineLoaded, loadPatternEngine } from "../flags/formats/pattern.ts";

/** The operator that needs the pattern engine, as the JSON text of a document contains it. */
const MATCHES = '"matches"';

/**
 * Loads the libraries that compiling the documents needs. Returns `undefined` if there is nothing to wait for. Await it
 * before compileFlag, because compiling and evaluating are synchronous.
 */
export function prepareToCompile(documents: Iterable<FlagDocument | null>): Promise<void> | undefined {
  if (isPatternEngineLoaded()) return undefined;
  for (const document of documents) {
    if (document !== null && hasPattern(document)) return loadPatternEngine();
  }
  return undefined;
}

/** As {@link prepareToCompile}, for documents that are not parsed yet. */
export function prepareToCompileText(json: string): Promise<void> | undefined {
  return !isPatternEngineLoaded() && json.includes(MATCHES) ? loadPatternEngine() : undefined;
}

/** Whether a condition of the flag, of a segment or of a flag that it depends on may match a pattern. */
function hasPattern({ rules, segments, dependencies }: FlagDocument): boolean {
  try {
    return [rules, segments, dependencies].some(hasMatches);
  } catch {
    return true; // Damaged: nested so deeply that the search ran out of stack.
  }
}

function hasMatches(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if ((value as { operator?: unknown }).operator === "matches") return true;
  for (const key in value) if (hasMatches((value as Record<string, unknown>)[key])) return true;
  return false;
}
