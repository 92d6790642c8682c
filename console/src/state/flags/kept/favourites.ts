/**
 * The flags that a person marks as favourites, and those that they visited last. This browser keeps their keys, which
 * are the same in all environments.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { browserStorage, readList } from "../../storage.ts";

const FAVOURITES = "burgee.favourites";
const RECENT = "burgee.recent-flags";
const MOST_FAVOURITES = 200;
const MOST_RECENT = 8;

const favouriteKeys = signal(read(FAVOURITES));
const recentKeys = signal(read(RECENT));

export const favourites: ReadonlySignal<ReadonlySet<string>> = computed(() => new Set(favouriteKeys.value));

/** The keys of the flags that were visited last, latest first. */
export const recentFlags: ReadonlySignal<readonly string[]> = recentKeys;

/** Marks a flag as a favourite, or no longer. The oldest favourite makes room. */
export function toggleFavourite(key: string): void {
  const kept = read(FAVOURITES);
  const others = kept.filter((other) => other !== key);
  favouriteKeys.value = write(
    FAVOURITES,
    others.length < kept.length ? others : [...kept, key].slice(-MOST_FAVOURITES),
  );
}

export function rememberVisit(key: string): void {
  const others = read(RECENT).filter((other) => other !== key);
  recentKeys.value = write(RECENT, [key, ...others].slice(0, MOST_RECENT));
}

/** Reads the stored keys, because another tab may have changed them. */
function read(name: string): readonly string[] {
  return readList(name, (key) => typeof key === "string");
}

function write(name: string, keys: readonly string[]): readonly string[] {
  browserStorage.setItem(name, JSON.stringify(keys));
  return keys;
}
