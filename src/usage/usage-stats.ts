/** The reports of one isolate since it started. Another isolate has other numbers. */
export interface UsageStats {
  /** Batches that the sink has accepted, and attempts that failed. */
  flushes: number;
  failures: number;
  /** Evaluations that were not counted because there was no room, and those whose batch was given up. */
  dropped: number;
  lost: number;
}
