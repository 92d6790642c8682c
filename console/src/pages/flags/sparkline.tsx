import type { JSX } from "preact";
import { SERIES_DAYS, seriesText } from "../../state/flags/usage/series.ts";
import { seriesOf } from "../../state/flags/usage/series-in-view.ts";

/** The height of the drawing in its own units. */
const HEIGHT = 16;

/** The evaluations of a flag in the last days as a line, which is drawn when they arrive, without its row. */
export function Sparkline({ environment, flag }: { environment: string; flag: string }): JSX.Element | null {
  const known = seriesOf(environment).known.value;
  const series = known.get(flag);
  if (series === undefined) {
    return known.has(flag) ? (
      <span class="spark hint" title="This deployment does not count evaluations.">
        not counted
      </span>
    ) : (
      <span class="spark" />
    );
  }
  const text = seriesText(series);
  const most = Math.max(...series);
  return (
    <svg
      class={most === 0 ? "spark none" : "spark"}
      viewBox={`0 0 ${SERIES_DAYS - 1} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={text}
    >
      <title>{text}</title>
      <path d={pathOf(series, most)} />
    </svg>
  );
}

/** Returns the line through the numbers, from the bottom for 0 to the top for the largest one. */
function pathOf(series: readonly number[], most: number): string {
  const heightOf = (count: number): number => HEIGHT - 1 - (most === 0 ? 0 : (count / most) * (HEIGHT - 2));
  return series.map((count, day) => `${day === 0 ? "M" : "L"}${day} ${heightOf(count).toFixed(1)}`).join("");
}
