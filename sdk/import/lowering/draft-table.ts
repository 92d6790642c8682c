import type { Draft, FlagInput } from "../types.ts";
import { draftOf, type Notes } from "./draft.ts";

/** Lowers the flags of a source, each once. A flag can ask for another one, whose variants its conditions name. */
export class DraftTable {
  readonly #placeOf: (key: string) => string;
  readonly #lower: (key: string, place: string, notes: Notes) => FlagInput;
  readonly #drafts = new Map<string, Draft<FlagInput>>();
  readonly #open = new Set<string>();

  constructor(placeOf: (key: string) => string, lower: (key: string, place: string, notes: Notes) => FlagInput) {
    this.#placeOf = placeOf;
    this.#lower = lower;
  }

  /** Returns whether a flag is being lowered, so that a flag that asks for it depends on itself. */
  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  draft(key: string): Draft<FlagInput> {
    const known = this.#drafts.get(key);
    if (known !== undefined) return known;
    this.#open.add(key);
    const place = this.#placeOf(key);
    const draft = draftOf({ kind: "flag", key, place }, (notes) => this.#lower(key, place, notes));
    this.#open.delete(key);
    this.#drafts.set(key, draft);
    return draft;
  }
}
