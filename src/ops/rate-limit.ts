/**
 * Returns a function that allows `perSecond` calls in each second of the clock, and any number of calls if `perSecond`
 * is 0. The function returns false once the second's calls are used up.
 */
export function createRateLimit(perSecond: number, now: () => number): () => boolean {
  let second = 0;
  let used = 0;
  return () => {
    const current = Math.floor(now() / 1000);
    if (current !== second) {
      second = current;
      used = 0;
    }
    return perSecond === 0 || ++used <= perSecond;
  };
}
