import type { JSX } from "preact";
import type { Condition } from "../../../../sdk/client/contract.ts";
import { ByList } from "../fields/attribute-input.tsx";
import { ProblemText } from "../fields/problems.tsx";
import { Select } from "../fields/select.tsx";
import { TextInput } from "../fields/text-input.tsx";
import { RemoveButton } from "../remove-button.tsx";
import { type Known, segmentOptions } from "./condition.ts";
import type { EditorProps } from "./editor-props.ts";
import { HashFields } from "../rollout/hash-fields.tsx";
import { isPercent, saltHint, totalOf, withHash } from "../rollout/hash-space.ts";
import { ShareInput } from "../rollout/share-input.tsx";

type Of<Name extends string> = Extract<Condition, Record<Name, unknown>>;

export function SegmentEditor({ condition, onChange, pointer, known }: EditorProps<Of<"segment">>): JSX.Element {
  return (
    <Select
      label="Segment"
      value={condition.segment}
      options={segmentOptions(known.segments)}
      onChange={(segment) => onChange({ segment })}
      pointer={`${pointer}/segment`}
    />
  );
}

export function FlagEditor({ condition, onChange, pointer, known, lists }: EditorProps<Of<"flag">>): JSX.Element {
  return (
    <div class="leaf">
      <FlagAndVariants value={condition} onChange={onChange} pointer={pointer} known={known} list={lists.flags} />
    </div>
  );
}

/** A flag and the variants that count. A prerequisite has the same two fields. */
export function FlagAndVariants({
  value,
  onChange,
  pointer,
  known,
  list,
}: {
  value: { flag: string; variants: string[] };
  onChange: (value: { flag: string; variants: string[] }) => void;
  pointer: string;
  known: Pick<Known, "flags">;
  list: string;
}): JSX.Element {
  const { flag, variants } = value;
  const named = known.flags.find(({ key }) => key === flag);
  const names = [...new Set([...Object.keys(named?.variants ?? {}), ...variants])];
  return (
    <>
      <TextInput
        label="Flag"
        value={flag}
        onChange={(key) => {
          const other = known.flags.find((one) => one.key === key);
          const own = Object.keys(other?.variants ?? {});
          const kept = variants.filter((name) => own.includes(name));
          // Usually, the other flag must be on.
          onChange({ flag: key, variants: kept.length > 0 ? kept : own.filter((name) => name !== other?.offVariant) });
        }}
        pointer={`${pointer}/flag`}
        list={list}
        placeholder="flag key"
        required
      />
      <fieldset class="variants" data-pointer={`${pointer}/variants`} tabIndex={-1}>
        <legend>serves one of</legend>
        {names.length === 0 && <span class="hint">Enter a flag of this environment.</span>}
        {names.map((name) => (
          <label key={name} class="choice">
            <input
              type="checkbox"
              checked={variants.includes(name)}
              onChange={(event) =>
                onChange({
                  flag,
                  variants: event.currentTarget.checked
                    ? [...variants, name]
                    : variants.filter((other) => other !== name),
                })
              }
            />
            {name}
          </label>
        ))}
        <ProblemText pointer={`${pointer}/variants`} covers="below" />
      </fieldset>
    </>
  );
}

export function BucketEditor({ condition, onChange, pointer, lists }: EditorProps<Of<"bucket">>): JSX.Element {
  const { bucket } = condition;
  const change = (changed: Partial<typeof bucket>): void => onChange({ bucket: { ...bucket, ...changed } });
  const { ranges } = bucket;
  const total = totalOf(bucket);
  const unit = isPercent(total) ? "%" : `of ${total}`;
  return (
    <div class="leaf">
      <ByList
        by={bucket.by}
        onChange={(by) => change({ by })}
        pointer={`${pointer}/bucket/by`}
        list={lists.attributes}
      />
      <TextInput
        label="Salt"
        value={bucket.salt}
        onChange={(salt) => change({ salt })}
        pointer={`${pointer}/bucket/salt`}
        hint={
          saltHint(bucket) ??
          "Conditions with the same salt and attribute use the same buckets. A new salt reassigns everyone."
        }
      />
      <HashFields
        bucketing={bucket}
        onChange={(changed) => onChange({ bucket: withHash(bucket, changed) })}
        pointer={`${pointer}/bucket`}
      />
      <div class="field" data-pointer={`${pointer}/bucket/ranges`} tabIndex={-1}>
        {ranges.map(([from, to], i) => (
          // oxlint-disable-next-line react/no-array-index-key -- ranges have no identity but their place
          <div key={i} class="row">
            {(["From", "To"] as const).map((label, side) => (
              <ShareInput
                key={label}
                label={`${label} (${unit})`}
                share={side === 0 ? from : to}
                total={total}
                onChange={(share) => change({ ranges: ranges.with(i, side === 0 ? [share, to] : [from, share]) })}
                pointer={`${pointer}/bucket/ranges/${i}/${side}`}
              />
            ))}
            {ranges.length > 1 && (
              <RemoveButton
                label={`Remove range ${i + 1}`}
                onRemove={() => change({ ranges: ranges.toSpliced(i, 1) })}
              />
            )}
          </div>
        ))}
        <button type="button" class="small" onClick={() => change({ ranges: [...ranges, [0, 0]] })}>
          Add range
        </button>
        <ProblemText pointer={`${pointer}/bucket/ranges`} covers="below" />
      </div>
    </div>
  );
}
