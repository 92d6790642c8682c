/** A pattern of flag keys: `*` matches any characters, `?` matches one, and every other character matches itself. */
export const GLOB_PATTERN = /^[^\s#%\\,]{1,256}$/;
export const GLOB_RULE = "up to 256 characters of flag keys, and the wildcards * and ?";

/**
 * Takes time in proportion to key times pattern. A regular expression with many wildcards could take exponential time.
 */
export function matchesGlob(patternText: string, keyText: string): boolean {
  // A character outside the basic plane takes two units of a text, but one place of a list.
  const [pattern, key] = [Array.from(patternText), Array.from(keyText)];
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
