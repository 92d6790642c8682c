import type { JSX } from "preact";
import { colourOf } from "./split-bar.tsx";

export interface Series {
  name: string;
  points: readonly { at: number; value: number }[];
}

interface Props {
  title: string;
  series: readonly Series[];
  /** What the x axis spans (ms since epoch). */
  from: number;
  to: number;
  /** Left out: as high as the values. */
  max?: number;
  format: (value: number) => string;
  /** What stands there while there are no values. */
  empty: string;
}

const [WIDTH, HEIGHT] = [600, 140];
/** A pause longer than this is a gap in the line (ms). */
const GAP_MS = 7000;

/** Values over time. The caption says the latest of each in words, so that nothing is told by the picture alone. */
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
