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

/** Beyond this many callers in one second, all further ones share one count. */
const MAX_CALLERS = 1000;

/** As {@link createRateLimit}, but counts each caller for itself. Memory is bounded. */
export function createCallerRateLimit(perSecond: number, now: () => number): (caller: string) => boolean {
  let second = 0;
  const used = new Map<string, number>();
  return (caller) => {
    if (perSecond === 0) return true;
    const current = Math.floor(now() / 1000);
    if (current !== second) {
      second = current;
      used.clear();
    }
    const counted = used.has(caller) || used.size < MAX_CALLERS ? caller : "";
    const count = (used.get(counted) ?? 0) + 1;
    used.set(counted, count);
    return count <= perSecond;
  };
}
