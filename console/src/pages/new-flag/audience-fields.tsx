import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Known } from "../../ui/condition/condition.ts";
import { type Audience, type AudienceKind, AUDIENCES, changeAudience } from "../../state/new-flag/audience.ts";
import { ParsedInput } from "../../ui/fields/parsed-input.tsx";
import { parsePercent, percentInputText } from "../../ui/fields/percent.ts";
import { Select } from "../../ui/fields/select.tsx";
import { ChipsInput } from "../../ui/kit/chips-input.tsx";
import { Combobox } from "../../ui/kit/combobox.tsx";

interface Props {
  legend: string;
  audience: Audience;
  variants: readonly string[];
  known: Known;
  /** Whether the flag can stay off for everybody. */
  canBeNobody: boolean;
  onChange: (audience: Audience) => void;
}

/** The choice of the people for whom a flag is on, and of the variant that they get. */
export function AudienceFields({ legend, audience, variants, known, canBeNobody, onChange }: Props): JSX.Element {
  const group = useId();
  const { kind } = audience;
  const isPart = kind === "percentage" || kind === "segment" || kind === "people";
  return (
    <fieldset class="stack plain audience" data-pointer="/rules" tabIndex={-1}>
      <legend>{legend}</legend>
      {AUDIENCES.filter(([value]) => canBeNobody || value !== "nobody").map(([value, text]) => (
        <label key={value} class="choice">
          <input
            type="radio"
            name={group}
            checked={kind === value}
            onChange={() => onChange(changeAudience(audience, value))}
          />
          {text}
        </label>
      ))}
      <div class="leaf">
        <Members audience={audience} known={known} kind={kind} onChange={onChange} />
        {isPart && (
          <ParsedInput
            key={kind}
            label={kind === "percentage" ? "Percentage" : "Percentage of them"}
            value={audience.share}
            format={percentInputText}
            parse={parsePercent}
            onChange={(share) => onChange({ ...audience, share })}
            pointer="/default/rollout/weights"
            inputMode="decimal"
          />
        )}
        {kind !== "nobody" && variants.length > 2 && (
          <Select
            label="They get"
            value={audience.variant}
            options={variants.map((name) => [name, name] as const)}
            onChange={(variant) => onChange({ ...audience, variant })}
            pointer="/rules/0/serve"
          />
        )}
      </div>
    </fieldset>
  );
}

function Members({
  kind,
  audience,
  known,
  onChange,
}: Pick<Props, "audience" | "known" | "onChange"> & { kind: AudienceKind }): JSX.Element | null {
  if (kind === "segment") {
    return (
      <Select
        label="Segment"
        value={audience.segment}
        options={known.segments.map((key) => [key, key] as const)}
        onChange={(segment) => onChange({ ...audience, segment })}
        pointer="/rules/0/when/segment"
        {...(known.segments.length === 0 ? { hint: "This environment has no segments yet." } : {})}
      />
    );
  }
  if (kind !== "people") return null;
  const attributes = [...new Set(["targetingKey", ...known.attributes])];
  return (
    <>
      <Combobox
        label="Attribute"
        value={audience.attribute}
        options={attributes.map((name) => ({ value: name, label: name }))}
        onChange={(attribute) => onChange({ ...audience, attribute: attribute.trim() })}
        pointer="/rules/0/when/attribute"
        hint="targetingKey is the id of the user."
      />
      <ChipsInput
        label="is one of"
        values={audience.values}
        onChange={(values) => onChange({ ...audience, values })}
        pointer="/rules/0/when/values"
        hint="Separate several values with commas. They are compared as text."
      />
    </>
  );
}
