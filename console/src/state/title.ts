/** Returns the title of the browser tab, from the most specific part to the most general. */
export function titleOf(
  [page = "flags", key]: readonly string[],
  environment: string | undefined,
  titles: ReadonlyMap<string, string>,
): string {
  return [key, titles.get(page) ?? "Page not found", environment, "Burgee"].filter(Boolean).join(" · ");
}
