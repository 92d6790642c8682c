import type { JSX } from "preact";

export interface Bar {
  id: string;
  value: number;
  /** Still growing. */
  isOpen: boolean;
  title: string;
}

interface Props {
  bars: readonly Bar[];
  /** Bars that there is room for, so that a few are not as broad as walls. */
  room: number;
  format: (value: number) => string;
}

const HEIGHT = 100;

/** One bar for each thing, in order. What stands beside it has to say the numbers: the picture is hidden from readers. */
export function BarPlot({ bars, room, format }: Props): JSX.Element {
  const slots = Math.max(room, bars.length);
  const top = Math.max(1, ...bars.map(({ value }) => value));
  return (
    <div class="axes">
      <span class="y-axis hint" aria-hidden="true">
        <span>{format(top)}</span>
        <span>{format(0)}</span>
      </span>
      <svg viewBox={`0 0 ${slots} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {bars.map(({ id, value, isOpen, title }, i) => {
          const height = Math.max(1, (value / top) * HEIGHT);
          return (
            <rect
              key={id}
              class={isOpen ? "bar open" : "bar"}
              x={slots - bars.length + i + 0.1}
              y={HEIGHT - height}
              width={0.8}
              height={height}
            >
              <title>{title}</title>
            </rect>
          );
        })}
      </svg>
    </div>
  );
}
