const RANGE = /^([a-z0-9!#$&^_.+*-]+\/[a-z0-9!#$&^_.+*-]+)((?:\s*;.*)?)$/;

/**
 * Whether the response may be JSON. It may not if `Accept` names media types without JSON, or JSON with `q=0`.
 * Malformed parts are ignored, so that only a caller that really cannot read JSON is refused.
 */
export function acceptsJson(accept: string | undefined): boolean {
  const ranges = (accept ?? "").toLowerCase().split(",").flatMap(parseRange);
  if (ranges.length === 0) return true;
  const matching = ranges.filter(({ rank }) => rank > 0);
  const nearest = Math.max(...matching.map(({ rank }) => rank));
  return matching.some(({ rank, isRefused }) => rank === nearest && !isRefused);
}

/** Parses one range. `rank` says how closely it names JSON, and is 0 if it does not include JSON. */
function parseRange(part: string): { rank: number; isRefused: boolean }[] {
  const match = RANGE.exec(part.trim());
  if (match === null) return [];
  const [, type = "", parameters = ""] = match;
  const rank =
    type === "*/*" ? 1 : type === "application/*" ? 2 : /^(?:application|text)\/(?:[^+]+\+)?json$/.test(type) ? 3 : 0;
  return [{ rank, isRefused: /;\s*q=0(?:\.0*)?\s*(?:;|$)/.test(parameters) }];
}
