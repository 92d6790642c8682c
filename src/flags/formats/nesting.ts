/** How deeply JSON is nested. Its sender chooses the depth, so nothing recurses into it before it is bounded. */

/** The number of levels of a file, which can contain many flags, or the conditions of another system. */
export const MAX_FILE_LEVELS = 256;

/** The end of an error message about JSON with more levels of objects and lists, after the name of its place. */
export function tooDeepText(levels: number): string {
  return `is nested too deeply; at most ${levels} levels are accepted`;
}

/** Returns the problem with a JSON value that has more levels of objects and lists, or `undefined`. */
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
