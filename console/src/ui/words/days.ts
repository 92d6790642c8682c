/** Days of a timeline in the browser's time zone. */

/** Returns the items by day, in their order, with the day in words. */
export function byDay<T extends { at: string }>(items: readonly T[]): [day: string, items: T[]][] {
  return [...Map.groupBy(items, ({ at }) => dayText(new Date(at), new Date()))];
}

function dayText(day: Date, today: Date): string {
  const text = (one: Date): string =>
    one.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  if (text(day) === text(today)) return "Today";
  const yesterday = new Date(today);
  yesterday.setDate(today.getDate() - 1);
  return text(day) === text(yesterday) ? "Yesterday" : text(day);
}
