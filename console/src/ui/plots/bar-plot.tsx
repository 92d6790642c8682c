import type { JSX } from "preact";

export interface Bar {
  id: string;
  value: number;
  /** Whether the value is still growing. */
  isOpen: boolean;
  title: string;
}

interface Props {
  bars: readonly Bar[];
  /** The number of bars that fit, so that a few bars are not drawn too wide. */
  room: number;
  format: (value: number) => string;
}

const HEIGHT = 100;

/** A bar plot. Its numbers must also be in the text beside it, because screen readers do not see the plot. */
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
