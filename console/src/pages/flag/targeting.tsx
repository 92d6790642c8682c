import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Rule } from "../../../../sdk/client/contract.ts";
import type { Catalogue } from "../../state/catalogue.ts";
import { freeName, moved, type Row, row } from "../../state/flags/flag-draft.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import type { ListIds } from "../../ui/condition/editor-props.ts";
import { ProblemText } from "../../ui/fields/problems.tsx";
import { Select } from "../../ui/fields/select.tsx";
import { movesSafely, MovesSaid, useDragging } from "../../ui/reorder.tsx";
import { ServeEditor } from "../../ui/rollout/serve-editor.tsx";
import { RuleItem } from "./rule.tsx";

/** Who gets what: rules in their order, the default, and what is served when the flag is off. */
export function TargetingSection({
  editing,
  catalogue,
  lists,
}: {
  editing: Editing;
  catalogue: Catalogue;
  lists: ListIds;
}): JSX.Element {
  const draft = editing.draft.value;
  const { kind, key } = draft;
  const variants = draft.variants.map(({ item }) => item.name);
  return (
    <section class="card stack" aria-labelledby="targeting">
      <h2 id="targeting">Targeting</h2>
      {kind === "switch" ? (
        <p class="hint">A switch serves the same to everybody.</p>
      ) : (
        <Rules editing={editing} catalogue={catalogue} variants={variants} lists={lists} />
      )}
      <h3>{draft.rules.length === 0 ? "Everybody" : "Everybody else"}</h3>
      <ServeEditor
        serve={draft.default}
        onChange={(serve) => editing.change({ default: serve })}
        variants={variants}
        kind={kind}
        isDefault
        flagKey={key}
        attributeList={lists.attributes}
        pointer="/default"
      />
      <Select
        label="When the flag is off"
        value={draft.offVariant ?? ""}
        options={[["", "the caller's own default"], ...variants.map((name) => [name, name] as const)]}
        onChange={(name) => editing.change({ offVariant: name === "" ? null : name })}
        pointer="/offVariant"
      />
    </section>
  );
}

function Rules({
  editing,
  catalogue,
  variants,
  lists,
}: {
  editing: Editing;
  catalogue: Catalogue;
  variants: readonly string[];
  lists: ListIds;
}): JSX.Element {
  const { rules, kind, key } = editing.draft.value;
  const list = useRef<HTMLOListElement>(null);
  // Where the keyboard goes once the list is drawn anew.
  const [focused, setFocused] = useState<number>();
  useEffect(() => {
    if (focused === undefined) return;
    list.current?.children[focused]?.querySelector("summary")?.focus();
    setFocused(undefined);
  }, [focused]);
  const set = (index: number, changed: Row<Rule>): void =>
    editing.change({ rules: editing.draft.peek().rules.with(index, changed) });
  const move = (from: number, to: number): void => editing.change({ rules: moved(rules, from, to) });
  const dragging = useDragging(move);
  const ids = rules.map(({ item }) => item.id);
  return (
    <>
      <MovesSaid />
      {rules.length === 0 && <p class="hint">No rules: everybody gets the same.</p>}
      <ol
        class="rules"
        ref={(element) => {
          list.current = element;
          movesSafely(element);
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
            flagKey={key}
            lists={lists}
            dragging={dragging}
            onChange={(changed) => set(i, { id, item: changed })}
            onMove={(to) => move(i, to)}
            onRemove={() => {
              editing.change({ rules: rules.toSpliced(i, 1) });
              setFocused(Math.max(0, i - 1));
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
          setFocused(rules.length);
        }}
      >
        Add a rule
      </button>
      <ProblemText pointer="/rules" />
    </>
  );
}

function newCondition(): NonNullable<Rule["when"]> {
  return { attribute: "", operator: "equals", values: [] };
}
