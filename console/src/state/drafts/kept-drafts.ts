/**
 * The unsaved changes of flags and segments, kept in this tab's session storage. They survive a reload, and signing in
 * again. They never contain a secret: only flags and segments, as the API would store them.
 */
import type { TextStorage } from "../storage.ts";

/** A draft, and the document that it began from. */
export interface KeptDraft {
  /** When the person last changed it, in milliseconds since 1970. */
  at: number;
  /** `undefined` if the document is new. */
  base: object | undefined;
  edited: object;
}

export interface DraftId {
  /** `new-flag` is the form with three questions. */
  entity: "flag" | "segment" | "new-flag";
  environment: string;
  /** `undefined` for the draft of a new one. */
  key: string | undefined;
}

const PREFIX = "burgee.draft ";
/** The oldest drafts go first. A tab has about five million characters. */
const LIMITS = { count: 20, characters: 500_000 } as const;

/**
 * Keeps a draft in place of the earlier one. Returns `false` if the draft is too large, or is kept only in memory: the
 * next page then finds the earlier one.
 */
export function keepDraft(storage: TextStorage, id: DraftId, draft: KeptDraft): boolean {
  const text = JSON.stringify(draft);
  const own = nameOf(id);
  if (text.length > LIMITS.characters) {
    storage.removeItem(own);
    return false;
  }
  const others = oldestFirst(storage).filter((name) => name !== own);
  const surplus = Math.max(0, others.length + 1 - LIMITS.count);
  for (const name of others.slice(0, surplus)) storage.removeItem(name);
  return storage.setItem(own, text);
}

/** Returns the kept draft, or `undefined` if there is none. */
export function keptDraft(storage: TextStorage, id: DraftId): KeptDraft | undefined {
  return parsed(storage.getItem(nameOf(id)));
}

export function dropDraft(storage: TextStorage, id: DraftId): void {
  storage.removeItem(nameOf(id));
}

/** Removes all drafts, because the next person in this tab may be another one. */
export function dropAllDrafts(storage: TextStorage): void {
  for (const name of namesIn(storage)) storage.removeItem(name);
}

function nameOf({ entity, environment, key }: DraftId): string {
  return PREFIX + JSON.stringify([entity, environment, key ?? null]);
}

function namesIn(storage: TextStorage): string[] {
  return storage.names().filter((name) => name.startsWith(PREFIX));
}

function oldestFirst(storage: TextStorage): string[] {
  const ages = new Map(namesIn(storage).map((name) => [name, parsed(storage.getItem(name))?.at ?? 0]));
  return [...ages.keys()].toSorted((one, other) => (ages.get(one) ?? 0) - (ages.get(other) ?? 0));
}

function parsed(text: string | null): KeptDraft | undefined {
  if (text === null) return undefined;
  try {
    const draft = JSON.parse(text) as Partial<KeptDraft> | null;
    if (typeof draft?.at !== "number" || typeof draft.edited !== "object") return undefined;
    return { at: draft.at, base: draft.base, edited: draft.edited };
  } catch {
    return undefined;
  }
}
