import type { JSX } from "preact";
import type { Rollout } from "../../../../sdk/client/contract.ts";
import { bracketed, schemeRemark } from "../../../../sdk/client/scheme-text.ts";
import { pathText } from "../../../../sdk/words/condition.ts";
import { ByList } from "../fields/attribute-input.tsx";
import { Select } from "../fields/select.tsx";
import { TextInput } from "../fields/text-input.tsx";
import { HashFields } from "./hash-fields.tsx";
import { saltHint, totalOf, withHash } from "./hash-space.ts";
import { RampEditor } from "./ramp-editor.tsx";
import { type RestVariant, targetOf } from "./ramp-form.ts";
import type { Step } from "./ramp-steps.ts";
import { WeightsEditor } from "./weights-editor.tsx";

const ON_MISSING_KEY = [
  ["skip", "continue with the next rule"],
  ["default", "serve the default"],
  ["error", "return an error"],
  ["random", "draw a bucket at random, once per request"],
] as const;
const ON_MISS = [
  ["next", "continue with the next rule"],
  ["default", "serve the default"],
] as const;

interface RolloutEditorProps {
  rollout: Rollout;
  onChange: (rollout: Rollout) => void;
  variants: readonly string[];
  /** Whether this is the flag's default. It must reach everyone, because there is no next rule. */
  isDefault: boolean;
  /** The variant that subjects outside the shares get, if it is one. */
  restVariant: RestVariant;
  flagKey: string;
  attributeList: string;
  /** Replaces a ramp by rules, one for each step. Absent where rules cannot be added. */
  onSteps?: ((steps: readonly Step[]) => void) | undefined;
  pointer: string;
}

/** Edits a rollout: shares of variants, split by a bucketing attribute. */
export function RolloutEditor({
  rollout,
  onChange,
  variants,
  isDefault,
  restVariant,
  flagKey,
  attributeList,
  onSteps,
  pointer,
}: RolloutEditorProps): JSX.Element {
  const { ramp, onMiss = "next" } = rollout;
  const total = totalOf(rollout);
  const rest = isDefault ? "off variant" : onMiss === "next" ? "next rule" : "default";
  return (
    <div class="stack">
      {/* The ramp of one variant has its shares in its own fields. */}
      {(ramp === undefined || targetOf(rollout) === undefined) && (
        <WeightsEditor
          weights={rollout.weights}
          onChange={(weights) => onChange({ ...rollout, weights })}
          variants={variants}
          isWhole={isDefault && ramp === undefined}
          rest={rest}
          pointer={`${pointer}/weights`}
          total={total}
        />
      )}
      <BucketingDetails {...{ rollout, onChange, isDefault, flagKey, attributeList, pointer }} />
      <RampEditor
        rollout={rollout}
        variants={variants}
        isDefault={isDefault}
        rest={restVariant}
        onChange={onChange}
        onSteps={onSteps}
        pointer={`${pointer}/ramp`}
      />
    </div>
  );
}

/** The attribute that assigns buckets, the subjects that have none, and the salt. */
function BucketingDetails({
  rollout,
  onChange,
  isDefault,
  flagKey,
  attributeList,
  pointer,
}: Omit<RolloutEditorProps, "variants" | "restVariant" | "onSteps">): JSX.Element {
  const { by = ["targetingKey"], onMiss = "next", onMissingKey = "skip", hash } = rollout;
  return (
    <details class="more">
      <summary>
        Bucketed by {by.map(pathText).join(", otherwise ")} · salt {rollout.salt ?? flagKey}
        {bracketed(schemeRemark(hash))}
      </summary>
      <div class="leaf">
        <ByList
          by={by}
          onChange={(by) => onChange({ ...rollout, by })}
          pointer={`${pointer}/by`}
          list={attributeList}
        />
        <Select
          label="If the attribute is missing"
          value={onMissingKey}
          options={isDefault ? [["skip", "serve the off variant"], ...ON_MISSING_KEY.slice(1)] : ON_MISSING_KEY}
          onChange={(chosen) => onChange({ ...rollout, onMissingKey: chosen as typeof onMissingKey })}
          pointer={`${pointer}/onMissingKey`}
        />
        {!isDefault && (
          <Select
            label="Everyone else"
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
          hint={saltHint(rollout) ?? "A new salt assigns everyone to a new bucket."}
        />
        <HashFields
          bucketing={rollout}
          onChange={(changed) => onChange(withHash(rollout, changed))}
          pointer={pointer}
        />
      </div>
    </details>
  );
}
