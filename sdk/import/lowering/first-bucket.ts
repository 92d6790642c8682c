/**
 * Returns the first bucket that is past a bound, or `total` if none is. `isPast` does the source's own arithmetic on
 * doubles, and stays true for all larger buckets.
 */
export function firstBucket(total: number, isPast: (bucket: number) => boolean): number {
  let low = 0;
  let high = total;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (isPast(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
