import type { CompiledFlag } from "../../../src/evaluation/types.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";
import { type Change, INDEX_FIELD, KEYS_FIELD } from "../../../src/flags/changes.ts";
import type { KeyTable } from "../../../src/flags/sdk-keys.ts";
import type { Reading } from "../../../src/flags/reading.ts";
import { aFlagDocument } from "../flag-documents.ts";

/** An environment at one version. */
export interface EnvironmentState {
  flags: ReadonlyMap<string, FlagDocument>;
  index: string[];
  keys: KeyTable;
}

export type Write = "update" | "toggle" | "keys" | "all" | "nothing";

/** A store in memory that keeps every version of an environment, for comparison with the caches. */
export class VersionHistory {
  readonly #hidesRestores: boolean;
  #states = new Map<number, EnvironmentState>();
  #tags = new Map<number, string>();
  #changes: Change[] = [];
  #version = 0;
  /** How often the store has been restored. */
  #restores = 0;
  /** All contents by the tag of their version, those of lost versions too. */
  readonly #byTag = new Map<string, EnvironmentState>();

  constructor(hidesRestoresInChanges = false) {
    this.#hidesRestores = hidesRestoresInChanges;
    this.#states.set(0, { flags: new Map(), index: [], keys: keysOf(0) });
    this.write("nothing", "");
  }

  get version(): number {
    return this.#version;
  }

  at(version: number): EnvironmentState {
    const state = this.#states.get(version);
    if (!state) throw new RangeError(`there is no version ${version}`);
    return state;
  }

  /** Returns what the tag stands for, perhaps a lost version; `undefined` if it was never drawn. */
  tagged(tag: string): EnvironmentState | undefined {
    return this.#byTag.get(tag);
  }

  /** Returns every contents that this version has had. */
  allAt(version: number): EnvironmentState[] {
    if (this.#restores === 0) return [this.at(version)];
    return [...this.#byTag].filter(([tag]) => versionOf(tag) === version).map(([, state]) => state);
  }

  tagOf(version: number): string {
    return this.#tags.get(version) ?? "";
  }

  /** Returns the changes after one version, up to another. */
  changes(after: number, upTo: number): Change[] {
    return this.#changes.filter(([version]) => version > after && version <= upTo);
  }

  write(kind: Write, key: string): void {
    const before = this.at(this.version);
    const version = this.version + 1;
    const flags = new Map(before.flags);
    let { keys } = before;
    let fields: string[] | "*" = [];
    if (kind === "keys") {
      keys = keysOf(version);
      fields = [KEYS_FIELD];
    } else if (kind === "all") {
      for (const name of flags.keys()) flags.set(name, this.#document(name, version));
      fields = "*";
    } else if (kind === "toggle" || (kind === "update" && !flags.has(key))) {
      if (!flags.delete(key)) flags.set(key, this.#document(key, version));
      fields = [key, INDEX_FIELD];
    } else if (kind === "update") {
      flags.set(key, this.#document(key, version));
      fields = [key];
    }
    this.#add(version, fields, { flags, index: [...flags.keys()].toSorted(), keys });
  }

  /** Goes back to an earlier version, as a restored backup does. Later ones are given out again, with other tags. */
  restore(version: number): void {
    this.#restores += 1;
    this.#version = version;
    this.#changes = this.changes(0, version);
    for (const map of [this.#states, this.#tags]) for (const at of map.keys()) if (at > version) map.delete(at);
  }

  /** Raises the version, and that of every document, as the repair after a restore does. */
  raise(version: number): void {
    const { keys, index } = this.at(this.version);
    const flags = new Map(index.map((key) => [key, this.#document(key, version)]));
    this.#add(version, "*", { flags, index, keys });
  }

  /** Reads the given flags, or all, in one statement. The reading lists the changes after `since`. */
  read(flagKeys: readonly string[] | "all", since: number | undefined): Reading {
    const { flags, index, keys } = this.at(this.version);
    const wanted = flagKeys === "all" ? index : flagKeys;
    return {
      asOf: this.version,
      tag: this.tagOf(this.version),
      flags: new Map(wanted.map((key) => [key, flags.get(key) ?? null])),
      keys,
      index: flagKeys === "all" ? index : undefined,
      changes: since === undefined ? undefined : this.changes(since, this.version),
    };
  }

  #add(version: number, fields: string[] | "*", state: EnvironmentState): void {
    const tag = firstTagOf(version) + ".".repeat(this.#restores);
    this.#states.set(version, state);
    this.#tags.set(version, tag);
    this.#byTag.set(tag, state);
    const before = this.#hidesRestores ? firstTagOf(version - 1) : this.#tags.get(version - 1);
    this.#changes.push(before === undefined ? [version, fields] : [version, fields, before]);
    this.#version = version;
  }

  /** Documents of one flag differ by their version and by the restores before it. */
  #document(key: string, version: number): FlagDocument {
    return aFlagDocument(key, version, this.#restores === 0 ? {} : { metadata: { restores: this.#restores } });
  }
}

/** Whether the flag is that document's; both may be missing. */
export function isOf(flag: CompiledFlag | null | undefined, document: FlagDocument | undefined): boolean {
  if (!flag || !document) return !flag && !document;
  return flag.version === document.version && flag.metadata["restores"] === document.metadata["restores"];
}

function firstTagOf(version: number): string {
  return `t${version}`;
}

function versionOf(tag: string): number {
  return Number.parseInt(tag.slice(1), 10);
}

function keysOf(version: number): KeyTable {
  return { id: { kind: "server", hash: String(version), origins: [] } };
}
