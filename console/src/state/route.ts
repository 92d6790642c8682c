/**
 * The current route, such as `#/flags/checkout-redesign?environment=production`. It is in the hash, so that it cannot
 * collide with a path of the worker.
 */
import { computed, signal } from "@preact/signals";

export interface Route {
  /** `["flags", "checkout-redesign"]` */
  path: readonly string[];
  query: Readonly<Record<string, string>>;
}

const hash = signal(location.hash);
let mayLeave: (() => Promise<boolean>) | undefined;

addEventListener("hashchange", () => void follow(location.hash));

async function follow(target: string): Promise<void> {
  if (mayLeave !== undefined && target !== hash.peek()) {
    // The current page keeps its address until the person has decided.
    const state: unknown = history.state;
    history.replaceState(state, "", hash.peek() || "#/");
    if (!(await mayLeave())) return;
    history.replaceState(state, "", target);
  }
  hash.value = target;
}

/** Sets the question to ask before the page is left, or removes it. Only one page at a time can have one. */
export function guardLeaving(ask: (() => Promise<boolean>) | undefined): void {
  mayLeave = ask;
}

export const route = computed((): Route => parseRoute(hash.value));

export function parseRoute(text: string): Route {
  const [path = "", query = ""] = text.replace(/^#\/?/, "").split("?", 2);
  return {
    path: path.split("/").filter(Boolean).map(decodeStep),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** Decodes a step of the path. A typed address can have a percent sign that starts no escape sequence. */
function decodeStep(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** Returns a link in the current environment: `href(["flags", "a b"])` is `#/flags/a%20b`. */
export function href(path: readonly string[], query: Record<string, string | undefined> = {}): string {
  const merged = { environment: route.peek().query["environment"], ...query };
  const given = Object.entries(merged).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${search === "" ? "" : `?${search}`}`;
}

export function go(path: readonly string[], query: Record<string, string | undefined> = {}): void {
  location.hash = href(path, query);
}

/**
 * Puts the state of the page into the address, for reloads and links. Adds no entry to the history. Does nothing if the
 * address is already another page's: the event that tells of it comes a moment later.
 */
export function replaceQuery(query: Record<string, string | undefined>): void {
  if ((location.hash || "#/") !== (hash.peek() || "#/")) return;
  history.replaceState(history.state, "", href(route.peek().path, query));
  hash.value = location.hash;
}
