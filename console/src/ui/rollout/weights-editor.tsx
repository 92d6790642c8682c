import type { JSX } from "preact";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { ParsedInput } from "../fields/parsed-input.tsx";
import { parsePercent, percentInputText, percentText } from "../fields/percent.ts";
import { ProblemText } from "../fields/problems.tsx";
import { Select } from "../fields/select.tsx";
import { RemoveButton } from "../remove-button.tsx";
import { WeightsBar } from "./weights-bar.tsx";
import { addWeight, splitEvenly, removeWeight, setWeight, sumOf, type Weights } from "./weights.ts";

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
}

/** Edits the share of each variant, with a slider and an exact percentage, and shows the shares as a bar. */
export function WeightsEditor({
  weights,
  onChange,
  variants,
  isWhole,
  rest,
  pointer,
}: WeightsEditorProps): JSX.Element {
  const unused = variants.find((name) => !weights.some(([used]) => used === name));
  const sum = sumOf(weights);
  return (
    <div class="weights" data-pointer={pointer} tabIndex={-1}>
      <WeightsBar weights={weights} rest={rest} />
      {weights.map((_, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- a variant can occur twice, and the order counts
        <WeightRow key={i} index={i} {...{ weights, onChange, variants, isWhole, pointer }} />
      ))}
      {(isWhole ? sum !== WEIGHT_TOTAL : sum > WEIGHT_TOTAL) && (
        <span class="problem">
          The percentages add up to {percentText(sum)}. They must add up to {isWhole ? "exactly" : "at most"} 100%.
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
          Add variant
        </button>
        <button type="button" class="small" onClick={() => onChange(splitEvenly(weights))}>
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
}: Omit<WeightsEditorProps, "rest"> & { index: number }): JSX.Element {
  const [variant, weight] = weights[index] ?? ["", 0];
  const set = (share: number): void => onChange(setWeight(weights, index, share, isWhole));
  return (
    <div class="weight">
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
        aria-valuetext={percentText(weight)}
        min={0}
        max={WEIGHT_TOTAL}
        step={STEP}
        value={weight}
        onInput={(event) => set(Number(event.currentTarget.value))}
      />
      <ParsedInput
        label={`Percentage of ${variant}`}
        isLabelHidden
        value={weight}
        format={percentInputText}
        parse={parsePercent}
        onChange={set}
        pointer={`${pointer}/${index}/1`}
        inputMode="decimal"
      />
      <span aria-hidden="true">%</span>
      <RemoveButton
        label={`Remove ${variant} from the rollout`}
        isDisabled={weights.length === 1}
        onRemove={() => onChange(removeWeight(weights, index, isWhole))}
      />
    </div>
  );
}
