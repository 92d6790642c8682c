/** The data of a plot over time. Times are in milliseconds since the epoch. */
export interface PlotSeries {
  name: string;
  /** In the order of time. A value of `null` leaves a gap. */
  points: readonly { at: number; value: number | null }[];
  /** Number of its colour. Default: its place in the list. */
  colour?: number;
}

export interface PlotMark {
  at: number;
  /** Says what happened then, such as "Version 12: anna@example.com turned it on". */
  label: string;
}

export interface PlotData {
  series: readonly PlotSeries[];
  /** The span of the x axis. */
  from: number;
  to: number;
  /** Moments to mark with a vertical line. */
  marks?: readonly PlotMark[];
  format: (value: number) => string;
}

/** Returns the times of all points of all series, in order. */
export function timesOf(series: readonly PlotSeries[]): number[] {
  return [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].toSorted((a, b) => a - b);
}
