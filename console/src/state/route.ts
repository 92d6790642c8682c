/**
 * Where the person is: `#/flags/checkout-redesign?environment=production`. In the hash, so that every path of the worker
 * stays the worker's and a reload needs no server.
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

async function follow(asked: string): Promise<void> {
  if (mayLeave !== undefined && asked !== hash.peek()) {
    // The page that is shown keeps its address until the person has decided.
    history.replaceState(null, "", hash.peek() || "#/");
    if (!(await mayLeave())) return;
    history.replaceState(null, "", asked);
  }
  hash.value = asked;
}

/** Asks before the page is left for another one; undefined: it may be left. One page at a time guards itself. */
export function guardLeaving(ask: (() => Promise<boolean>) | undefined): void {
  mayLeave = ask;
}

export const route = computed((): Route => parseRoute(hash.value));

export function parseRoute(text: string): Route {
  const [path = "", query = ""] = text.replace(/^#\/?/, "").split("?", 2);
  return {
    path: path.split("/").filter(Boolean).map(decoded),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** An address that somebody has typed may hold a lone per cent sign. */
function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** `href("flags", "a b")` is `#/flags/a%20b`, in the environment that is looked at. */
export function href(path: readonly string[], query: Record<string, string | undefined> = {}): string {
  const merged = { environment: route.peek().query["environment"], ...query };
  const given = Object.entries(merged).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${search === "" ? "" : `?${search}`}`;
}

export function go(path: readonly string[], query: Record<string, string | undefined> = {}): void {
  location.hash = href(path, query);
}

/** Says in the address what the page shows, so that a reload or a link shows it too; no step of its own to go back. */
export function replaceQuery(query: Record<string, string | undefined>): void {
  const address = href(route.peek().path, query);
  history.replaceState(history.state, "", address);
  hash.value = address;
}
