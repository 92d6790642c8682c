/**
 * The fields of one schema version in the hash of an environment. Documents of different schema versions live side by
 * side there, under one head, so that an old and a new worker can run at once without overwriting each other. Version 1
 * uses the bare names; version 2 uses `@2:<name>`, and so on.
 *
 * Every worker purges the bare names and those of its own version, because it does not know the other versions. So an
 * entry of a version above 1 is valid only if no change names it after the version up to which that version's workers
 * have purged. The field `@schemas` says how far that is. It has one line for each schema version:
 * `<schema version> <purged up to> <ms since epoch of the last write>`.
 */
import { changesAfter, fieldsOf } from "../../flags/changes.ts";
import { HEAD_FIELD, parseHead, TAG_FIELD } from "./head-text.ts";

/** The field that says how far the entries of each schema version are purged. */
const SCHEMAS_FIELD = "@schemas";

/** The fields that belong to no schema version. */
const SHARED_FIELDS: ReadonlySet<string> = new Set([HEAD_FIELD, TAG_FIELD, SCHEMAS_FIELD]);

export class SchemaFields {
  readonly version: number;
  readonly #prefix: string;

  constructor(version: number) {
    this.version = version;
    this.#prefix = version === 1 ? "" : `@${version}:`;
  }

  /** The fields that a reader needs besides those of the entries. */
  get headFields(): readonly string[] {
    return this.#prefix === "" ? [HEAD_FIELD, TAG_FIELD] : [HEAD_FIELD, TAG_FIELD, SCHEMAS_FIELD];
  }

  /** Returns the field of an entry: a flag key, `@keys` or `@index`. */
  fieldOf(name: string): string {
    return this.#prefix + name;
  }

  /** Returns the entry's name, or `undefined` if the field belongs to another version or to no entry. */
  nameOf(field: string): string | undefined {
    if (this.#prefix === "") return SHARED_FIELDS.has(field) || /^@\d/.test(field) ? undefined : field;
    return field.startsWith(this.#prefix) ? field.slice(this.#prefix.length) : undefined;
  }

  /** Returns the entries of this version, by name, that are valid at the head of the same hash. */
  entriesOf(fields: ReadonlyMap<string, string>): Map<string, string> {
    const purged = this.#supersededIn(fields);
    const entries = new Map<string, string>();
    if (purged === "*") return entries;
    for (const [field, text] of fields) {
      const name = this.nameOf(field);
      if (name !== undefined && !purged.has(name)) entries.set(name, text);
    }
    return entries;
  }

  /** Returns the names that a worker of another version has purged, but only from its own entries. */
  #supersededIn(fields: ReadonlyMap<string, string>): Set<string> | "*" {
    if (this.#prefix === "") return new Set();
    const head = parseHead(fields.get(HEAD_FIELD) ?? "");
    const upTo = this.#purgedUpTo(fields.get(SCHEMAS_FIELD));
    if (head === undefined || upTo === undefined || upTo > head.version) return "*";
    if (upTo === head.version) return new Set();
    const changes = changesAfter(head.changes, upTo, head.version);
    return changes === undefined ? "*" : fieldsOf(changes);
  }

  #purgedUpTo(text = ""): number | undefined {
    for (const line of text.split("\n")) {
      const [version, upTo] = line.split(" ").map(Number);
      if (version === this.version && Number.isSafeInteger(upTo)) return upTo;
    }
    return undefined;
  }
}
