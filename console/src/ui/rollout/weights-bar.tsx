import type { JSX } from "preact";
import { percentText } from "../../../../sdk/words/share.ts";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { useVariantColour } from "../plots/variant-colour.ts";
import { sumOf, type Weights } from "./weights.ts";

/** The smallest share, out of 100,000, whose part of the bar has room for a name. */
const WIDE = 12_000;

/** The shares as a bar, and in words below it. `rest` names the remaining share. */
export function WeightsBar({ weights, rest }: { weights: Weights; rest: string }): JSX.Element {
  const colour = useVariantColour();
  const left = WEIGHT_TOTAL - sumOf(weights);
  const parts = [
    ...weights.map(([name, weight]) => ({ name, weight, tone: `tone-${colour(name)}` })),
    ...(left > 0 ? [{ name: rest, weight: left, tone: "tone-rest" }] : []),
  ];
  return (
    <div class="rollout-split">
      <div class="bar-of-parts" aria-hidden="true">
        {parts
          .filter(({ weight }) => weight > 0)
          .map(({ name, weight, tone }) => (
            <span key={name + tone} class={tone} style={{ flexGrow: weight }}>
              {weight >= WIDE && `${name} ${percentText(weight)}`}
            </span>
          ))}
      </div>
      <ul class="tone-legend">
        {parts.map(({ name, weight, tone }) => (
          <li key={name + tone}>
            <span class={`tone-swatch ${tone}`} aria-hidden="true" /> {name} {percentText(weight)}
          </li>
        ))}
      </ul>
    </div>
  );
}
