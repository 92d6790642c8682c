import type { JSX } from "preact";
import { useState } from "preact/hooks";

export interface Layer {
  name: string;
  /** The number of its colour. */
  colour: number;
  /** One value for each step. */
  values: readonly number[];
}

export interface Mark {
  at: number;
  /** Says what happened then. */
  label: string;
}

interface Props {
  title: string;
  layers: readonly Layer[];
  /** The beginning of each step, in milliseconds since the epoch. */
  steps: readonly number[];
  stepMs: number;
  marks: readonly Mark[];
  /** Returns the name of a step, such as `28 Nov 2026 (UTC)`. */
  stepText: (at: number) => string;
  /** Returns the shorter name of a step at an end of the axis. */
  endText: (at: number) => string;
}

const HEIGHT = 100;

/**
 * Counts over time as stacked bars. The caption has the counts of one step: that at the pointer, or that which the
 * arrow keys select. For screen readers the plot is a slider over the steps.
 */
export function StackedPlot({ title, layers, steps, stepMs, marks, stepText, endText }: Props): JSX.Element {
  const [selected, select] = useState<number | undefined>(undefined);
  const totals = steps.map((_, i) => layers.reduce((sum, { values }) => sum + (values[i] ?? 0), 0));
  const top = Math.max(1, ...totals);
  const last = steps.length - 1;
  const here = selected ?? last;
  const start = steps[0] ?? 0;
  const marksOf = (i: number): readonly Mark[] => marks.filter(({ at }) => Math.floor((at - start) / stepMs) === i);
  const keyDown = (event: KeyboardEvent): void => {
    const to = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    select(Math.min(last, Math.max(0, to)));
  };
  const point = ({ clientX, currentTarget }: PointerEvent & { readonly currentTarget: Element }): void => {
    const { left, width } = currentTarget.getBoundingClientRect();
    select(Math.min(last, Math.max(0, Math.floor(((clientX - left) / width) * steps.length))));
  };
  const texts = layers.map(({ name, values }) => `${name} ${(values[here] ?? 0).toLocaleString("en")}`);
  const noted = marksOf(here).map(({ label }) => label);
  return (
    <div class="stacked-plot">
      <p class="hint at" aria-hidden="true">
        <strong>{stepText(steps[here] ?? 0)}</strong> {[...texts, ...noted].join(" · ")}
      </p>
      <div class="axes">
        <span class="y-axis hint" aria-hidden="true">
          <span>{top.toLocaleString("en")}</span>
          <span>0</span>
        </span>
        <svg
          viewBox={`0 0 ${steps.length} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="slider"
          tabIndex={0}
          aria-label={title}
          aria-valuemin={0}
          aria-valuemax={last}
          aria-valuenow={here}
          aria-valuetext={[stepText(steps[here] ?? 0), ...texts, ...noted].join(", ")}
          onKeyDown={keyDown}
          onBlur={() => select(undefined)}
          onPointerMove={point}
          onPointerLeave={() => select(undefined)}
        >
          {selected !== undefined && <rect class="selected" x={selected} y={0} width={1} height={HEIGHT} />}
          {steps.map((at, i) => (
            <Bar key={at} at={i} layers={layers} scale={HEIGHT / top} />
          ))}
          {marks.map(({ at, label }) => (
            <path key={at + label} class="mark" d={`M${(at - start) / stepMs} 0V${HEIGHT}`} />
          ))}
        </svg>
      </div>
      <p class="x-axis hint" aria-hidden="true">
        <span>{endText(start)}</span>
        <span>{endText(steps[last] ?? 0)}</span>
      </p>
    </div>
  );
}

function Bar({ at, layers, scale }: { at: number; layers: readonly Layer[]; scale: number }): JSX.Element {
  let end = HEIGHT;
  return (
    <>
      {layers.map(({ name, colour, values }) => {
        const height = (values[at] ?? 0) * scale;
        end -= height;
        return height === 0 ? null : (
          <rect key={name} class={`colour-${colour}`} x={at + 0.08} y={end} width={0.84} height={height} />
        );
      })}
    </>
  );
}
