/** Series of evaluations: how the list of flags asks for them, and says them. */

/** The number of days of a series, today included. */
export const SERIES_DAYS = 14;
/** The largest number of flags, and the longest list of them in an address, that one request asks for. */
const MOST_FLAGS = 100;
const MOST_CHARACTERS = 4000;

/** Returns the keys of each request. A list of long keys is cut, because servers refuse long addresses. */
export function requestsFor(keys: readonly string[]): string[][] {
  const requests: string[][] = [];
  let room = 0;
  for (const key of keys) {
    const { length } = encodeURIComponent(`${key},`);
    const last = requests.at(-1);
    if (last === undefined || last.length === MOST_FLAGS || length > room) {
      requests.push([key]);
      room = MOST_CHARACTERS - length;
    } else {
      last.push(key);
      room -= length;
    }
  }
  return requests;
}

/** Returns a series in words, such as `1,240 evaluations in 14 days, last today`. */
export function seriesText(series: readonly number[]): string {
  const total = series.reduce((sum, count) => sum + count, 0);
  if (total === 0) return `No evaluations in ${series.length} days`;
  const ago = series.length - 1 - series.findLastIndex((count) => count > 0);
  const last = ago === 0 ? "today" : ago === 1 ? "yesterday" : `${ago} days ago`;
  return `${total.toLocaleString("en")} evaluation${total === 1 ? "" : "s"} in ${series.length} days, last ${last}`;
}
