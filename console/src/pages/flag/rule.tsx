import { Icon } from "../../ui/kit/icon.tsx";
import * as icons from "../../ui/kit/icons.ts";
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Rule } from "../../../../sdk/client/contract.ts";
import { emptyLeaf } from "../../ui/condition/condition.ts";
import { ConditionBuilder } from "../../ui/condition/condition-builder.tsx";
import { InstantInput } from "../../ui/fields/instant-input.tsx";
import { NameInput } from "../../ui/fields/name-input.tsx";
import { ProblemText } from "../../ui/fields/problems.tsx";
import { TextInput } from "../../ui/fields/text-input.tsx";
import { RemoveButton } from "../../ui/remove-button.tsx";
import { type Dragging, MoveButtons, MoveMenu } from "../../ui/reorder.tsx";
import type { Step } from "../../ui/rollout/ramp-steps.ts";
import { ServeEditor } from "../../ui/rollout/serve-editor.tsx";
import { SentenceOrFields } from "../../ui/sentence/sentence-or-fields.tsx";
import { WindowsEditor } from "../../ui/schedule/windows-editor.tsx";
import { ruleText } from "../../../../sdk/words/rule.ts";
import { windowsText } from "../../../../sdk/words/time.ts";
import { wordingOf } from "../../state/wording.ts";
import { RuleSentence, type RuleSentenceProps } from "./rule-sentence.tsx";

export interface RuleItemProps extends RuleSentenceProps {
  count: number;
  otherIds: readonly string[];
  /** The variant that the default serves, if it is one. */
  restVariant: string | undefined;
  dragging: Dragging;
  /** Replaces the rule by one for each step of its ramp. */
  onSteps: (steps: readonly Step[]) => void;
  onMove: (to: number) => void;
  onRemove: () => void;
}

/** One targeting rule: a sentence with its controls in place, or all of its fields. */
export function RuleItem(props: RuleItemProps): JSX.Element {
  const { rule, index, count, dragging, onMove, onRemove } = props;
  const move = { name: `rule ${rule.id}`, index, count, onMove };
  return (
    <li class="rule" data-drop={dragging.landing(index)}>
      <div class="rule-bar">
        <span class="handle" title="Drag to reorder" aria-hidden="true" {...dragging.handle(index)}>
          <Icon of={icons.drag} />
        </span>
        <span class="move-buttons">
          <MoveButtons {...move} />
          <RemoveButton label={`Remove rule ${rule.id}`} onRemove={onRemove} />
        </span>
        <MoveMenu {...move} onRemove={onRemove} />
      </div>
      <SentenceOrFields
        title={
          <strong>
            {index + 1}. {rule.id}
          </strong>
        }
        text={() => ruleText(rule, wordingOf(props.flagKey))}
        pointer={`/rules/${index}`}
        sentence={() => <RuleSentence {...props} />}
        fields={() => <Fields {...props} />}
      />
    </li>
  );
}

/** Draws the fields again only if something in this rule has changed, because a flag can have a hundred rules. */
function Fields(props: RuleItemProps): JSX.Element {
  const { rule, index, otherIds, catalogue, variants, kind, restVariant, flagKey } = props;
  return useMemo(
    () => <RuleFields {...props} />,
    [rule, index, otherIds.join(), catalogue, variants.join(), kind, restVariant, flagKey],
  );
}

function RuleFields({
  rule,
  index,
  otherIds,
  catalogue,
  variants,
  kind,
  restVariant,
  flagKey,
  lists,
  onChange,
  onSteps,
}: RuleItemProps): JSX.Element {
  const pointer = `/rules/${index}`;
  return (
    <div class="stack">
      <div class="leaf">
        <NameInput
          label="ID"
          name={rule.id}
          taken={otherIds}
          onChange={(id) => onChange({ ...rule, id })}
          pointer={`${pointer}/id`}
        />
        <TextInput
          label="Description"
          value={rule.description ?? ""}
          onChange={(description) => onChange({ ...rule, description: description || undefined })}
          pointer={`${pointer}/description`}
        />
      </div>
      {rule.when === undefined ? (
        <div class="row">
          <span>This rule applies to everyone.</span>
          <button type="button" class="small" onClick={() => onChange({ ...rule, when: emptyLeaf() })}>
            Add condition
          </button>
        </div>
      ) : (
        <>
          <ConditionBuilder
            {...catalogue}
            condition={rule.when}
            onChange={(when) => onChange({ ...rule, when })}
            pointer={`${pointer}/when`}
            lists={lists}
          />
          <button type="button" class="small" onClick={() => onChange({ ...rule, when: undefined })}>
            Remove condition
          </button>
        </>
      )}
      <ProblemText pointer={`${pointer}/when`} />
      <ServeEditor
        serve={rule.serve}
        onChange={(serve) => onChange({ ...rule, serve })}
        variants={variants}
        kind={kind}
        isDefault={false}
        restVariant={restVariant}
        flagKey={flagKey}
        attributeList={lists.attributes}
        // A rule with times of its own has none left for steps.
        onSteps={(rule.from ?? rule.until) === undefined ? onSteps : undefined}
        pointer={`${pointer}/serve`}
      />
      <Schedule rule={rule} pointer={pointer} onChange={onChange} />
    </div>
  );
}

function Schedule({
  rule,
  pointer,
  onChange,
}: {
  rule: Rule;
  pointer: string;
  onChange: (rule: Rule) => void;
}): JSX.Element {
  const { during } = rule;
  const isScheduled = (rule.from ?? rule.until ?? during) !== undefined;
  const [isOpen] = useState(isScheduled);
  return (
    <details class="more" open={isOpen}>
      <summary>Schedule: {isScheduled ? "set" : "always active"}</summary>
      <div class="leaf">
        {(["from", "until"] as const).map((side) => (
          <InstantInput
            key={side}
            label={side === "from" ? "Active from" : "Active until"}
            value={rule[side]}
            onChange={(instant) => onChange({ ...rule, [side]: instant })}
            pointer={`${pointer}/${side}`}
          />
        ))}
      </div>
      {during !== undefined && <p class="hint">Only during {windowsText(during)}.</p>}
      <WindowsEditor
        windows={during ?? []}
        onChange={(windows) => onChange({ ...rule, during: windows })}
        pointer={`${pointer}/during`}
      />
    </details>
  );
}
