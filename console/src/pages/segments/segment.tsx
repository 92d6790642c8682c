import type { ComponentChildren, JSX } from "preact";
import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Segment, SegmentInput } from "../../../../sdk/client/contract.ts";
import { useKeptDraft } from "../../state/drafts/use-kept-draft.ts";
import { useCatalogue } from "../../state/catalogue.ts";
import { requiresNote } from "../../state/environments.ts";
import { useResource } from "../../state/resource.ts";
import { go, href } from "../../state/route.ts";
import { inputOf, readSegment } from "../../state/segments/segment-changes.ts";
import { createSegmentEditing, type SegmentEditing } from "../../state/segments/segment-editing.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { useShortcut } from "../../state/shortcuts.ts";
import { useUndone } from "../../state/undone.ts";
import { ConditionBuilder } from "../../ui/condition/condition-builder.tsx";
import { focusField } from "../../ui/fields/focus.ts";
import { useInvalidText } from "../../ui/fields/invalid-text.ts";
import { ProblemSummary } from "../../ui/fields/problem-summary.tsx";
import { ProblemText, Problems } from "../../ui/fields/problems.tsx";
import { withControlProblems } from "../../ui/fields/refused-fields.ts";
import { TextInput } from "../../ui/fields/text-input.tsx";
import { NoteInput } from "../../ui/note/note-input.tsx";
import { unsavedChangesTo, useLeaveGuard } from "../../ui/leave-guard.ts";
import { Loaded } from "../../ui/states.tsx";
import { lazy } from "../../ui/lazy.tsx";
import { SegmentReview } from "./review.tsx";
import { Usage } from "./usage.tsx";
import { useSegmentReview } from "./use-segment-review.ts";

const TryUser = lazy(async () => (await import("./try-user.tsx")).TryUser);

const FORM = "segment-form";

const NEW: SegmentInput = {
  key: "",
  name: "",
  description: "",
  condition: { attribute: "plan", operator: "in", values: ["pro"] },
};

/** The page of one segment, or of a new one if the key is `new`. */
export function SegmentPage({ environment, segmentKey }: { environment: string; segmentKey: string }): JSX.Element {
  const segment = useResource(
    async () =>
      segmentKey === "new"
        ? null
        : (await client.call("getSegment", { path: { env: environment, key: segmentKey } })).body,
    [environment, segmentKey],
  );
  return (
    <>
      <header class="page">
        <h1>{segmentKey === "new" ? "New segment" : segmentKey}</h1>
        <a href={href(["segments"])}>All segments</a>
      </header>
      <Loaded of={segment}>
        {(stored) => (
          <Editor
            environment={environment}
            segment={stored ?? undefined}
            onCreated={(saved) => go(["segments", saved.key])}
          />
        )}
      </Loaded>
    </>
  );
}

interface EditorProps {
  environment: string;
  segment: Segment | undefined;
  onCreated: (segment: Segment) => void;
}

function Editor({ environment, segment, onCreated }: EditorProps): JSX.Element {
  // A saved segment arrives through the editing, which has its draft.
  const editing = useMemo(() => createSegmentEditing(environment, segment, NEW), [environment, segment?.key]);
  const stored = editing.stored.value;
  const isChanged = editing.isChanged.value;
  const invalidText = useInvalidText();
  const reviewing = useSegmentReview(editing, invalidText, onCreated);
  useKeptSegment(environment, editing);
  useLeaveGuard(
    () => !reviewing.isCreated.current && (editing.isChanged.peek() || invalidText.remains()),
    () => unsavedChangesTo(stored === undefined ? "the new segment" : `segment ${stored.key}`),
  );
  useUndone(() => {
    const known = editing.stored.peek();
    if (known === undefined) return;
    // The Undo of its creation has deleted it.
    const onGone = (): void => go(["segments"]);
    void readSegment(environment, known.key, onGone).then((now) => now && editing.adopt(now));
  });
  const discard = (): void => {
    editing.discard();
    invalidText.clear();
  };
  const reviewed = { environment, stored, wanted: editing.wanted.value };
  const canSave = stored === undefined || isChanged || invalidText.isInvalid;
  const problems = withControlProblems(invalidText.problems, editing.problems.value);
  useShortcut("Ctrl-S", "Review and save", () => void reviewing.review(), !isReadOnly.value);
  return (
    <>
      <form
        ref={invalidText.form}
        id={FORM}
        noValidate
        onInput={invalidText.onInput}
        onSubmit={(event) => {
          event.preventDefault();
          void reviewing.review();
        }}
      >
        <Problems.Provider value={problems}>
          <Fields
            key={editing.discarded.value}
            draft={editing.draft.value}
            isNew={stored === undefined}
            environment={environment}
            onChange={editing.change}
          />
        </Problems.Provider>
        {stored === undefined && (
          <section class="card">
            <NoteInput text={reviewing.note} isRequired={requiresNote(environment)} onChange={reviewing.setNote} />
          </section>
        )}
      </form>
      {stored !== undefined && <Usage environment={environment} segment={stored} />}
      <TryUser environment={environment} condition={editing.draft.value.condition} />
      {!isReadOnly.value && (
        <SaveBar stored={stored} canDiscard={isChanged || invalidText.isInvalid} canSave={canSave} onDiscard={discard}>
          <ProblemSummary problems={problems} isNew={stored === undefined} onFocusField={focusField} />
        </SaveBar>
      )}
      {reviewing.isReviewing && <SegmentReview {...reviewed} onSave={reviewing.save} onClose={reviewing.stop} />}
    </>
  );
}

function useKeptSegment(environment: string, editing: SegmentEditing): void {
  const { stored, draft, isChanged } = editing;
  const base = useMemo(() => computed(() => stored.value && inputOf(stored.value)), [editing]);
  const key = stored.peek()?.key;
  const page = { id: { entity: "segment" as const, environment, key }, base, edited: draft, isChanged };
  useKeptDraft({ ...page, restore: editing.change, discard: editing.discard }, [editing]);
}

interface SaveBarProps {
  stored: Segment | undefined;
  canDiscard: boolean;
  canSave: boolean;
  onDiscard: () => void;
  children: ComponentChildren;
}

/** The buttons of the form. They stay in view while there is something to save. */
function SaveBar({ stored, canDiscard, canSave, onDiscard, children }: SaveBarProps): JSX.Element {
  return (
    <footer class={canDiscard || canSave ? "save-bar save-actions" : "actions"}>
      {children}
      <span role="status">{stored === undefined ? "Not created yet" : canDiscard ? "Unsaved changes" : ""}</span>
      <button type="button" disabled={!canDiscard} onClick={onDiscard}>
        Discard changes
      </button>
      <button type="submit" form={FORM} class="primary" disabled={!canSave}>
        {stored === undefined ? "Create segment" : saveText(stored)}
      </button>
    </footer>
  );
}

interface FieldsProps {
  draft: SegmentInput;
  isNew: boolean;
  environment: string;
  onChange: (patch: Partial<SegmentInput>) => void;
}

function Fields({ draft, isNew, environment, onChange }: FieldsProps): JSX.Element {
  const known = useCatalogue(environment);
  return (
    <fieldset class="plain" disabled={isReadOnly.value}>
      <legend class="visually-hidden">Segment</legend>
      <div class="card columns">
        {isNew && (
          <TextInput label="Key" pointer="/key" value={draft.key} required onChange={(key) => onChange({ key })} />
        )}
        <TextInput label="Name" pointer="/name" value={draft.name ?? ""} onChange={(name) => onChange({ name })} />
        <TextInput
          label="Description"
          pointer="/description"
          value={draft.description ?? ""}
          onChange={(description) => onChange({ description })}
        />
      </div>
      <section class="card" aria-labelledby="members">
        <h2 id="members">Members</h2>
        <ConditionBuilder
          condition={draft.condition}
          onChange={(condition) => onChange({ condition })}
          pointer="/condition"
          segments={known.segments.filter(({ key }) => key !== draft.key)}
          flags={known.flags}
          attributes={known.attributes}
        />
        <ProblemText pointer="/condition" />
      </section>
    </fieldset>
  );
}

/** Returns the label of the save button. It names the number of flags that the change affects. */
function saveText({ usedBy }: Segment): string {
  const { length } = usedBy.flags;
  return length === 0 ? "Review and save" : `Review, save and update ${length === 1 ? "1 flag" : `${length} flags`}`;
}
