import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Rule } from "../../../../sdk/client/contract.ts";
import { scheduleText } from "../../../../sdk/words/rule.ts";
import type { Catalogue } from "../../state/catalogue.ts";
import type { Draft } from "../../state/flags/flag-draft.ts";
import { wordingOf } from "../../state/wording.ts";
import type { ListIds } from "../../ui/condition/editor-props.ts";
import { ConditionSentence } from "../../ui/sentence/condition-sentence.tsx";
import { ServeSentence } from "../../ui/sentence/serve-sentence.tsx";

export interface RuleSentenceProps {
  rule: Rule;
  index: number;
  variants: readonly string[];
  kind: Draft["kind"];
  flagKey: string;
  catalogue: Catalogue;
  lists: ListIds;
  /** Replaces the rule at this index. An old callback may be called later, so it must not use an old list. */
  onChange: (rule: Rule) => void;
}

/** A rule as a sentence with its controls in place: `IF country is one of NL BE THEN on for 10%`. */
export function RuleSentence(props: RuleSentenceProps): JSX.Element {
  const { rule, index, variants, kind, flagKey, catalogue } = props;
  // A flag can have a hundred rules, so a sentence is drawn again only if its rule has changed.
  return useMemo(() => <Sentence {...props} />, [rule, index, variants.join(), kind, flagKey, catalogue.segments]);
}

function Sentence(props: RuleSentenceProps): JSX.Element {
  const { rule, index, variants, kind, flagKey, catalogue, lists, onChange } = props;
  const of = `Rule ${index + 1}`;
  const pointer = `/rules/${index}`;
  const wording = wordingOf(flagKey);
  const schedule = scheduleText(rule, wording);
  const set = (patch: Partial<Rule>): void => onChange({ ...rule, ...patch });
  return (
    <div class="sentence" role="group" aria-label={`${of}, ${rule.id}`}>
      <ConditionSentence
        condition={rule.when}
        onChange={(when) => set({ when })}
        pointer={`${pointer}/when`}
        list={lists.attributes}
        segments={catalogue.segments}
        of={of}
      />
      <ServeSentence
        serve={rule.serve}
        onChange={(serve) => set({ serve })}
        variants={variants}
        hasShares={kind === "flag"}
        wording={wording}
        pointer={`${pointer}/serve`}
        of={of}
      />
      {schedule !== undefined && <span class="tail">, {schedule}</span>}
    </div>
  );
}
