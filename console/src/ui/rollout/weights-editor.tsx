import type { JSX } from "preact";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { percentText } from "../../../../sdk/words/share.ts";
import { ProblemText } from "../fields/problems.tsx";
import { Select } from "../fields/select.tsx";
import { RemoveButton } from "../remove-button.tsx";
import { WeightsBar } from "./weights-bar.tsx";
import { isPercent, shareText } from "./hash-space.ts";
import { ShareInput } from "./share-input.tsx";
import {
  addWeight,
  rescale,
  rescaleWeights,
  splitEvenly,
  removeWeight,
  setWeight,
  sumOf,
  type Weights,
} from "./weights.ts";

/** The step of a slider: one percent. Exact shares can be typed. */
const STEP = WEIGHT_TOTAL / 100;

interface WeightsEditorProps {
  weights: Weights;
  onChange: (weights: Weights) => void;
  variants: readonly string[];
  /** Whether the shares must add up to 100%. */
  isWhole: boolean;
  /** The name of the remaining share. */
  rest: string;
  pointer: string;
  /** The size of the bucket space that the weights are parts of. Default: 100,000. */
  total?: number;
}

/** Edits the share of each variant, with a slider and an exact percentage, and shows the shares as a bar. */
export function WeightsEditor({
  weights,
  onChange,
  variants,
  isWhole,
  rest,
  pointer,
  total = WEIGHT_TOTAL,
}: WeightsEditorProps): JSX.Element {
  const unused = variants.find((name) => !weights.some(([used]) => used === name));
  const sum = sumOf(weights);
  return (
    <div class="weights" data-pointer={pointer} tabIndex={-1}>
      <WeightsBar weights={rescaleWeights(weights, total, WEIGHT_TOTAL)} rest={rest} />
      {weights.map((_, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- a variant can occur twice, and the order counts
        <WeightRow key={i} index={i} {...{ weights, onChange, variants, isWhole, pointer, total }} />
      ))}
      {(isWhole ? sum !== total : sum > total) && (
        <span class="problem">
          The shares add up to {shareText(sum, total)}. They must add up to {isWhole ? "exactly" : "at most"}{" "}
          {shareText(total, total)}.
        </span>
      )}
      <ProblemText pointer={pointer} />
      <div class="row">
        <button
          type="button"
          class="small"
          disabled={unused === undefined}
          onClick={() => onChange(addWeight(weights, unused ?? "", total))}
        >
          Add variant
        </button>
        <button type="button" class="small" onClick={() => onChange(splitEvenly(weights, total))}>
          Split evenly
        </button>
      </div>
    </div>
  );
}

/** One variant's share. */
function WeightRow({
  weights,
  index,
  onChange,
  variants,
  isWhole,
  pointer,
  total,
}: Omit<WeightsEditorProps, "rest"> & { index: number; total: number }): JSX.Element {
  const [variant, weight] = weights[index] ?? ["", 0];
  const set = (share: number): void => onChange(setWeight(weights, index, share, isWhole, total));
  return (
    <div class={isPercent(total) ? "weight" : "weight whole"}>
      <Select
        label={`Variant ${index + 1}`}
        isLabelHidden
        value={variant}
        options={variants.map((name) => [name, name])}
        onChange={(name) => onChange(weights.with(index, [name, weight]))}
        pointer={`${pointer}/${index}/0`}
      />
      <input
        type="range"
        aria-label={`Share of ${variant}`}
        aria-valuetext={percentText(weight, total)}
        min={0}
        max={WEIGHT_TOTAL}
        step={STEP}
        value={rescale(weight, total, WEIGHT_TOTAL)}
        onInput={(event) => set(rescale(Number(event.currentTarget.value), WEIGHT_TOTAL, total))}
      />
      <ShareInput
        label={isPercent(total) ? `Percentage of ${variant}` : `Weight of ${variant}`}
        isLabelHidden
        share={weight}
        total={total}
        onChange={set}
        pointer={`${pointer}/${index}/1`}
      />
      <span aria-hidden="true">{isPercent(total) ? "%" : `= ${percentText(weight, total)}`}</span>
      <RemoveButton
        label={`Remove ${variant} from the rollout`}
        isDisabled={weights.length === 1}
        onRemove={() => onChange(removeWeight(weights, index, isWhole, total))}
      />
    </div>
  );
}
