/** Bounds the work for a list of many long names. */
const MAX_LENGTH = 128;
const MAX_SUGGESTIONS = 3;

/** Returns the names that a person is likely to have meant, nearest first. Returns none if all are far away. */
export function nearest(name: string, names: readonly string[]): string[] {
  const typed = name.toLowerCase().slice(0, MAX_LENGTH);
  const limit = Math.max(1, Math.floor(typed.length / 4));
  return names
    .flatMap((one) => {
      const other = one.toLowerCase().slice(0, MAX_LENGTH);
      const distance = distanceOf(typed, other, limit);
      if (distance <= limit && distance < typed.length / 2) return [{ one, rank: distance }];
      // A shortened name, such as prod.
      return typed.length >= 3 && other.startsWith(typed) ? [{ one, rank: limit + 1 }] : [];
    })
    .toSorted((a, b) => a.rank - b.rank || (a.one < b.one ? -1 : 1))
    .slice(0, MAX_SUGGESTIONS)
    .map(({ one }) => one);
}

/** Returns ` (did you mean "a" or "b"?)`, or nothing. */
export function didYouMean(names: readonly string[]): string {
  return names.length === 0 ? "" : ` (did you mean ${names.map((one) => `"${one}"`).join(" or ")}?)`;
}

/** Returns the number of letters to insert, delete, replace or swap with their neighbour. Gives up beyond `limit`. */
function distanceOf(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let [before, previous] = [[] as number[], [...Array(b.length + 1).keys()]];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          (previous[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (previous[j - 1] ?? 0) + (isSame ? 0 : 1),
          isSwap ? (before[j - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    if (Math.min(...row) > limit) return limit + 1;
    [before, previous] = [previous, row];
  }
  return previous[b.length] ?? limit + 1;
}
