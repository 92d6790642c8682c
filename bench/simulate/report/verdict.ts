import type { ScenarioResult } from "../result.ts";

/** Returns the promises that a scenario broke, in words. Empty if it kept all of them. */
export function brokenPromises({ scenario, findings, propagation }: ScenarioResult): string[] {
  const { allowedMs } = scenario;
  const refused = Object.entries(findings.refused);
  const { max } = propagation.lastOld;
  return [
    ...(findings.wrong > 0 ? [`${findings.wrong} wrong responses`] : []),
    ...(findings.tooOld > 0 ? [`${findings.tooOld} responses older than ${allowedMs} ms`] : []),
    ...refused.map(([name, count]) => `${count} requests refused with ${name}`),
    ...(max > allowedMs ? [`a change took ${Math.round(max)} ms, more than ${allowedMs} ms`] : []),
  ];
}

/** Returns the target that a whole day missed, in words. In a short simulation, one burst can decide the percentile. */
export function missedTargets({ scenario, size, propagation: { lastOld } }: ScenarioResult): string[] {
  const { allowedP99Ms = Number.POSITIVE_INFINITY } = scenario;
  if (size.hours < 24 || Math.floor(lastOld.p99) <= allowedP99Ms) return [];
  return [`p99 is ${Math.round(lastOld.p99)} ms, more than ${allowedP99Ms} ms`];
}
