/** Limits how deeply JSON is nested. Its sender chooses the depth, and code that recurses could overflow the stack. */

/** The largest number of levels in a file, which has more than a flag: a project, or the flags of another system. */
export const MAX_FILE_LEVELS = 256;

/** Returns the end of a message about JSON with more levels of objects and lists. The place comes before it. */
export function tooDeepText(levels: number): string {
  return `is nested too deeply; at most ${levels} levels are accepted`;
}

/** Returns the problem with a value that has more levels of objects and lists, or `undefined` if it has not. */
export function depthProblem(value: unknown, levels: number): string | undefined {
  const pending: [value: unknown, depth: number][] = [[value, 0]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [part, depth] = next;
    if (typeof part !== "object" || part === null) continue;
    if (depth === levels) return tooDeepText(levels);
    for (const child of Object.values(part)) pending.push([child, depth + 1]);
  }
  return undefined;
}
