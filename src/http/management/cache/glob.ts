/** A pattern of flag keys: `*` matches any characters, `?` matches one, and every other character matches itself. */
export const GLOB_PATTERN = /^[A-Za-z0-9._~*?-]{1,128}$/;
export const GLOB_RULE = "up to 128 of A-Z a-z 0-9 . _ ~ - and the wildcards * and ?";

/**
 * Takes time in proportion to key times pattern. A regular expression with many wildcards could take exponential time.
 */
export function matchesGlob(pattern: string, key: string): boolean {
  let at = 0;
  let p = 0;
  let star = -1;
  let resume = 0;
  while (at < key.length) {
    if (pattern[p] === "*") {
      star = p++;
      resume = at;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === key[at])) {
      p++;
      at++;
    } else if (star >= 0) {
      p = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
