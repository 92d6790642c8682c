/** Days of a timeline in the browser's time zone. */
import { dayHeadings } from "../../state/wording.ts";

/** Returns the items by day, in their order, with the day in words. */
export function byDay<T extends { at: string }>(items: readonly T[], today = new Date()): [day: string, items: T[]][] {
  const heading = dayHeadings();
  const yesterday = new Date(today).setDate(today.getDate() - 1);
  const near = new Map([
    [heading(yesterday), "Yesterday"],
    [heading(today.getTime()), "Today"],
  ]);
  const dayOf = (at: string): string => near.get(heading(at)) ?? heading(at);
  return [...Map.groupBy(items, ({ at }) => dayOf(at))];
}
