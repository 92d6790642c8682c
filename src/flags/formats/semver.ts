/**
 * A version of Semantic Versioning 2.0. Readers can reuse one record for every version from the context, so that
 * comparing allocates nothing. A leading "v" is allowed, and all three numbers are required.
 */
export interface Version {
  text: string;
  major: number;
  minor: number;
  patch: number;
  /** The range of the prerelease in `text`. It is empty if the version is not a prerelease. */
  preStart: number;
  preEnd: number;
}

const MAX_LENGTH = 256;

export function newVersion(): Version {
  return { text: "", major: 0, minor: 0, patch: 0, preStart: 0, preEnd: 0 };
}

/** Returns the version, or `undefined` if the text is not a version. */
export function parseVersion(text: string): Version | undefined {
  const version = newVersion();
  return readVersion(text, version) ? version : undefined;
}

/** Reads a version into `into`. Returns false if the text is not a version. */
export function readVersion(text: string, into: Version): boolean {
  const length = text.length;
  if (length > MAX_LENGTH) return false;
  let at = text.charCodeAt(0) === 118 ? 1 : 0;
  for (let field = 0; field < 3; field++) {
    const start = at;
    let value = 0;
    let code = text.charCodeAt(at);
    while (code >= 48 && code <= 57) {
      value = value * 10 + code - 48;
      code = text.charCodeAt(++at);
    }
    if (at === start || (at - start > 1 && text.charCodeAt(start) === 48) || value > Number.MAX_SAFE_INTEGER)
      return false;
    if (field === 0) into.major = value;
    else if (field === 1) into.minor = value;
    else into.patch = value;
    if (field < 2 && text.charCodeAt(at++) !== 46) return false;
  }
  into.text = text;
  into.preStart = at;
  into.preEnd = at;
  if (text.charCodeAt(at) === 45) {
    into.preStart = at + 1;
    at = readIdentifiers(text, at + 1, true);
    if (at < 0) return false;
    into.preEnd = at;
  }
  if (text.charCodeAt(at) === 43) at = readIdentifiers(text, at + 1, false);
  return at === length;
}

/** Compares by precedence. Returns a negative number, 0 or a positive number. Build metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch || comparePrereleases(a, b);
}

export interface VersionRange {
  lower: Version;
  /** Not in the range, and neither are its prereleases. */
  upper: Version;
}

/** Returns the range of `^v`: the first number that is not 0 stays the same. */
export function caretRange(lower: Version): VersionRange {
  const { major, minor, patch } = lower;
  if (major > 0) return { lower, upper: firstPrerelease(major + 1, 0, 0) };
  if (minor > 0) return { lower, upper: firstPrerelease(0, minor + 1, 0) };
  return { lower, upper: firstPrerelease(0, 0, patch + 1) };
}

/** Returns the range of `~v`: the major and minor numbers stay the same. */
export function tildeRange(lower: Version): VersionRange {
  return { lower, upper: firstPrerelease(lower.major, lower.minor + 1, 0) };
}

/** Returns the lowest version that has these numbers, which is prerelease "0". */
function firstPrerelease(major: number, minor: number, patch: number): Version {
  return { text: "0", major, minor, patch, preStart: 0, preEnd: 1 };
}

/** Returns the end of a list of dot-separated identifiers, or -1 if one is empty or has a forbidden leading zero. */
function readIdentifiers(text: string, from: number, strictNumbers: boolean): number {
  let at = from;
  for (;;) {
    const start = at;
    let numeric = true;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code >= 48 && code <= 57) continue;
      if (!((code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 45)) break;
      numeric = false;
    }
    if (at === start) return -1;
    if (strictNumbers && numeric && at - start > 1 && text.charCodeAt(start) === 48) return -1;
    if (text.charCodeAt(at) !== 46) return at;
    at++;
  }
}

function comparePrereleases(a: Version, b: Version): number {
  if (a.preStart === a.preEnd || b.preStart === b.preEnd) {
    // A release comes after its prereleases.
    return (a.preStart === a.preEnd ? 1 : 0) - (b.preStart === b.preEnd ? 1 : 0);
  }
  let i = a.preStart;
  let j = b.preStart;
  for (;;) {
    const iEnd = identifierEnd(a.text, i, a.preEnd);
    const jEnd = identifierEnd(b.text, j, b.preEnd);
    const difference = compareIdentifiers(a.text, i, iEnd, b.text, j, jEnd);
    if (difference !== 0) return difference;
    // With equal identifiers so far, the longer list is higher.
    if (iEnd === a.preEnd || jEnd === b.preEnd) return (iEnd === a.preEnd ? 0 : 1) - (jEnd === b.preEnd ? 0 : 1);
    i = iEnd + 1;
    j = jEnd + 1;
  }
}

function identifierEnd(text: string, from: number, limit: number): number {
  let at = from;
  while (at < limit && text.charCodeAt(at) !== 46) at++;
  return at;
}

/** Compares numbers by value and words by code unit. Every number comes before every word. */
function compareIdentifiers(a: string, i: number, iEnd: number, b: string, j: number, jEnd: number): number {
  const aNumeric = isNumeric(a, i, iEnd);
  const bNumeric = isNumeric(b, j, jEnd);
  if (aNumeric !== bNumeric) return aNumeric ? -1 : 1;
  const aLength = iEnd - i;
  const bLength = jEnd - j;
  // Numbers have no leading zeros, so the longer one is greater. Comparing text also works beyond safe integers.
  if (aNumeric && aLength !== bLength) return aLength - bLength;
  const common = Math.min(aLength, bLength);
  for (let k = 0; k < common; k++) {
    const difference = a.charCodeAt(i + k) - b.charCodeAt(j + k);
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

function isNumeric(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
