/** The searches that this browser keeps by name. The address of a search is what people share. */
import { signal } from "@preact/signals";
import { browserStorage, keepOrNotify, readList } from "../../storage.ts";

export interface SavedView {
  name: string;
  query: Record<string, string>;
}

const STORED = "burgee.views";
const MOST_VIEWS = 20;
const LONGEST_NAME = 60;

export const savedViews = signal<readonly SavedView[]>(readList(STORED, isView).slice(-MOST_VIEWS));

/** Keeps a search under a name. The oldest one makes room. */
export function saveView(name: string, query: Readonly<Record<string, string | undefined>>): void {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const view = { name: name.trim().slice(0, LONGEST_NAME), query: Object.fromEntries(given) };
  const views = [...savedViews.peek().filter((other) => other.name !== view.name), view].slice(-MOST_VIEWS);
  write(views, `the view “${view.name}”`);
}

export function removeView(name: string): void {
  write(
    savedViews.peek().filter((view) => view.name !== name),
    `the list without the view “${name}”`,
  );
}

function write(views: readonly SavedView[], subject: string): void {
  savedViews.value = views;
  keepOrNotify(browserStorage, STORED, JSON.stringify(views), subject);
}

function isView(value: unknown): value is SavedView {
  const { name, query } = (value ?? {}) as Partial<SavedView>;
  return typeof name === "string" && typeof query === "object" && query !== null;
}
