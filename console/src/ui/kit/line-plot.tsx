import type { JSX, RefObject } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { instantText } from "../../state/wording.ts";
import { type PlotData, type PlotSeries, timesOf } from "./plot-data.ts";
import type { Plot } from "./time-plot.ts";

interface Props extends PlotData {
  title: string;
  /** The text shown while there are no values. */
  empty: string;
}

/** A mark is told with a time that is at most this part of the x axis away. */
const NEAR = 1 / 100;

/**
 * Values over time, with local times on the x axis. The caption has the values at the pointer or at the time that the
 * arrow keys select, and otherwise the latest ones. The plot itself is a slider for screen readers.
 */
export function LinePlot({ title, empty, ...data }: Props): JSX.Element {
  const { series, from, to, marks = [], format } = data;
  const figure = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const id = useId();
  const times = timesOf(series);
  const { selected, select, hasFailed } = usePlot(figure, canvas, data, times.length === 0);
  const last = times.length - 1;
  const index = Math.min(selected ?? last, last);
  const at = times[index];
  const time = at === undefined ? "" : instantText(at);
  const values = series.map((one) => `${one.name} ${valueText(one, at, format)}`);
  const near = marks.filter((mark) => Math.abs(mark.at - (at ?? 0)) <= (to - from) * NEAR).map(({ label }) => label);
  const keyDown = (event: KeyboardEvent): void => {
    const wanted = stepOf(event.key, index, last);
    if (wanted === undefined) return;
    event.preventDefault();
    select(Math.min(last, Math.max(0, wanted)));
  };
  return (
    <figure ref={figure} class="plot time-plot" aria-labelledby={id}>
      <figcaption>
        <strong id={id}>{title}</strong>
        {at === undefined ? (
          <p class="hint">{empty}</p>
        ) : (
          <ul class="legend">
            <li class="hint">{time}</li>
            {series.map(({ name, colour }, i) => (
              <li key={name}>
                <span class={`swatch colour-${colour ?? i % 8}`} data-series={i} aria-hidden="true" />
                {values[i]}
              </li>
            ))}
          </ul>
        )}
      </figcaption>
      {at !== undefined && !hasFailed && (
        <div
          ref={canvas}
          class="time-plot-canvas"
          role="slider"
          tabIndex={0}
          aria-label={`Time in ${title}`}
          aria-valuemin={0}
          aria-valuemax={last}
          aria-valuenow={index}
          aria-valuetext={[time, ...values, ...near].join(", ")}
          onKeyDown={keyDown}
          onBlur={() => select(undefined)}
        />
      )}
      {hasFailed && <p class="hint">The plot could not be loaded. Reload the page to try again.</p>}
      {marks.length > 0 && <p class="hint plot-marks">{near.join(" · ")}</p>}
    </figure>
  );
}

/** Loads the plot, keeps it at the current data, and follows the selected time by its index. */
function usePlot(
  figure: RefObject<HTMLElement | null>,
  canvas: RefObject<HTMLDivElement | null>,
  data: PlotData,
  isEmpty: boolean,
) {
  const { series, from, to, marks } = data;
  const plot = useRef<Plot>(undefined);
  const latest = useRef(data);
  latest.current = data;
  const [selected, setSelected] = useState<number>();
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    if (isEmpty) return undefined;
    let isGone = false;
    void import("./time-plot.ts")
      .then(({ drawPlot }) => {
        if (isGone || canvas.current === null || figure.current === null) return;
        plot.current = drawPlot(canvas.current, figure.current, latest.current, setSelected);
      })
      .catch(() => setFailed(true));
    return () => {
      isGone = true;
      plot.current?.remove();
      plot.current = undefined;
    };
  }, [isEmpty, series.length]);
  useEffect(() => plot.current?.update(latest.current), [series, from, to, marks]);
  const select = (index: number | undefined): void => {
    setSelected(index);
    plot.current?.select(index);
  };
  return { selected, select, hasFailed };
}

function stepOf(key: string, here: number, last: number): number | undefined {
  const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -last, End: last };
  const step = steps[key as keyof typeof steps];
  return step === undefined ? undefined : here + step;
}

function valueText({ points }: PlotSeries, at: number | undefined, format: (value: number) => string): string {
  const value = points.find((point) => point.at === at)?.value ?? null;
  return value === null ? "–" : format(value);
}
