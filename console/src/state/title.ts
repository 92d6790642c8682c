import type { Route } from "./route.ts";

/** What the browser's tab says: the nearest first. */
export function titleOf({ path }: Route, environment: string | undefined, titles: ReadonlyMap<string, string>): string {
  const [page = "flags", key] = path;
  return [key, titles.get(page) ?? "No such page", environment, "Burgee"].filter(Boolean).join(" · ");
}
