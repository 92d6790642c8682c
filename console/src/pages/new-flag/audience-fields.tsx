import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { type Known, segmentOptions } from "../../ui/condition/condition.ts";
import {
  type Audience,
  type AudienceKind,
  AUDIENCES,
  changeAudience,
  DEFAULT_ATTRIBUTE,
  usualAttribute,
} from "../../state/new-flag/audience.ts";
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

/**
 * The choice of the people for whom a flag is on, and of the variant that they get. The fields of each choice are
 * always there, and filling one in chooses it.
 */
export function AudienceFields({ legend, audience, variants, known, canBeNobody, onChange }: Props): JSX.Element {
  const group = useId();
  const { kind } = audience;
  return (
    <fieldset class="stack plain audience" data-pointer="/rules" tabIndex={-1}>
      <legend>{legend}</legend>
      {AUDIENCES.filter(([value]) => canBeNobody || value !== "nobody").map(([value, text]) => (
        <div key={value}>
          <label class="choice">
            <input
              type="radio"
              name={group}
              checked={kind === value}
              onChange={() => onChange(changeAudience(audience, value))}
            />
            {text}
          </label>
          <Parts kind={value} audience={changeAudience(audience, value)} known={known} onChange={onChange} />
        </div>
      ))}
      {kind !== "nobody" && variants.length > 2 && (
        <Select
          label="They get"
          value={audience.variant}
          options={variants.map((name) => [name, name] as const)}
          onChange={(variant) => onChange({ ...audience, variant })}
          pointer="/rules/0/serve"
        />
      )}
    </fieldset>
  );
}

const SHARE_LABELS = {
  percentage: "Percentage",
  segment: "Percentage of the segment",
  people: "Percentage of them",
} as const;

/** The fields of one choice. `audience` is the one that it leads to. */
function Parts({
  kind,
  audience,
  known,
  onChange,
}: Pick<Props, "audience" | "known" | "onChange"> & { kind: AudienceKind }): JSX.Element | null {
  if (kind === "nobody" || kind === "everybody") return null;
  return (
    <div class="leaf">
      {kind === "segment" && <SegmentOf audience={audience} known={known} onChange={onChange} />}
      {kind === "people" && <PeopleOf audience={audience} known={known} onChange={onChange} />}
      <ParsedInput
        label={SHARE_LABELS[kind]}
        value={audience.share}
        format={percentInputText}
        parse={parsePercent}
        onChange={(share) => onChange({ ...audience, share })}
        pointer={kind === "percentage" ? "/default/rollout/weights" : `/rules/0/serve/rollout/weights/-${kind}`}
        inputMode="decimal"
      />
    </div>
  );
}

function SegmentOf({ audience, known, onChange }: Pick<Props, "audience" | "known" | "onChange">): JSX.Element {
  return (
    <Select
      label="Segment"
      value={audience.segment}
      options={segmentOptions(known.segments)}
      onChange={(segment) => onChange({ ...audience, segment })}
      pointer="/rules/0/when/segment"
      {...(known.segments.length === 0 ? { hint: "This environment has no segments yet." } : {})}
    />
  );
}

function PeopleOf({ audience, known, onChange }: Pick<Props, "audience" | "known" | "onChange">): JSX.Element {
  const attributes = [...new Set([DEFAULT_ATTRIBUTE, ...known.attributes])];
  const attribute = audience.attribute ?? usualAttribute(known.attributes);
  return (
    <>
      <Combobox
        label="Attribute"
        value={attribute}
        options={attributes.map((name) => ({ value: name, label: name }))}
        onChange={(chosen) => onChange({ ...audience, attribute: chosen.trim() })}
        pointer="/rules/0/when/attribute"
        hint="targetingKey is the id of the user."
      />
      <ChipsInput
        label="is one of"
        values={audience.values}
        onChange={(values) => onChange({ ...audience, attribute, values })}
        pointer="/rules/0/when/values"
        hint="Separate several values with commas. They are compared as text."
      />
    </>
  );
}
