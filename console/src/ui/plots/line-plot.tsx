import type { JSX } from "preact";
import { colourOf } from "./split-bar.tsx";

export interface Series {
  name: string;
  points: readonly { at: number; value: number }[];
}

interface Props {
  title: string;
  series: readonly Series[];
  /** The span of the x axis, in milliseconds since the epoch. */
  from: number;
  to: number;
  /** The top of the y axis. Default: the highest value. */
  max?: number;
  format: (value: number) => string;
  /** The text shown while there are no values. */
  empty: string;
}

const [WIDTH, HEIGHT] = [600, 140];
/** A longer pause between two points leaves a gap in the line (milliseconds). */
const GAP_MS = 7000;

/** Values over time. The caption has the latest value of each series, because screen readers do not see the plot. */
export function LinePlot({ title, series, from, to, max, format, empty }: Props): JSX.Element {
  const values = series.flatMap(({ points }) => points.map(({ value }) => value));
  const top = max ?? Math.max(1, ...values);
  const x = (at: number): number => ((at - from) / Math.max(1, to - from)) * WIDTH;
  const y = (value: number): number => HEIGHT - (value / top) * HEIGHT;
  return (
    <figure class="plot">
      <figcaption>
        <strong>{title}</strong>
        {values.length === 0 ? (
          <p class="hint">{empty}</p>
        ) : (
          <ul class="legend">
            {series.map(({ name, points }, i) => (
              <li key={name}>
                <span class={`swatch ${colourOf(i)}`} aria-hidden="true" />
                {name} {points.length === 0 ? "–" : format(points.at(-1)?.value ?? 0)}
              </li>
            ))}
          </ul>
        )}
      </figcaption>
      {values.length > 0 && (
        <div class="axes">
          <span class="y-axis hint" aria-hidden="true">
            <span>{format(top)}</span>
            <span>{format(0)}</span>
          </span>
          <svg viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`} preserveAspectRatio="none" aria-hidden="true">
            <path class="grid" d={`M0 0H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT}H${WIDTH}`} />
            {series.map(({ name, points }, i) => (
              <path
                key={name}
                class={`line ${colourOf(i)}`}
                d={points
                  .map((point, n) => `${isStart(points, n) ? "M" : "L"}${x(point.at)} ${y(point.value)}`)
                  .join("")}
              />
            ))}
            {series.map(({ name, points }, i) =>
              points.map((point, n) =>
                isStart(points, n) && isStart(points, n + 1) ? (
                  <path
                    key={name + point.at}
                    class={`line dot ${colourOf(i)}`}
                    d={`M${x(point.at)} ${y(point.value)}h0`}
                  />
                ) : null,
              ),
            )}
          </svg>
        </div>
      )}
    </figure>
  );
}

function isStart(points: Series["points"], n: number): boolean {
  const [before, here] = [points[n - 1], points[n]];
  return before === undefined || here === undefined || here.at - before.at > GAP_MS;
}
