import type { PointSink } from "../ops/metrics.ts";
import { type CountRow, OTHER_FLAGS } from "./usage-count.ts";

/** Analytics Engine takes 250 points from one invocation. */
const MAX_POINTS = 250;

/** Writes one point for each count to Analytics Engine. If they are too many, one point stands for the smallest. */
export function writePoints(sink: PointSink | undefined, prefix: string, counts: readonly CountRow[]): void {
  if (sink === undefined) return;
  const sorted = counts.filter(([, , flag]) => flag !== "").toSorted((a, b) => b[6] + b[7] - a[6] - a[7]);
  const isTooMany = sorted.length > MAX_POINTS;
  const rest = isTooMany ? sorted.splice(MAX_POINTS - 1) : [];
  if (isTooMany) {
    const sum = (place: 6 | 7) => rest.reduce((total, count) => total + count[place], 0);
    sorted.push(["", 0, OTHER_FLAGS, "", "", "", sum(6), sum(7), 0, 0]);
  }
  for (const [environment, , flag, variant, rule, key, requested, used] of sorted) {
    try {
      sink.writeDataPoint({
        indexes: [prefix],
        blobs: ["usage", environment, flag, variant, rule, key],
        doubles: [requested, used],
      });
    } catch {
      // The runtime limits the number of points, and counts are also in Postgres.
    }
  }
}
