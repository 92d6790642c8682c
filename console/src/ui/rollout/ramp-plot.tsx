import type { JSX } from "preact";
import { percentText } from "../../../../sdk/words/share.ts";
import { exposureAt, servedShare } from "../../../../sdk/words/share-at.ts";
import { timeText } from "../../../../sdk/words/time.ts";
import { LOCAL_ZONE } from "../../state/wording.ts";
import { bandsOf, placeOf, type Ramp, type Span } from "./ramp.ts";
import type { Weights } from "./weights.ts";
import { useVariantColour } from "../plots/variant-colour.ts";

const WIDTH = 600;
const HEIGHT = 160;

/** The share of each variant during the ramp, as a plot and in words. */
export function RampPlot({
  weights,
  ramp,
  span,
  now,
}: {
  weights: Weights;
  ramp: Ramp;
  span: Span;
  now: number;
}): JSX.Element {
  const colour = useVariantColour();
  const nowAt = placeOf(now, span);
  const atStart = placeOf(span.start, span) ?? 0;
  const atEnd = placeOf(span.end, span) ?? 1;
  return (
    <figure class="ramp-plot">
      <svg viewBox={`0 -4 ${WIDTH} ${HEIGHT + 8}`} aria-hidden="true" preserveAspectRatio="none">
        <rect class="frame" x="0" y="0" width={WIDTH} height={HEIGHT} />
        {bandsOf(weights, ramp, span).map(({ variant, corners }) => (
          <polygon
            key={variant}
            class={`tone-${colour(variant)}`}
            points={corners.map(({ x, y }) => `${x * WIDTH},${(1 - y) * HEIGHT}`).join(" ")}
          />
        ))}
        {[atStart, atEnd].map((x) => (
          <line key={x} class="edge" x1={x * WIDTH} x2={x * WIDTH} y1="0" y2={HEIGHT} />
        ))}
        {nowAt !== undefined && <line class="now" x1={nowAt * WIDTH} x2={nowAt * WIDTH} y1="-4" y2={HEIGHT + 4} />}
      </svg>
      <div class="ramp-axis" aria-hidden="true">
        <span>{timeText(span.start, LOCAL_ZONE)}</span>
        <span>{timeText(span.end, LOCAL_ZONE)}</span>
        {nowAt !== undefined && (
          <span class="now" style={{ left: `${nowAt * 100}%` }}>
            now
          </span>
        )}
      </div>
      <figcaption>
        <ul class="tone-legend">
          {weights.map(([variant, weight]) => (
            <li key={variant}>
              <span class={`tone-swatch tone-${colour(variant)}`} aria-hidden="true" /> {variant}:{" "}
              {percentText(servedShare(weight, ramp.from))} → {percentText(servedShare(weight, ramp.to))}, now{" "}
              {percentText(servedShare(weight, exposureAt(ramp, now).exposure))}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}
