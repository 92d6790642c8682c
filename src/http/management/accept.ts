const RANGE = /^([a-z0-9!#$&^_.+*-]+\/[a-z0-9!#$&^_.+*-]+)((?:\s*;.*)?)$/;

/**
 * Whether JSON may be the answer: not when `Accept` names media types and JSON is none of them, or has `q=0`. What is no
 * media type is passed over, so that only a caller who really cannot read the answer is refused.
 */
export function acceptsJson(accept: string | undefined): boolean {
  const ranges = (accept ?? "").toLowerCase().split(",").flatMap(parseRange);
  if (ranges.length === 0) return true;
  const matching = ranges.filter(({ rank }) => rank > 0);
  const nearest = Math.max(...matching.map(({ rank }) => rank));
  return matching.some(({ rank, isRefused }) => rank === nearest && !isRefused);
}

/** `rank`: how closely the range names JSON; 0: not at all. */
function parseRange(part: string): { rank: number; isRefused: boolean }[] {
  const match = RANGE.exec(part.trim());
  if (match === null) return [];
  const [, type = "", parameters = ""] = match;
  const rank =
    type === "*/*" ? 1 : type === "application/*" ? 2 : /^(?:application|text)\/(?:[^+]+\+)?json$/.test(type) ? 3 : 0;
  return [{ rank, isRefused: /;\s*q=0(?:\.0*)?\s*(?:;|$)/.test(parameters) }];
}
