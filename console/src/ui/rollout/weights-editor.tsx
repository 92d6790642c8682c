import type { JSX } from "preact";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { ParsedInput } from "../fields/parsed-input.tsx";
import { parsePercent, percentText } from "../fields/percent.ts";
import { ProblemText } from "../fields/problems.tsx";
import { Select } from "../fields/select.tsx";
import { SplitBar } from "./split-bar.tsx";
import { addWeight, evenly, removeWeight, setWeight, sumOf, type Weights } from "./weights.ts";

/** A slider's step: one percent. Exact shares are typed. */
const STEP = WEIGHT_TOTAL / 100;

/** The share of each variant: sliders, exact percentages and the split as a bar. */
export function WeightsEditor({
  weights,
  onChange,
  variants,
  isWhole,
  rest,
  pointer,
}: {
  weights: Weights;
  onChange: (weights: Weights) => void;
  variants: readonly string[];
  /** Whether nobody may be left out. */
  isWhole: boolean;
  /** Who is left over. */
  rest: string;
  pointer: string;
}): JSX.Element {
  const unused = variants.find((name) => !weights.some(([used]) => used === name));
  const set = (index: number, weight: number): void => onChange(setWeight(weights, index, weight, isWhole));
  const sum = sumOf(weights);
  return (
    <div class="weights" data-pointer={pointer} tabIndex={-1}>
      <SplitBar weights={weights} rest={rest} />
      {weights.map(([variant, weight], i) => (
        // oxlint-disable-next-line react/no-array-index-key -- a variant may stand twice; the order is what counts
        <div key={i} class="weight">
          <Select
            label={`Variant ${i + 1}`}
            isLabelHidden
            value={variant}
            options={variants.map((name) => [name, name])}
            onChange={(name) => onChange(weights.with(i, [name, weight]))}
            pointer={`${pointer}/${i}/0`}
          />
          <input
            type="range"
            aria-label={`Share of ${variant}`}
            aria-valuetext={`${percentText(weight)} %`}
            min={0}
            max={WEIGHT_TOTAL}
            step={STEP}
            value={weight}
            onInput={(event) => set(i, Number(event.currentTarget.value))}
          />
          <ParsedInput
            label={`Percent of ${variant}`}
            isLabelHidden
            value={weight}
            format={percentText}
            parse={parsePercent}
            onChange={(share) => set(i, share)}
            pointer={`${pointer}/${i}/1`}
            inputMode="decimal"
          />
          <span aria-hidden="true">%</span>
          <button
            type="button"
            class="quiet"
            aria-label={`Remove ${variant} from the rollout`}
            disabled={weights.length === 1}
            onClick={() => onChange(removeWeight(weights, i, isWhole))}
          >
            ×
          </button>
        </div>
      ))}
      {(isWhole ? sum !== WEIGHT_TOTAL : sum > WEIGHT_TOTAL) && (
        <span class="problem">
          The shares sum to {percentText(sum)} %; they must be {isWhole ? "exactly" : "at most"} 100 %.
        </span>
      )}
      <ProblemText pointer={pointer} />
      <div class="row">
        <button
          type="button"
          class="small"
          disabled={unused === undefined}
          onClick={() => onChange(addWeight(weights, unused ?? ""))}
        >
          Add a variant
        </button>
        <button type="button" class="small" onClick={() => onChange(evenly(weights))}>
          Split evenly
        </button>
      </div>
    </div>
  );
}
