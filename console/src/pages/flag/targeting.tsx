import type { JSX } from "preact";
import type { Rule } from "../../../../sdk/client/contract.ts";
import { flagOf, freeName, moveItem, type Row, row } from "../../state/flags/flag-draft.ts";
import { ProblemText } from "../../ui/fields/problems.tsx";
import { Select } from "../../ui/fields/select.tsx";
import { useItemFocus } from "../../ui/item-focus.ts";
import { avoidMoveBefore, MoveAnnouncer, useDragging } from "../../ui/reorder.tsx";
import { rulesOfSteps, type Step } from "../../ui/rollout/ramp-steps.ts";
import { ServeEditor } from "../../ui/rollout/serve-editor.tsx";
import { Served } from "../../ui/words/served.tsx";
import { RuleItem } from "./rule.tsx";
import type { SectionProps } from "./section-props.ts";

/** The targeting of a flag: its rules in order, the default, and the off variant. */
export function TargetingSection({ editing, catalogue, lists }: SectionProps): JSX.Element {
  const draft = editing.draft.value;
  const { kind, key } = draft;
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
      <h3>{draft.rules.length === 0 ? "Everyone" : "Everyone else"}</h3>
      <ServeEditor
        serve={draft.default}
        onChange={(serve) => editing.change({ default: serve })}
        variants={variants}
        kind={kind}
        isDefault
        restVariant={draft.offVariant ?? undefined}
        flagKey={key}
        attributeList={lists.attributes}
        onSteps={kind === "switch" ? undefined : (steps) => splitDefault(editing, steps)}
        pointer="/default"
      />
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
          const serve = { variant: variants[0] ?? "" };
          editing.change({ rules: [...rules, row({ id: freeName("rule", ids), when: newCondition(), serve })] });
          focusItem(rules.length);
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

function newCondition(): NonNullable<Rule["when"]> {
  return { attribute: "", operator: "equals", values: [] };
}
