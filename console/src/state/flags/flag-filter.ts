/** The filter and order of the list of flags, and how the address stores them. */
import type { Flag, FlagState } from "../../../../sdk/client/contract.ts";
import { FLAG_STATES, isExpired } from "../../../../src/flags/lifecycle/flag-state.ts";

export const SORTS = { key: "Key", changed: "Last change" } as const;
export type Sort = keyof typeof SORTS;

export const STATES = ["on", "off", ...FLAG_STATES];

/** A flag with its state, which is not known right after a write. */
export type ListedFlag = Omit<Flag, "state"> & { state?: FlagState };

/** An empty text matches every flag. */
export interface FlagFilter {
  search: string;
  tag: string;
  kind: string;
  /** One of STATES. */
  state: string;
  /** `temporary`, `permanent` or `expired` */
  lifetime: string;
  sort: Sort;
}

export function filterOfQuery(query: Readonly<Record<string, string>>): FlagFilter {
  const { search = "", tag = "", kind = "", state = "", lifetime = "", sort } = query;
  return { search, tag, kind, state, lifetime, sort: sort === "changed" ? sort : "key" };
}

/** Returns the query for a filter, without the fields that filter nothing. */
export function queryOfFilter({ sort, ...filter }: FlagFilter): Record<string, string | undefined> {
  const entries = Object.entries({ ...filter, sort: sort === "key" ? "" : sort });
  return Object.fromEntries(entries.map(([name, value]) => [name, value.trim() === "" ? undefined : value]));
}

/** Returns the matching flags in order. Every word must occur in the key, description, owner or tags. */
export function filterFlags(flags: readonly ListedFlag[], filter: FlagFilter, now: number): ListedFlag[] {
  const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = flags.filter(
    (flag) =>
      words.every((word) => searchTextOf(flag).includes(word)) &&
      (filter.tag === "" || flag.tags?.includes(filter.tag) === true) &&
      (filter.kind === "" || (flag.kind ?? "flag") === filter.kind) &&
      isInState(flag, filter.state) &&
      hasLifetime(flag, filter.lifetime, now),
  );
  const byKey = (a: Flag, b: Flag): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  if (filter.sort === "key") return found.toSorted(byKey);
  return found.toSorted((a, b) => (b.updatedAt ?? "").localeCompare(a.updatedAt ?? "") || byKey(a, b));
}

function isInState(flag: ListedFlag, state: string): boolean {
  if (state === "on" || state === "off") return flag.enabled === (state === "on");
  return state === "" || flag.state?.name === state;
}

function hasLifetime({ lifetime, expiresAt = null }: ListedFlag, wanted: string, now: number): boolean {
  return wanted === "expired" ? isExpired({ expiresAt }, now) : wanted === "" || lifetime === wanted;
}

const searchTexts = new WeakMap<Flag, string>();

/** Returns the searchable text of a flag. It is cached, because a search runs at every keystroke. */
function searchTextOf(flag: Flag): string {
  let text = searchTexts.get(flag);
  if (text === undefined) {
    const { key, description = "", owner = "", tags = [] } = flag;
    text = [key, description, owner, ...tags].join("\n").toLowerCase();
    searchTexts.set(flag, text);
  }
  return text;
}
