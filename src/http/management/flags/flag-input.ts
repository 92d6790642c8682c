/** Between the three forms of a flag: as written over HTTP, as stored, as cached. */
import type { FlagDocument, JsonValue } from "../../../flags/document.ts";
import { type FlagInput, parseFlagInput } from "../../../flags/parse.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import type { FlagRecord } from "../../../store/lists/flags.ts";
import type { FlagNotes, FlagWrite } from "../../../store/inputs.ts";

export type JsonObject = Record<string, JsonValue>;

/** A flag as the API shows it: what a PUT takes, with the version of its document. */
export type FlagView = FlagInput & {
  version: number;
  /** When it was last changed in this environment or in its definition; not known right after a write. */
  updatedAt?: string;
};

const NOTES = ["description", "tags", "owner"] as const;

/** A whole flag; its key may be left out where the path names it. @throws InvalidInputError */
export function parseFlag(body: unknown, key: string | undefined): FlagInput {
  return parseFlagInput(withKey(body, key));
}

/** The body with the path's key. @throws InvalidInputError when it names another one, or is no object */
export function withKey(body: unknown, key: string | undefined): JsonObject {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new InvalidInputError([{ pointer: "", detail: "must be an object" }]);
  }
  const given = (body as JsonObject)["key"];
  if (key !== undefined && given !== undefined && given !== key) {
    throw new InvalidInputError([{ pointer: "/key", detail: "must be the key in the path; a key cannot be changed" }]);
  }
  return key === undefined ? (body as JsonObject) : { ...(body as JsonObject), key };
}

export function storedFlag(flag: FlagInput, notes: FlagNotes = flag): FlagWrite {
  const { key, kind, type, variants, clientVisible, metadata, enabled, offVariant, rules, prerequisites } = flag;
  return {
    definition: { key, kind, type, variants, clientVisible, metadata },
    configuration: { enabled, offVariant, default: flag.default, rules, prerequisites },
    description: notes.description,
    tags: notes.tags,
    owner: notes.owner,
  };
}

/** Notes of a merge patch: null takes a note away, which a merged flag cannot show any more. */
export function patchedNotes(patch: JsonObject, merged: FlagInput): FlagNotes {
  const notes: FlagNotes = {};
  if (Object.hasOwn(patch, "description")) notes.description = merged.description ?? "";
  if (Object.hasOwn(patch, "tags")) notes.tags = merged.tags ?? [];
  if (Object.hasOwn(patch, "owner")) notes.owner = merged.owner ?? null;
  return notes;
}

/** What a merge patch is applied to. A cached document knows no notes: a patch that has none leaves them alone. */
export function patchBase(flag: FlagDocument | FlagRecord): { flag: JsonObject; version: number } {
  const [definition, configuration] = "definition" in flag ? [flag.definition, flag.configuration] : [flag, flag];
  const { key, kind, type, variants, clientVisible, metadata } = definition;
  const { enabled, offVariant, rules, prerequisites } = configuration;
  const whole = {
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
  };
  return { flag: whole as unknown as JsonObject, version: flag.version };
}

export function viewOfRecord(record: FlagRecord): FlagView {
  const { definition, configuration, description, tags, owner, version, updatedAt } = record;
  const notes = { description, tags, ...(owner === null ? {} : { owner }) };
  return { ...definition, ...notes, ...configuration, version, updatedAt };
}

/** A flag as it was just written; notes that the write left alone are not in it. */
export function viewOfWritten(flag: FlagInput, notes: FlagNotes, version: number): FlagView {
  const { description: _, tags: __, owner: ___, ...rest } = flag;
  const given = Object.fromEntries(NOTES.flatMap((name) => (notes[name] == null ? [] : [[name, notes[name]]])));
  return { ...rest, ...given, version };
}
