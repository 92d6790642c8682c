/** The filter and order of the list of flags, and how the address stores them. */
import type { Flag, FlagState } from "../../../../sdk/client/contract.ts";
import { FLAG_STATES, isExpired } from "../../../../src/flags/lifecycle/flag-state.ts";
import { fuzzyFind } from "../../ui/kit/fuzzy.ts";

export const SORTS = { key: "Key", changed: "Last change", evaluated: "Last evaluated" } as const;
export type Sort = keyof typeof SORTS;

export const STATES = ["on", "off", ...FLAG_STATES];

/** How the filter "Use" names the time of the last evaluation. */
export const USES = {
  never: "never",
  "7": "not in 7 days",
  "30": "not in 30 days",
  recent: "in the last 7 days",
} as const;

/** A flag with its state, which is not known right after a write. */
export type ListedFlag = Omit<Flag, "state"> & {
  state?: FlagState;
  /** Whether the flag is on, by environment. */
  enabledIn?: Readonly<Record<string, boolean>>;
};

/** An empty text matches every flag. */
export interface FlagFilter {
  search: string;
  owner: string;
  tag: string;
  kind: string;
  /** One of STATES. */
  state: string;
  /** One of USES. */
  use: string;
  /** `temporary`, `permanent` or `expired` */
  lifetime: string;
  /** `only` for the person's favourites. */
  favourite: string;
  sort: Sort;
  /** Whether the order is the opposite of the usual one: keys from A to Z, times from the newest. */
  reversed: boolean;
}

export const NO_FILTER = { search: "", owner: "", tag: "", kind: "", state: "", use: "", lifetime: "", favourite: "" };

export function filterOfQuery(query: Readonly<Record<string, string>>): FlagFilter {
  const given = Object.keys(NO_FILTER).map((name) => [name, query[name] ?? ""]);
  const { sort = "key", reversed } = query;
  return {
    ...(Object.fromEntries(given) as typeof NO_FILTER),
    sort: Object.hasOwn(SORTS, sort) ? (sort as Sort) : "key",
    reversed: reversed === "true",
  };
}

/** Returns the query for a filter, without the fields that filter nothing. */
export function queryOfFilter({ sort, reversed, ...filter }: FlagFilter): Record<string, string | undefined> {
  const entries = Object.entries({ ...filter, sort: sort === "key" ? "" : sort, reversed: reversed ? "true" : "" });
  return Object.fromEntries(entries.map(([name, value]) => [name, value.trim() === "" ? undefined : value]));
}

export interface Found {
  flags: ListedFlag[];
  /** Whether the search found nothing, and these are the flags whose key is like it. */
  isSimilar: boolean;
}

/**
 * Returns the matching flags in the order of `flags`. Every word must occur in the key, description, owner or tags. If
 * no flag has them, returns those whose key differs from the search by a letter in each word.
 */
export function filterFlags(
  flags: readonly ListedFlag[],
  filter: FlagFilter,
  now: number,
  favourites: ReadonlySet<string>,
): Found {
  const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean);
  const rest = flags.filter(
    (flag) => isSelected(flag, filter, now) && (filter.favourite === "" || favourites.has(flag.key)),
  );
  const found = rest.filter((flag) => words.every((word) => searchTextOf(flag).includes(word)));
  if (found.length > 0 || words.length === 0) return { flags: found, isSimilar: false };
  const similar = fuzzyFind(
    rest.map(({ key }) => key),
    filter.search,
  ).flatMap((index) => rest[index] ?? []);
  return { flags: similar, isSimilar: similar.length > 0 };
}

function isSelected(flag: ListedFlag, filter: FlagFilter, now: number): boolean {
  return (
    (filter.owner === "" || flag.owner === filter.owner) &&
    (filter.tag === "" || flag.tags?.includes(filter.tag) === true) &&
    (filter.kind === "" || (flag.kind ?? "flag") === filter.kind) &&
    isInState(flag, filter.state) &&
    isUsed(flag, filter.use, now) &&
    hasLifetime(flag, filter.lifetime, now)
  );
}

const NATURAL = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Compares names as people count: `rule-9` is before `rule-10`. */
export function compareNames(a: string, b: string): number {
  return NATURAL.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** Returns the flags in order. A list keeps the order for its searches, because sorting takes longer than they do. */
export function sortFlags(
  flags: readonly ListedFlag[],
  { sort, reversed }: Pick<FlagFilter, "sort" | "reversed">,
): ListedFlag[] {
  const byKey = (a: Flag, b: Flag): number => compareNames(a.key, b.key);
  const timeOf = (flag: Flag): string => (sort === "changed" ? flag.updatedAt : flag.lastEvaluatedAt) ?? "";
  const byTime = (a: Flag, b: Flag): number => {
    const [first, second] = [timeOf(a), timeOf(b)];
    return first === second ? byKey(a, b) : first < second ? 1 : -1;
  };
  const ordered = flags.toSorted(sort === "key" ? byKey : byTime);
  return reversed ? ordered.toReversed() : ordered;
}

function isInState(flag: ListedFlag, state: string): boolean {
  if (state === "on" || state === "off") return flag.enabled === (state === "on");
  return state === "" || flag.state?.name === state;
}

const DAY_MS = 86_400_000;

function isUsed({ lastEvaluatedAt = null }: ListedFlag, use: string, now: number): boolean {
  if (use === "") return true;
  if (lastEvaluatedAt === null) return use !== "recent";
  const days = (now - Date.parse(lastEvaluatedAt)) / DAY_MS;
  return use === "recent" ? days < 7 : use !== "never" && days >= Number(use);
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
