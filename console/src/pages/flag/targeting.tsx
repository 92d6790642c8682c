import type { JSX } from "preact";
import type { Rule, Serve } from "../../../../sdk/client/contract.ts";
import { serveText } from "../../../../sdk/words/serve.ts";
import { flagOf, freeName, moveItem, type Row, row } from "../../state/flags/flag-draft.ts";
import { wordingOf } from "../../state/wording.ts";
import { emptyLeaf } from "../../ui/condition/condition.ts";
import { ProblemText } from "../../ui/fields/problems.tsx";
import { Select } from "../../ui/fields/select.tsx";
import { useItemFocus } from "../../ui/item-focus.ts";
import { avoidMoveBefore, MoveAnnouncer, useDragging } from "../../ui/reorder.tsx";
import { rulesOfSteps, type Step } from "../../ui/rollout/ramp-steps.ts";
import { ServeEditor } from "../../ui/rollout/serve-editor.tsx";
import { serveAs } from "../../ui/rollout/serve.ts";
import { Word } from "../../ui/sentence/part.tsx";
import { plainServe, restOf } from "../../ui/sentence/plain-serve.ts";
import { SentenceOrFields } from "../../ui/sentence/sentence-or-fields.tsx";
import { ServeSentence } from "../../ui/sentence/serve-sentence.tsx";
import { Served } from "../../ui/words/served.tsx";
import { RuleItem } from "./rule.tsx";
import type { SectionProps } from "./section-props.ts";

/** The targeting of a flag: its rules in order, the default, and the off variant. */
export function TargetingSection({ editing, catalogue, lists }: SectionProps): JSX.Element {
  const draft = editing.draft.value;
  const { kind } = draft;
  const variants = draft.variants.map(({ item }) => item.name);
  return (
    <section class="card stack" aria-labelledby="targeting">
      <h2 id="targeting">Targeting</h2>
      <Served flag={flagOf(draft)} />
      {kind === "switch" ? (
        <p class="hint">A switch serves the same variant to everyone.</p>
      ) : (
        <Rules editing={editing} catalogue={catalogue} variants={variants} lists={lists} />
      )}
      <Default editing={editing} lists={lists} variants={variants} />
      <Select
        label="When the flag is off"
        value={draft.offVariant ?? ""}
        options={[["", "none (use the code default)"], ...variants.map((name) => [name, name] as const)]}
        onChange={(name) => editing.change({ offVariant: name === "" ? null : name })}
        pointer="/offVariant"
      />
    </section>
  );
}

/** The outcome for everyone whom no rule serves. */
function Default({ editing, lists, variants }: Omit<SectionProps, "catalogue"> & { variants: readonly string[] }) {
  const { default: serve, kind, key, offVariant, rules } = editing.draft.value;
  const off = offVariant ?? undefined;
  const name = rules.length === 0 ? "Everyone" : "Everyone else";
  const wording = wordingOf(key);
  const plain = plainServe(serve);
  const rest = restOf(plain?.variant ?? null, off, variants);
  const set = (changed: Serve): void => editing.change({ default: changed });
  return (
    <div class="rule">
      <SentenceOrFields
        title={<h3>{name}</h3>}
        text={() => serveText(serve, wording, true)}
        pointer="/default"
        // A ramp is followed and stopped in its fields.
        isOpenAtFirst={plain === undefined}
        sentence={(open) => (
          <div class="sentence" role="group" aria-label={name}>
            <Word isJoint>GETS</Word>
            <ServeSentence
              serve={serve}
              onChange={set}
              variants={variants}
              hasShares={kind === "flag" && rest !== undefined}
              rest={rest}
              wording={wording}
              pointer="/default"
              of={name}
            />
            {kind === "flag" && (
              <button
                type="button"
                class="quiet add-condition"
                onClick={() => (set(serveAs("rollout", serve, variants)), open())}
              >
                Shares and ramp…
              </button>
            )}
          </div>
        )}
        fields={() => (
          <ServeEditor
            serve={serve}
            onChange={set}
            variants={variants}
            kind={kind}
            isDefault
            restVariant={off}
            flagKey={key}
            attributeList={lists.attributes}
            onSteps={kind === "switch" ? undefined : (steps) => splitDefault(editing, steps)}
            pointer="/default"
          />
        )}
      />
    </div>
  );
}

function Rules({ editing, catalogue, variants, lists }: SectionProps & { variants: readonly string[] }): JSX.Element {
  const { rules, kind, key, offVariant, default: byDefault } = editing.draft.value;
  const restVariant = ("variant" in byDefault ? byDefault.variant : offVariant) ?? undefined;
  const [list, focusItem] = useItemFocus<HTMLOListElement>("summary");
  const set = (index: number, changed: Row<Rule>): void =>
    editing.change({ rules: editing.draft.peek().rules.with(index, changed) });
  const move = (from: number, to: number): void => editing.change({ rules: moveItem(rules, from, to) });
  const dragging = useDragging(move);
  const ids = rules.map(({ item }) => item.id);
  return (
    <>
      <MoveAnnouncer />
      {rules.length === 0 && <p class="hint">No rules. Everyone gets the default below.</p>}
      <ol
        class="rules"
        ref={(element) => {
          list.current = element;
          avoidMoveBefore(element);
        }}
        data-pointer="/rules"
        tabIndex={-1}
      >
        {rules.map(({ id, item }, i) => (
          <RuleItem
            key={id}
            rule={item}
            index={i}
            otherIds={ids.toSpliced(i, 1)}
            count={rules.length}
            catalogue={catalogue}
            variants={variants}
            kind={kind}
            restVariant={restVariant}
            flagKey={key}
            lists={lists}
            dragging={dragging}
            onChange={(changed) => set(i, { id, item: changed })}
            onSteps={(steps) => splitRule(editing, i, steps)}
            onMove={(to) => move(i, to)}
            onRemove={() => {
              editing.change({ rules: rules.toSpliced(i, 1) });
              focusItem(Math.max(0, i - 1));
            }}
          />
        ))}
      </ol>
      <button
        type="button"
        class="small"
        disabled={rules.length >= 100}
        onClick={() => {
          const serve = { variant: variants.find((name) => name !== offVariant) ?? offVariant };
          editing.change({ rules: [...rules, row({ id: freeName("rule", ids), when: emptyLeaf(), serve })] });
          // The attribute of its condition.
          focusItem(rules.length, ".part-editor input");
        }}
      >
        Add rule
      </button>
      <ProblemText pointer="/rules" />
    </>
  );
}

/** Replaces a rule by one for each step. An old callback may be called later, so it reads the draft of then. */
function splitRule({ draft, change }: SectionProps["editing"], index: number, steps: readonly Step[]): void {
  const { rules } = draft.peek();
  const old = rules[index];
  if (old === undefined) return;
  const ids = rules.map(({ item }) => item.id);
  const split = rulesOfSteps(old.item, steps, ids);
  const rows = split.map((rule) => (rule.id === old.item.id ? { ...old, item: rule } : row(rule)));
  change({ rules: rules.toSpliced(index, 1, ...rows) });
}

/** Moves the ramp of the default into rules for everyone, one for each step. The rest is served as before. */
function splitDefault({ draft, change }: SectionProps["editing"], steps: readonly Step[]): void {
  const { rules, offVariant } = draft.peek();
  const ids = rules.map(({ item }) => item.id);
  const all: Rule = { id: freeName("rule", ids), serve: { variant: null } };
  const split = rulesOfSteps(all, steps, ids);
  change({ rules: [...rules, ...split.map((rule) => row(rule))], default: { variant: offVariant ?? null } });
}
