/** Conversions between the three forms of a flag: the API's, the store's and the cached document. */
import type { FlagDocument, FlagInput } from "../../../flags/document.ts";
import { parseFlagInput } from "../../../flags/parse.ts";
import type { FlagRecord, ListedFlag } from "../../../store/lists/flags.ts";
import type { FlagNotes, FlagWrite } from "../../../store/inputs.ts";
import { type LastEvaluatedView, lastView } from "../usage/last-view.ts";
import { type JsonObject, withKey } from "../merge-patch-body.ts";

/** A flag as the API returns it: the body of a PUT, with the version of its document. */
export type FlagView = FlagInput & {
  version: number;
  /** When it last changed in this environment or in its definition; not known right after a write. */
  updatedAt?: string;
};

const NOTES = ["description", "tags", "owner", "fallback", "jsonSchema", "lifetime", "expiresAt"] as const;

/**
 * Parses a whole flag. Its key is optional if the path names it. A write that leaves the stored rules as they are says
 * so with `hasStoredRules`: switching a flag off must not fail because of a rule that was accepted once.
 * @throws InvalidInputError
 */
export function parseFlag(body: unknown, key: string | undefined, options?: { hasStoredRules: boolean }): FlagInput {
  return parseFlagInput(withKey(body, key), options);
}

export function storedFlag(flag: FlagInput, notes: FlagNotes = flag): FlagWrite {
  const { key, kind, type, variants, clientVisible, metadata, enabled, offVariant, rules, prerequisites } = flag;
  return {
    definition: { key, kind, type, variants, clientVisible, metadata },
    configuration: { enabled, offVariant, default: flag.default, rules, prerequisites },
    description: notes.description,
    tags: notes.tags,
    owner: notes.owner,
    fallback: notes.fallback,
    jsonSchema: notes.jsonSchema,
    lifetime: notes.lifetime,
    expiresAt: notes.expiresAt,
  };
}

/** Returns the notes that a merge patch sets. `null` removes a note, which the merged flag no longer shows. */
export function patchedNotes(patch: JsonObject, merged: FlagInput): FlagNotes {
  const notes: FlagNotes = {};
  if (Object.hasOwn(patch, "description")) notes.description = merged.description ?? "";
  if (Object.hasOwn(patch, "tags")) notes.tags = merged.tags ?? [];
  if (Object.hasOwn(patch, "owner")) notes.owner = merged.owner ?? null;
  if (Object.hasOwn(patch, "fallback")) notes.fallback = merged.fallback ?? null;
  if (Object.hasOwn(patch, "jsonSchema")) notes.jsonSchema = merged.jsonSchema ?? null;
  if (Object.hasOwn(patch, "lifetime")) notes.lifetime = merged.lifetime ?? null;
  if (Object.hasOwn(patch, "expiresAt")) notes.expiresAt = merged.expiresAt ?? null;
  return notes;
}

/**
 * Returns the flag to which a merge patch applies. It has no notes, because a cached document has none, except for the
 * fallback of a record if the patch has a JSON Schema that it must fit.
 */
export function patchBase(flag: FlagDocument | FlagRecord, patch: JsonObject): JsonObject {
  const [definition, configuration] = "definition" in flag ? [flag.definition, flag.configuration] : [flag, flag];
  const { key, kind, type, variants, clientVisible, metadata } = definition;
  const { enabled, offVariant, rules, prerequisites } = configuration;
  const base = {
    key,
    kind,
    type,
    variants,
    clientVisible,
    metadata,
    enabled,
    offVariant,
    default: configuration.default,
    rules,
    prerequisites,
    ...("definition" in flag && Object.hasOwn(patch, "jsonSchema") ? { fallback: flag.fallback } : {}),
  };
  return base as unknown as JsonObject;
}

/** Returns the notes of a record. A note that it does not have is left out. */
export function notesOf(record: Pick<FlagRecord, (typeof NOTES)[number]>): Pick<FlagInput, (typeof NOTES)[number]> {
  const { description, tags } = record;
  const others = (["owner", "fallback", "jsonSchema", "lifetime", "expiresAt"] as const).filter(
    (name) => record[name] !== null,
  );
  return { description, tags, ...Object.fromEntries(others.map((name) => [name, record[name]])) };
}

export function viewOfRecord(record: FlagRecord): FlagView {
  const { definition, configuration, version, updatedAt } = record;
  return { ...definition, ...notesOf(record), ...configuration, version, updatedAt };
}

/** A flag in a list: the usage route has its other times. */
export function viewOfListed(record: ListedFlag): FlagView & Pick<LastEvaluatedView, "lastEvaluatedAt" | "lastUsedAt"> {
  const { lastEvaluatedAt, lastUsedAt } = lastView(record);
  return { ...viewOfRecord(record), lastEvaluatedAt, lastUsedAt };
}

/** A flag as it was just written, without the notes that the write left as they were. */
export function viewOfWritten(flag: FlagInput, notes: FlagNotes, version: number): FlagView {
  const rest = Object.fromEntries(Object.entries(flag).filter(([name]) => !NOTES.some((note) => note === name)));
  const given = Object.fromEntries(NOTES.flatMap((name) => (notes[name] == null ? [] : [[name, notes[name]]])));
  return { ...(rest as FlagInput), ...given, version };
}
