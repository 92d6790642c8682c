import type { JsonScalar, JsonValue } from "../flags/document.ts";
import {
  caretRange,
  compareVersions,
  newVersion,
  parseVersion,
  readVersion,
  tildeRange,
  type Version,
} from "../flags/formats/semver.ts";
import { VERSION_READERS, type VersionReaderName, type VersionTest } from "../flags/formats/version-readers.ts";
import { CompileError } from "./compile-error.ts";
import { FALSE, type Predicate, TRUE, type Truth } from "./truth.ts";

/** The part of a condition that its test of a version depends on. */
export interface VersionCondition {
  versions: string[];
  /** Without a reader, versions are those of Semantic Versioning 2.0, and a leading "v" is allowed. */
  read: VersionReaderName | undefined;
  /** The result if the attribute is not a version. */
  invalid: Truth;
}

// Only one subject is read at a time, so one record is enough. Rules of a request often read the same text, so the last
// one stays parsed.
const subject = newVersion();
let subjectText: string | undefined;

function readSubject(value: JsonValue): boolean {
  if (typeof value !== "string") return false;
  if (value === subjectText) return true;
  subjectText = readVersion(value, subject) ? value : undefined;
  return subjectText !== undefined;
}

/** Compiles a test that is true if the order of the attribute and one of the versions passes. */
export function anyVersion(
  { versions, read, invalid }: VersionCondition,
  passes: (order: number) => boolean,
): Predicate {
  if (read !== undefined) return predicateOf(VERSION_READERS[read].any(versions, passes), invalid);
  const wanted = parseAll(versions);
  const [first] = wanted;
  return first && wanted.length === 1 ? passesFor(first, passes, invalid) : passesForAny(wanted, passes, invalid);
}

function passesFor(version: Version, passes: (order: number) => boolean, invalid: Truth): Predicate {
  return (value) => (!readSubject(value) ? invalid : passes(compareVersions(subject, version)) ? TRUE : FALSE);
}

function passesForAny(versions: readonly Version[], passes: (order: number) => boolean, invalid: Truth): Predicate {
  return (value) => {
    if (!readSubject(value)) return invalid;
    return versions.some((version) => passes(compareVersions(subject, version))) ? TRUE : FALSE;
  };
}

/** Compiles a test that is true if the attribute is within ^version, or ~version, of one of the versions. */
export function anyRange({ versions, read, invalid }: VersionCondition, range: "caret" | "tilde"): Predicate {
  if (read !== undefined) {
    const { within } = VERSION_READERS[read];
    if (within === undefined) throw new CompileError(`${read} has no ranges`);
    return predicateOf(within(versions, range), invalid);
  }
  const ranges = parseAll(versions).map(range === "caret" ? caretRange : tildeRange);
  return (value) => {
    if (!readSubject(value)) return invalid;
    for (const { lower, upper } of ranges) {
      if (compareVersions(subject, lower) >= 0 && compareVersions(subject, upper) < 0) return TRUE;
    }
    return FALSE;
  };
}

function predicateOf(test: VersionTest, invalid: Truth): Predicate {
  return (value) => {
    const passes = test(value);
    return passes === undefined ? invalid : passes ? TRUE : FALSE;
  };
}

function parseAll(versions: JsonScalar[]): Version[] {
  return (versions as string[]).flatMap((text) => parseVersion(text) ?? []);
}
