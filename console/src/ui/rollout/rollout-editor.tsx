import type { JSX } from "preact";
import type { Rollout } from "../../../../sdk/client/contract.ts";
import { pathText } from "../condition/values.ts";
import { ByList } from "../fields/attribute-input.tsx";
import { Select } from "../fields/select.tsx";
import { TextInput } from "../fields/text-input.tsx";
import { RampEditor } from "./ramp-editor.tsx";
import { WeightsEditor } from "./weights-editor.tsx";

const ON_MISSING_KEY = [
  ["skip", "go on with the next rule"],
  ["default", "serve the default"],
  ["error", "answer an error"],
] as const;
const ON_MISS = [
  ["next", "go on with the next rule"],
  ["default", "serve the default"],
] as const;

/** A weighted split by a bucketing attribute. */
export function RolloutEditor({
  rollout,
  onChange,
  variants,
  isDefault,
  flagKey,
  attributeList,
  pointer,
}: {
  rollout: Rollout;
  onChange: (rollout: Rollout) => void;
  variants: readonly string[];
  /** Of the flag's default: nobody may be left out, and there is no next rule. */
  isDefault: boolean;
  flagKey: string;
  attributeList: string;
  pointer: string;
}): JSX.Element {
  const { by = ["targetingKey"], ramp, onMiss = "next", onMissingKey = "skip" } = rollout;
  const rest = isDefault ? "off variant" : onMiss === "next" ? "next rule" : "default";
  return (
    <div class="stack">
      <WeightsEditor
        weights={rollout.weights}
        onChange={(weights) => onChange({ ...rollout, weights })}
        variants={variants}
        isWhole={isDefault && ramp === undefined}
        rest={rest}
        pointer={`${pointer}/weights`}
      />
      <details class="more">
        <summary>
          Bucketed by {by.map(pathText).join(", else ")} · salt {rollout.salt ?? flagKey}
        </summary>
        <div class="leaf">
          <ByList
            by={by}
            onChange={(by) => onChange({ ...rollout, by })}
            pointer={`${pointer}/by`}
            list={attributeList}
          />
          <Select
            label="Without a key"
            value={onMissingKey}
            options={isDefault ? [["skip", "serve the off variant"], ...ON_MISSING_KEY.slice(1)] : ON_MISSING_KEY}
            onChange={(chosen) => onChange({ ...rollout, onMissingKey: chosen as typeof onMissingKey })}
            pointer={`${pointer}/onMissingKey`}
          />
          {!isDefault && (
            <Select
              label="Outside the shares"
              value={onMiss}
              options={ON_MISS}
              onChange={(chosen) => onChange({ ...rollout, onMiss: chosen as typeof onMiss })}
              pointer={`${pointer}/onMiss`}
            />
          )}
          <TextInput
            label="Salt"
            value={rollout.salt ?? flagKey}
            onChange={(salt) => onChange({ ...rollout, salt })}
            pointer={`${pointer}/salt`}
            hint="Another salt draws everybody anew."
          />
        </div>
      </details>
      <RampEditor
        ramp={ramp}
        weights={rollout.weights}
        onChange={(changed) => {
          const { ramp: _, ...without } = rollout;
          onChange(changed === undefined ? without : { ...without, ramp: changed });
        }}
        pointer={`${pointer}/ramp`}
      />
    </div>
  );
}
