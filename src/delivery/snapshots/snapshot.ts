import { parseJson } from "../../cache/redis/reading-text.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import { parseCachedDocument } from "../../flags/cached-document.ts";
import type { FlagDocument } from "../../flags/document.ts";
import type { KeyTable } from "../../flags/sdk-keys.ts";
import type { HeldEntry } from "../entries/held-entry.ts";
import { type FlagSet, flagSetOf } from "../read/flag-set.ts";
import { UnavailableError } from "../request-scope.ts";

/** One environment at one version, in use during an outage of all tiers. It compiles each flag on first use. */
export class Snapshot {
  readonly version: number;
  /** When the version was last known to be the newest (ms since epoch). */
  readonly takenAt: number;
  readonly keys: KeyTable;
  /** The length of its text (characters). */
  readonly size: number;
  readonly #entry: HeldEntry;
  readonly #compile: (document: FlagDocument, text: string) => CompiledFlag;
  readonly #compiled = new Map<string, CompiledFlag>();
  #flagSet: FlagSet | undefined;

  /** All shards of the entry must have been added. */
  constructor(entry: HeldEntry, compile: (document: FlagDocument, text: string) => CompiledFlag) {
    this.version = entry.version;
    this.takenAt = entry.takenAt;
    this.keys = entry.keys;
    this.size = entry.size;
    this.#entry = entry;
    this.#compile = compile;
  }

  /** Returns one flag; null if the environment had no such flag. @throws UnavailableError its document is damaged */
  flag(key: string): CompiledFlag | null {
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const text = this.#entry.document(key);
    return text === undefined ? null : this.#compileText(key, text);
  }

  /** Returns every flag of the environment. Throws as {@link flag} does. */
  all(): FlagSet {
    this.#flagSet ??= flagSetOf(
      this.#entry.flags().map(([key, text]) => this.#compiled.get(key) ?? this.#compileText(key, text)),
    );
    return this.#flagSet;
  }

  #compileText(key: string, text: string): CompiledFlag {
    const document = parseCachedDocument(parseJson(text));
    if (document === undefined) throw new UnavailableError(`flag "${key}" cannot be read from the snapshot`);
    const compiled = this.#compile(document, text);
    this.#compiled.set(key, compiled);
    return compiled;
  }
}
