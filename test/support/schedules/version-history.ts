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
  readonly #states: EnvironmentState[] = [{ flags: new Map(), index: [], keys: keysOf(0) }];
  readonly #changes: Change[] = [];

  constructor() {
    this.write("nothing", "");
  }

  get version(): number {
    return this.#changes.length;
  }

  at(version: number): EnvironmentState {
    const state = this.#states[version];
    if (!state) throw new RangeError(`there is no version ${version}`);
    return state;
  }

  tagOf(version: number): string {
    return `t${version}`;
  }

  /** Returns the changes after one version, up to another. */
  changes(after: number, upTo: number): Change[] {
    return this.#changes.slice(after, upTo);
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
      for (const name of flags.keys()) flags.set(name, aFlagDocument(name, version));
      fields = "*";
    } else if (kind === "toggle" || (kind === "update" && !flags.has(key))) {
      if (!flags.delete(key)) flags.set(key, aFlagDocument(key, version));
      fields = [key, INDEX_FIELD];
    } else if (kind === "update") {
      flags.set(key, aFlagDocument(key, version));
      fields = [key];
    }
    this.#states.push({ flags, index: [...flags.keys()].toSorted(), keys });
    this.#changes.push(version === 1 ? [version, fields] : [version, fields, this.tagOf(version - 1)]);
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
}

function keysOf(version: number): KeyTable {
  return { id: { kind: "server", hash: String(version), origins: [] } };
}
