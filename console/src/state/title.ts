/** What the browser's tab says: the nearest first. */
export function titleOf(
  [page = "flags", key]: readonly string[],
  environment: string | undefined,
  titles: ReadonlyMap<string, string>,
): string {
  return [key, titles.get(page) ?? "No such page", environment, "Burgee"].filter(Boolean).join(" · ");
}
