import type { Condition, FlagConfiguration, FlagDefinition } from "../../../src/flags/document.ts";
import {
  INDEX_FIELD,
  KEYS_FIELD,
  MAX_CHANGES,
  MAX_NAMES_PER_CHANGE,
  MAX_OLDER_CHANGES,
} from "../../../src/flags/changes.ts";
import { referencesOf, referencesOfCondition } from "../../../src/flags/references.ts";
import type { SdkKeyRecord } from "../../../src/flags/sdk-keys.ts";
import type { OutboxRow } from "../../../src/store/outbox-rows.ts";
import type { FlagRow, ReferenceRow, SegmentRow } from "../../../src/flags/documents/build-document.ts";
import type { ReadingRow } from "../../../src/store/readings/environment-reading.ts";

/** The largest number of flags whose documents a write returns. */
const MAX_WRITTEN_THROUGH = 20;
/** The largest number of rows that a sweep publishes one by one. */
const MAX_SWEPT = 5000;

/** One change of the environment. Each is a transaction of its own. */
export type Write =
  | { kind: "save flag"; definition: FlagDefinition; configuration: FlagConfiguration }
  | { kind: "delete flag"; key: string }
  | { kind: "save segment"; key: string; condition: Condition }
  | { kind: "add key"; id: string; record: SdkKeyRecord }
  | { kind: "revoke key"; id: string };

/** The changes to publish; null if they are too many. `before` is the tag of the version before the first. */
interface Unpublished {
  version: number;
  tag: string;
  rows: OutboxRow[] | null;
  before: string | null;
}

interface OutboxEntry {
  version: number;
  fields: string[] | null;
  tag: string;
  isDone: boolean;
}

/**
 * The tables of one environment, as the triggers and functions in migrations/functions/ keep them. A test compares its
 * rows with those of Postgres. It has no latency: `SimulatedPostgres` adds that.
 */
export class StoreModel {
  readonly environment: string;
  readonly #drawTag: () => string;
  readonly #flags = new Map<string, FlagRow>();
  readonly #segments = new Map<string, SegmentRow>();
  readonly #references = new Map<string, string[]>();
  readonly #keys = new Map<string, SdkKeyRecord>();
  readonly #outbox: OutboxEntry[] = [];
  /** The version up to which each target has accepted every purge; -1 if it is new. */
  readonly #confirmed = new Map<string, number>();
  /** An environment begins with version 1, which no row of the outbox has. */
  #version = 1;
  #tag: string;

  constructor(environment: string, drawTag: () => string) {
    this.environment = environment;
    this.#drawTag = drawTag;
    this.#tag = drawTag();
  }

  get version(): number {
    return this.#version;
  }

  /** Commits a change. Returns the fields that it names; `null` if they are too many. */
  write(write: Write): string[] | null {
    switch (write.kind) {
      case "save flag": {
        const { definition, configuration } = write;
        const isNew = !this.#flags.has(definition.key);
        this.#flags.set(definition.key, { ...definition, ...configuration, version: 0 });
        this.#refer(`flag:${definition.key}`, referencesOf(configuration));
        return this.#record([`flag:${definition.key}`], isNew ? [INDEX_FIELD] : []);
      }
      case "delete flag":
        this.#flags.delete(write.key);
        this.#references.delete(`flag:${write.key}`);
        return this.#record([`flag:${write.key}`], [INDEX_FIELD]);
      case "save segment":
        this.#segments.set(write.key, { key: write.key, condition: write.condition });
        this.#refer(`segment:${write.key}`, referencesOfCondition(write.condition));
        return this.#record([`segment:${write.key}`], []);
      case "add key":
        this.#keys.set(write.id, write.record);
        return this.#record([], [KEYS_FIELD]);
      case "revoke key":
        this.#keys.delete(write.id);
        return this.#record([], [KEYS_FIELD]);
      default:
        return write satisfies never;
    }
  }

  /** Returns the row of a reading (environment-reading.ts): of these flags, or of all. */
  readingRow(since: number | undefined, flagKeys?: readonly string[]): ReadingRow {
    const nodes = flagKeys && this.#reachable(flagKeys.map((key) => `flag:${key}`));
    const has = (node: string) => nodes === undefined || nodes.has(node);
    const hasIndex = flagKeys === undefined || flagKeys.some((key) => !this.#flags.has(key));
    const hidden = [...this.#flags.values()].filter((flag) => !flag.clientVisible).map(({ key }) => key);
    return {
      version: this.#version,
      tag: this.#tag,
      requested: flagKeys === undefined ? null : [...flagKeys],
      changes: this.#changesSince(since),
      flags: [...this.#flags.values()].filter(({ key }) => has(`flag:${key}`)),
      segments: [...this.#segments.values()].filter(({ key }) => has(`segment:${key}`)),
      references: [...this.#references].filter(([node]) => has(node)) satisfies ReferenceRow[],
      keys: Object.fromEntries(this.#keys),
      index: hasIndex ? [...this.#flags.keys()] : null,
      hidden: flagKeys !== undefined && hasIndex ? hidden : null,
    };
  }

  /** Returns the row of the documents that the last change named, as its own transaction reads them. */
  writtenRow(): ReadingRow | undefined {
    const fields = this.#outbox.at(-1)?.fields ?? null;
    if (fields === null || fields.length > MAX_WRITTEN_THROUGH) return undefined;
    const row = this.readingRow(
      undefined,
      fields.filter((field) => !field.startsWith("@")),
    );
    const isIndexChanged = fields.includes(INDEX_FIELD);
    const hidden = [...this.#flags.values()].filter((flag) => !flag.clientVisible).map(({ key }) => key);
    const index = isIndexChanged ? [...this.#flags.keys()] : null;
    return { ...row, changes: [], index, hidden: isIndexChanged ? hidden : null };
  }

  /** Returns the rows that a write has to publish: of too many, the last ones. */
  unpublished(): Unpublished & { rows: OutboxRow[] } {
    const redis = [...this.#confirmed].filter(([target]) => target.startsWith("redis:"));
    const accepted = redis.length === 0 ? 0 : Math.min(...redis.map(([, version]) => Math.max(0, version)));
    const oldest = this.#outbox.find(({ version, isDone }) => !isDone && version > accepted)?.version;
    const first = oldest && Math.max(oldest, this.#version - MAX_CHANGES + 1);
    return { version: this.#version, tag: this.#tag, rows: this.#rowsSince(first), before: this.#tagBefore(first) };
  }

  /** Models begin_sweep(). */
  beginSweep(targets: readonly string[]): Unpublished {
    for (const target of targets) if (!this.#confirmed.has(target)) this.#confirmed.set(target, -1);
    const { version, tag } = { version: this.#version, tag: this.#tag };
    const accepted = Math.min(version, ...targets.map((target) => this.#confirmed.get(target) ?? 0));
    if (accepted < 0) return { version, tag, rows: null, before: null };
    const oldest = this.#outbox.find((row) => row.version > accepted)?.version ?? version + 1;
    return version - oldest < MAX_SWEPT
      ? { version, tag, rows: this.#rowsSince(oldest), before: this.#tagBefore(oldest) }
      : { version, tag, rows: null, before: null };
  }

  /** Models confirm_purge(). */
  confirm(upTo: number, targets: readonly string[]): void {
    for (const target of targets) {
      const known = this.#confirmed.get(target);
      if (known !== undefined) this.#confirmed.set(target, Math.max(known, upTo));
    }
    const everywhere = Math.min(upTo, ...[...this.#confirmed.values()].map((version) => Math.max(0, version)));
    for (const row of this.#outbox) if (row.version <= everywhere) row.isDone = true;
  }

  #record(changedNodes: readonly string[], changedFields: readonly string[]): string[] | null {
    this.#version += 1;
    this.#tag = this.#drawTag();
    const fields = new Set(changedFields);
    for (const node of this.#dependents(changedNodes)) {
      const key = keyOfFlag(node);
      if (key === undefined) continue;
      fields.add(key);
      const flag = this.#flags.get(key);
      if (flag !== undefined) this.#flags.set(key, { ...flag, version: this.#version });
    }
    const named = fields.size <= MAX_NAMES_PER_CHANGE ? [...fields].toSorted() : null;
    this.#outbox.push({ version: this.#version, fields: named, tag: this.#tag, isDone: false });
    return named;
  }

  #refer(node: string, references: readonly { kind: string; name: string }[]): void {
    const named = [...new Set(references.map(({ kind, name }) => `${kind}:${name}`))];
    if (named.length === 0) this.#references.delete(node);
    else this.#references.set(node, named);
  }

  /** Returns the nodes, and all that refer to them, directly or not. */
  #dependents(nodes: readonly string[]): Set<string> {
    const found = new Set(nodes);
    for (const node of found) {
      for (const [other, refersTo] of this.#references) if (refersTo.includes(node)) found.add(other);
    }
    return found;
  }

  /** Returns the nodes, and all that they refer to, directly or not. */
  #reachable(nodes: readonly string[]): Set<string> {
    const found = new Set(nodes);
    for (const node of found) for (const other of this.#references.get(node) ?? []) found.add(other);
    return found;
  }

  #changesSince(since: number | undefined): OutboxRow[] {
    const from = since ?? this.#version - MAX_CHANGES;
    return this.#version - from > MAX_OLDER_CHANGES ? [] : this.#rowsSince(from);
  }

  #tagBefore(version: number | undefined): string | null {
    return this.#outbox.find((row) => row.version + 1 === version)?.tag ?? null;
  }

  #rowsSince(oldest: number | undefined): OutboxRow[] {
    if (oldest === undefined) return [];
    return this.#outbox.filter((row) => row.version >= oldest).map((row) => [row.version, row.fields, row.tag]);
  }
}

function keyOfFlag(node: string): string | undefined {
  return node.startsWith("flag:") ? node.slice("flag:".length) : undefined;
}
