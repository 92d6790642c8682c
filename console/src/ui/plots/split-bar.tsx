import type { JSX } from "preact";
import { useVariantColour } from "./variant-colour.ts";

export interface Part {
  name: string;
  count: number;
}

/** The parts of a whole as one bar. The legend has the same numbers as text. */
export function SplitBar({ parts }: { parts: readonly Part[] }): JSX.Element {
  const colour = useVariantColour();
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const percent = (count: number): number => (total === 0 ? 0 : (count * 100) / total);
  let end = 0;
  return (
    <figure class="plot">
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" class="share-bar">
        {parts.map(({ name, count }) => {
          const start = end;
          end += percent(count);
          return <rect key={name} class={`colour-${colour(name)}`} x={start} y={0} width={end - start} height={6} />;
        })}
      </svg>
      <figcaption>
        <ul class="legend">
          {parts.map(({ name, count }) =>
            count === 0 ? null : (
              <li key={name}>
                <span class={`swatch colour-${colour(name)}`} aria-hidden="true" />
                {name} {Number(percent(count).toFixed(1))}%<span class="hint"> ({count.toLocaleString("en")})</span>
              </li>
            ),
          )}
        </ul>
      </figcaption>
    </figure>
  );
}

/** Returns the class of one of eight colours that differ clearly in both schemes (styles/theme.css). */
export function colourOf(index: number): string {
  return `colour-${index % 8}`;
}
