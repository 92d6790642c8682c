/**
 * A snapshot is one environment at one version as text, for outages of all tiers. The first line describes the
 * snapshot. Each further line holds one field, named as in L2's hash: `@keys`, and then the flags in order.
 */
import { parseJson, parseKeyTable } from "../../cache/redis/reading-text.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import { parseCachedDocument } from "../../flags/cached-document.ts";
import { type FlagDocument, SCHEMA_VERSION } from "../../flags/document.ts";
import { KEYS_FIELD } from "../../flags/changes.ts";
import type { KeyTable } from "../../flags/sdk-keys.ts";
import { type FlagSet, flagSetOf } from "../read/flag-set.ts";
import { UnavailableError } from "../request-scope.ts";

/**
 * A larger environment has no snapshot, because it would not fit into an isolate beside everything else (characters).
 */
export const MAX_SNAPSHOT_CHARS = 8 * 1024 * 1024;

export interface SnapshotContent {
  version: number;
  /** When the version was last known to be the newest (ms since epoch). */
  takenAt: number;
  keys: KeyTable;
  /** The document of each flag of the environment as JSON, sorted by flag key. */
  documents: Iterable<readonly [key: string, text: string]>;
}

interface SnapshotTop {
  schemaVersion: number;
  version: number;
  takenAt: number;
  /** The number of lines after this one, which shows whether the text was cut off. */
  lines: number;
}

/** Returns the snapshot's text; `undefined` if it would be too large. */
export function writeSnapshot({ version, takenAt, keys, documents }: SnapshotContent): string | undefined {
  const lines = [`${KEYS_FIELD} ${JSON.stringify(keys)}`];
  let chars = 0;
  for (const [key, text] of documents) {
    const line = `${key} ${text}`;
    chars += line.length;
    if (chars > MAX_SNAPSHOT_CHARS) return undefined;
    lines.push(line);
  }
  const top: SnapshotTop = { schemaVersion: SCHEMA_VERSION, version, takenAt, lines: lines.length };
  return `${JSON.stringify(top)}\n${lines.join("\n")}`;
}

/** Parses a snapshot. Returns `undefined` if it was cut off, is damaged, or has another schema version. */
export function readSnapshot(text: string, compile: (document: FlagDocument) => CompiledFlag): Snapshot | undefined {
  const [first = "", ...lines] = text.split("\n");
  const top = parseJson(first);
  if (!isTop(top) || top.lines !== lines.length) return undefined;
  const fields = new Map<string, string>();
  for (const line of lines) {
    const space = line.indexOf(" ");
    fields.set(line.slice(0, space), line.slice(space + 1));
  }
  const keys = parseKeyTable(fields.get(KEYS_FIELD));
  fields.delete(KEYS_FIELD);
  return keys && new Snapshot(top, keys, fields, text.length, compile);
}

/** A snapshot in use. It compiles each flag on first use. */
export class Snapshot {
  readonly version: number;
  /** ms since epoch. */
  readonly takenAt: number;
  readonly keys: KeyTable;
  /** The length of its text (characters). */
  readonly size: number;
  readonly #documents: ReadonlyMap<string, string>;
  readonly #compile: (document: FlagDocument) => CompiledFlag;
  readonly #compiled = new Map<string, CompiledFlag>();
  #flagSet: FlagSet | undefined;

  constructor(
    top: { version: number; takenAt: number },
    keys: KeyTable,
    documents: ReadonlyMap<string, string>,
    size: number,
    compile: (document: FlagDocument) => CompiledFlag,
  ) {
    this.version = top.version;
    this.takenAt = top.takenAt;
    this.keys = keys;
    this.size = size;
    this.#documents = documents;
    this.#compile = compile;
  }

  /** Returns one flag; null if the environment had no such flag. @throws UnavailableError its document is damaged */
  flag(key: string): CompiledFlag | null {
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const text = this.#documents.get(key);
    if (text === undefined) return null;
    const document = parseCachedDocument(parseJson(text));
    if (document === undefined) throw new UnavailableError(`flag "${key}" cannot be read from the snapshot`);
    const compiled = this.#compile(document);
    this.#compiled.set(key, compiled);
    return compiled;
  }

  /** Returns every flag of the environment. Throws as {@link flag} does. */
  all(): FlagSet {
    this.#flagSet ??= flagSetOf([...this.#documents.keys()].flatMap((key) => this.flag(key) ?? []));
    return this.#flagSet;
  }
}

function isTop(value: unknown): value is SnapshotTop {
  if (typeof value !== "object" || value === null) return false;
  const { schemaVersion, version, takenAt } = value as Partial<SnapshotTop>;
  return schemaVersion === SCHEMA_VERSION && Number.isSafeInteger(version) && Number.isSafeInteger(takenAt);
}
