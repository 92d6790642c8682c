import { NATIVE_SCHEME, type FlagDocument } from "../flags/document.ts";
import { patternEngine } from "../flags/formats/pattern.ts";
import { schemeLibrary } from "./hashing/scheme-library.ts";
import { windowLibrary } from "./windows/window-library.ts";

/** The libraries that compiling a document may need, as bits. */
const PATTERNS = 1;
const SCHEMES = 2;
const WINDOWS = 4;
const ALL = PATTERNS | SCHEMES | WINDOWS;

const LIBRARIES = [
  { bit: PATTERNS, library: patternEngine },
  { bit: SCHEMES, library: schemeLibrary },
  { bit: WINDOWS, library: windowLibrary },
];

/** The operator that needs the pattern engine, as the JSON text of a document contains it. */
const MATCHES = '"matches"';

/** A hash that is not the native one, or the reader sha256. JSON from Postgres has a space after the colon. */
const NEEDS_SCHEMES = new RegExp(`"hash": ?"(?!${NATIVE_SCHEME}")|"sha256":`);

/** The field of a rule that needs the code of recurring windows. */
const DURING = '"during"';

/**
 * Loads the libraries that compiling the documents needs. Returns `undefined` if there is nothing to wait for. Await it
 * before compileFlag, because compiling and evaluating are synchronous.
 */
export function prepareToCompile(documents: Iterable<FlagDocument | null>): Promise<void> | undefined {
  const absent = absentLibraries();
  if (absent === 0) return undefined;
  let needed = 0;
  for (const document of documents) {
    if (document !== null) needed |= needsOf(document) & absent;
    if (needed === absent) break;
  }
  return load(needed);
}

/** As {@link prepareToCompile}, for documents that are not parsed yet. */
export function prepareToCompileText(json: string): Promise<void> | undefined {
  const absent = absentLibraries();
  if (absent === 0) return undefined;
  const needed =
    (json.includes(MATCHES) ? PATTERNS : 0) |
    (NEEDS_SCHEMES.test(json) ? SCHEMES : 0) |
    (json.includes(DURING) ? WINDOWS : 0);
  return load(needed & absent);
}

/** Loads every library, for a module that compiles documents which it does not know yet. */
export async function prepareToCompileAny(): Promise<void> {
  await load(ALL);
}

function absentLibraries(): number {
  let absent = 0;
  for (const { bit, library } of LIBRARIES) if (!library.isLoaded) absent |= bit;
  return absent;
}

function load(needed: number): Promise<void> | undefined {
  if (needed === 0) return undefined;
  const loading = LIBRARIES.filter(({ bit }) => (needed & bit) !== 0).map(({ library }) => library.load());
  return Promise.all(loading).then(() => undefined);
}

/** Returns the libraries that the flag, its segments and the flags that it depends on may need. */
function needsOf({ rules, default: serve, segments, dependencies }: FlagDocument): number {
  try {
    return needsOfPart(rules) | needsOfPart(serve) | needsOfPart(segments) | needsOfPart(dependencies);
  } catch {
    return ALL; // Damaged: nested so deeply that the search ran out of stack.
  }
}

function needsOfPart(part: unknown): number {
  if (typeof part !== "object" || part === null) return 0;
  const { operator, hash, sha256, during } = part as Record<string, unknown>;
  let needs = operator === "matches" ? PATTERNS : 0;
  if ((hash !== undefined && hash !== NATIVE_SCHEME) || sha256 !== undefined) needs |= SCHEMES;
  if (during !== undefined) needs |= WINDOWS;
  for (const key in part) needs |= needsOfPart((part as Record<string, unknown>)[key]);
  return needs;
}
