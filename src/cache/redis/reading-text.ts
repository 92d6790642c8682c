/** A reading as the fields of a Redis hash. Text that cannot be parsed gives `undefined`, never an error. */
import { INDEX_FIELD, KEYS_FIELD } from "../../flags/changes.ts";
import type { FlagDocument } from "../../flags/document.ts";
import type { FlagIndex, Reading } from "../../flags/reading.ts";
import type { KeyTable, SdkKeyRecord } from "../../flags/sdk-keys.ts";
import { HEAD_FIELD, parseHead, TAG_FIELD } from "./head-text.ts";

/** A larger fill is split into several commands, because the smallest plan accepts requests of 1 MB. */
const MAX_COMMAND_CHARS = 840_000;

/**
 * Parses the entries of a hash as a reading at its head, with the documents of `flagKeys`. `fields` holds everything
 * that Redis returned. Returns `undefined` if there is no head, because nothing is known about the entries then.
 */
export function parseReading(
  fields: ReadonlyMap<string, string>,
  entries: ReadonlyMap<string, string>,
  flagKeys: Iterable<string>,
  parseDocument: (json: unknown) => FlagDocument | undefined,
): Reading | undefined {
  const head = parseHead(fields.get(HEAD_FIELD) ?? "", fields.get(TAG_FIELD));
  if (!head) return undefined;
  const flags = new Map<string, FlagDocument>();
  const texts = new Map<string, string>();
  for (const key of flagKeys) {
    const text = entries.get(key);
    const document = text === undefined ? undefined : parseDocument(parseJson(text));
    if (text === undefined || !document) continue;
    flags.set(key, document);
    texts.set(key, text);
  }
  return {
    asOf: head.version,
    tag: head.tag,
    changes: head.changes,
    flags,
    keys: parseKeyTable(entries.get(KEYS_FIELD)),
    index: parseIndex(entries.get(INDEX_FIELD)),
    texts,
  };
}

/**
 * Writes a reading as entries, with documents of the given schema version. A flag that does not exist has no entry.
 */
export function formatReading({ flags, texts, keys, index }: Reading, schemaVersion: number): Map<string, string> {
  const fields = new Map<string, string>();
  if (keys) fields.set(KEYS_FIELD, JSON.stringify(keys));
  if (index) fields.set(INDEX_FIELD, JSON.stringify(index));
  for (const [key, document] of flags) {
    if (document !== null) fields.set(key, formatDocument(document, schemaVersion, texts?.get(key)));
  }
  return fields;
}

/** Writes a document in the given schema version. `text` is the document as JSON, if it is known. */
export function formatDocument(document: FlagDocument, schemaVersion: number, text?: string): string {
  if (document.schemaVersion === schemaVersion) return text ?? JSON.stringify(document);
  return JSON.stringify({ ...document, schemaVersion });
}

export function isFlagKey(field: string): boolean {
  return !field.startsWith("@");
}

/** Parses a flat list of names and values, as Redis replies to HGETALL. */
export function pairsOf(reply: readonly unknown[]): Map<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (let i = 0; i < reply.length; i += 2) {
    const field = reply[i];
    const value = reply[i + 1];
    if (typeof field !== "string" || typeof value !== "string") return undefined;
    pairs.set(field, value);
  }
  return pairs;
}

/** Returns the fields as flat lists, each of which fits into one command; at least one list. */
export function argumentsOf(fields: ReadonlyMap<string, string>): string[][] {
  const lists: string[][] = [[]];
  let chars = 0;
  for (const [field, text] of fields) {
    if (chars > 0 && chars + field.length + text.length > MAX_COMMAND_CHARS) {
      lists.push([]);
      chars = 0;
    }
    lists.at(-1)?.push(field, text);
    chars += field.length + text.length;
  }
  return lists;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function parseKeyTable(text: string | undefined): KeyTable | undefined {
  const table = text === undefined ? undefined : parseJson(text);
  if (!isRecord(table)) return undefined;
  return Object.values(table).every(isSdkKeyRecord) ? (table as KeyTable) : undefined;
}

function parseIndex(text: string | undefined): FlagIndex | undefined {
  const index = text === undefined ? undefined : parseJson(text);
  return Array.isArray(index) && index.every((key) => typeof key === "string") ? index : undefined;
}

function isSdkKeyRecord(value: unknown): value is SdkKeyRecord {
  if (!isRecord(value)) return false;
  const { kind, hash, origins, overridesSince = 0 } = value;
  const isKey = (kind === "client" || kind === "server") && typeof hash === "string" && Array.isArray(origins);
  return isKey && typeof overridesSince === "number";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
