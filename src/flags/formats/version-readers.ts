import type { JsonValue, NamedReader } from "../document.ts";
import { caretRange, compareVersions, parseVersion, tildeRange, type Version } from "./semver.ts";

/** The readers of versions. */
export type VersionReaderName = Extract<NamedReader, `version-${string}`>;

/** Tests the version of a subject. Returns `undefined` if the value is not a version. */
export type VersionTest = (value: JsonValue) => boolean | undefined;

/** A way to read versions, both the attribute's and those of the condition. */
export interface VersionReader {
  isVersion(text: string): boolean;
  /** Compiles a test that is true if the order of the subject's version and one of `versions` passes. */
  any(versions: string[], passes: (order: number) => boolean): VersionTest;
  /** Compiles a test for ^version or ~version. `undefined` if versions of this form have no such ranges. */
  within?: (versions: string[], range: "caret" | "tilde") => VersionTest;
}

interface Range<V> {
  lower: V;
  /** Excluded from the range. */
  upper: V;
}

interface Form<V> {
  parse: (text: string) => V | undefined;
  compare: (a: V, b: V) => number;
  /** Whether a number in the context counts as its text. */
  readsNumbers?: true;
  ranges?: { caret: (lower: V) => Range<V>; tilde: (lower: V) => Range<V> };
}

const MAX_LENGTH = 256;

function versionReader<V>({ parse, compare, readsNumbers, ranges }: Form<V>): VersionReader {
  const read = (text: string): V | undefined => (text.length > MAX_LENGTH ? undefined : parse(text));
  // Rules of a request often read the same text, so the last one stays parsed.
  let lastText: string | undefined;
  let last: V | undefined;
  const readSubject = (value: JsonValue): V | undefined => {
    const text = typeof value === "number" && readsNumbers && Number.isFinite(value) ? String(value) : value;
    if (typeof text !== "string") return undefined;
    if (text !== lastText) {
      last = read(text);
      lastText = text;
    }
    return last;
  };
  const readAll = (versions: string[]): V[] => versions.flatMap((text) => read(text) ?? []);
  return {
    isVersion: (text) => read(text) !== undefined,
    any: (versions, passes) => {
      const wanted = readAll(versions);
      return (value) => {
        const subject = readSubject(value);
        return subject === undefined ? undefined : wanted.some((version) => passes(compare(subject, version)));
      };
    },
    ...(ranges && {
      within: (versions, range) => {
        const wanted = readAll(versions).map(ranges[range]);
        return (value) => {
          const subject = readSubject(value);
          if (subject === undefined) return undefined;
          return wanted.some(({ lower, upper }) => compare(subject, lower) >= 0 && compare(subject, upper) < 0);
        };
      },
    }),
  };
}

const semverRanges = { caret: caretRange, tilde: tildeRange };

/** Semantic Versioning 2.0 to the letter. */
const strict: Form<Version> = {
  parse: (text) => (/^\d/.test(text) ? parseVersion(text) : undefined),
  compare: compareVersions,
  ranges: semverRanges,
};

const PARTIAL = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?([-+].*)?$/s;

/** Returns a version of one to three numbers, of which the missing ones are 0. */
function parsePartial(text: string): Version | undefined {
  const [, major, minor = "0", patch = "0", rest = ""] = PARTIAL.exec(text) ?? [];
  return major === undefined ? undefined : parseVersion(`${major}.${minor}.${patch}${rest}`);
}

const partial: Form<Version> = { parse: parsePartial, compare: compareVersions, ranges: semverRanges };

const loose: Form<Version> = {
  ...partial,
  parse: (text) => parsePartial(text.replace(/^v/i, "")),
  readsNumbers: true,
};

/** A version of any number of numbers. */
interface ExtendedVersion {
  numbers: readonly number[];
  /** Version 0.0.0 with the prerelease. */
  prerelease: Version;
}

const EXTENDED = /^v?(\d+(?:\.\d+)*)([-+].*)?$/is;

function parseExtended(text: string): ExtendedVersion | undefined {
  const [, digits, rest = ""] = EXTENDED.exec(text) ?? [];
  const prerelease = parseVersion(`0.0.0${rest}`);
  if (digits === undefined || prerelease === undefined) return undefined;
  const numbers = digits.split(".").map(Number);
  return numbers.every(Number.isSafeInteger) ? { numbers, prerelease } : undefined;
}

function compareExtended(a: ExtendedVersion, b: ExtendedVersion): number {
  const length = Math.max(a.numbers.length, b.numbers.length);
  for (let i = 0; i < length; i++) {
    const difference = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return compareVersions(a.prerelease, b.prerelease);
}

/** Returns the range from a version to, but not including, the first prerelease of the next `place`. */
function extendedRange(lower: ExtendedVersion, place: number): Range<ExtendedVersion> {
  const numbers = Array.from({ length: place + 1 }, (_, i) => (lower.numbers[i] ?? 0) + (i === place ? 1 : 0));
  return { lower, upper: { numbers, prerelease: parseVersion("0.0.0-0") as Version } };
}

const extended: Form<ExtendedVersion> = {
  parse: parseExtended,
  compare: compareExtended,
  ranges: {
    caret: (lower) => {
      const first = lower.numbers.findIndex((number) => number > 0);
      return extendedRange(lower, first < 0 ? 2 : Math.min(first, 2));
    },
    tilde: (lower) => extendedRange(lower, 1),
  },
};

/** GrowthBook's comparison: parts between `.` and `-`, numbers padded to five places, compared as text. */
const padded: Form<string> = {
  parse: (text) => {
    if (text === "") return undefined;
    const parts = text.replace(/^v|\+.*$/g, "").split(/[-.]/);
    // "~" comes after every letter, so a release comes after its prereleases.
    if (parts.length === 3) parts.push("~");
    return parts.map((part) => (/^\d+$/.test(part) ? part.padStart(5, " ") : part)).join("-");
  },
  compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
  readsNumbers: true,
};

export const VERSION_READERS: Record<VersionReaderName, VersionReader> = {
  "version-strict": versionReader(strict),
  "version-partial": versionReader(partial),
  "version-loose": versionReader(loose),
  "version-extended": versionReader(extended),
  "version-padded": versionReader(padded),
};

/** Returns whether a text is a version, as `read` reads it. */
export function isVersion(text: string, read: VersionReaderName | undefined): boolean {
  return read === undefined ? parseVersion(text) !== undefined : VERSION_READERS[read].isVersion(text);
}

const VERSION_RULES: Record<VersionReaderName, string> = {
  "version-strict": "must be a semantic version without a leading v, such as 1.2.3 or 2.0.0-beta.1",
  "version-partial": "must be a version of one to three numbers without a leading v, such as 1.2 or 2.0.0-beta.1",
  "version-loose": "must be a version of one to three numbers, such as 1.2 or v2.0.0-beta.1",
  "version-extended": "must be a version of numbers with dots between them, such as 1.18 or 1.18.1.5",
  "version-padded": "must be a version of up to 256 characters",
};

/** Returns the rule for a version in a condition, for messages. */
export function versionRule(read: VersionReaderName | undefined): string {
  return read === undefined ? "must be a semantic version such as 1.2.3 or 2.0.0-beta.1" : VERSION_RULES[read];
}
