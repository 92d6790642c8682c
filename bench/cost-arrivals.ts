/** How often requests at random times find what they need. All rates are per second. */

/** Returns how many of `rate` requests find no entry younger than `ttl` seconds. */
export function misses(rate: number, ttl: number): number {
  return rate / (1 + rate * ttl);
}

/** Returns how long an entry lives (seconds) that ends after `ttl` seconds or with one of `ends` events. */
export function livesFor(ttl: number, ends: number): number {
  return ends === 0 ? ttl : -Math.expm1(-ends * ttl) / ends;
}

/**
 * Returns how many of `rate` requests for one of `kinds` entries do not find their entry: since the last request for
 * it, two requests were more than `gap` seconds apart, or it was lost in another way, which happens `lossRate` times.
 */
export function lost(rate: number, gap: number, lossRate: number, kinds: number): number {
  // An entry survives until the next request of any kind with probability `kept`, and this repeats until a request is
  // of its own kind.
  const kept = (rate / (rate + lossRate || 1)) * -Math.expm1(-(rate + lossRate) * gap);
  return (rate * (1 - kept)) / (1 - (1 - 1 / kinds) * kept);
}
