/** Allows `perSecond` calls in any whole second of this isolate; 0: any number. @returns false when the second is used up */
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
