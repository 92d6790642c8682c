import type { JSX } from "preact";
import { useId, useMemo, useState } from "preact/hooks";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { useCatalogue } from "../../state/catalogue.ts";
import { createEditing } from "../../state/flags/flag-editing.ts";
import { isReadOnly } from "../../state/session.ts";
import { NameLists } from "../../ui/condition/name-lists.tsx";
import { focusField, reportInvalid } from "../../ui/fields/focus.ts";
import { useInvalidText } from "../../ui/fields/invalid-text.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { Problems } from "../../ui/fields/problems.tsx";
import { unsavedChangesTo, useLeaveGuard } from "../../ui/leave-guard.ts";
import { VariantNames } from "../../ui/plots/variant-colour.ts";
import { DefinitionSection } from "./definition.tsx";
import { CleanUp } from "./lifecycle/clean-up.tsx";
import { EnvironmentsSection } from "./environments.tsx";
import { FlagHeader } from "./header.tsx";
import { PrerequisitesSection } from "./prerequisites.tsx";
import { RatiosSection } from "./ratios/ratios.tsx";
import { Review } from "./review.tsx";
import { SaveBar } from "./save-bar.tsx";
import { TargetingSection } from "./targeting.tsx";
import { VariantsSection } from "./variants.tsx";

/** The editor of a flag. Nothing is saved before the person has reviewed it. */
export function Editor({
  environment,
  flag,
  onCreated,
}: {
  environment: string;
  /** `undefined` for a new flag. */
  flag: Flag | undefined;
  onCreated?: (flag: Flag) => void;
}): JSX.Element {
  const editing = useMemo(() => createEditing(environment, flag), [environment, flag]);
  const catalogue = useCatalogue(environment);
  const invalidText = useInvalidText();
  const { form } = invalidText;
  const [isReviewing, setReviewing] = useState(false);
  const id = useId();
  const lists = { attributes: `${id}-attributes`, flags: `${id}-flags` };
  const isNew = editing.stored.value === undefined;

  useLeaveGuard(
    () => editing.changes.peek().length > 0 || invalidText.remains(),
    () => unsavedChangesTo(editing.draft.peek().key || "the new flag"),
  );

  const review = async (): Promise<void> => {
    if (form.current === null || reportInvalid(form.current)) return;
    if (await editing.check()) setReviewing(true);
    else focusFirst(editing.problems.peek());
  };
  const save = async (): Promise<void> => {
    const isSaved = await editing.save();
    setReviewing(false);
    const saved = editing.stored.peek();
    // The pressed button is gone, because there is nothing left to save.
    if (isSaved) requestAnimationFrame(() => document.getElementById("main")?.focus({ preventScroll: true }));
    if (isSaved && isNew && saved !== undefined) onCreated?.(saved);
    if (!isSaved) focusFirst(editing.problems.peek());
  };

  return (
    <Problems.Provider value={editing.problems.value}>
      <VariantNames.Provider value={editing.draft.value.variants.map(({ item }) => item.name)}>
        <FlagHeader editing={editing} />
        <NameLists ids={lists} flags={catalogue.flags} attributes={catalogue.attributes} />
        <form
          ref={form}
          noValidate
          onInput={invalidText.onInput}
          onSubmit={(event) => {
            event.preventDefault();
            void review();
          }}
        >
          <fieldset key={editing.discarded.value} class="sections" disabled={isReadOnly.value}>
            {isNew && <DefinitionSection editing={editing} isNew />}
            <TargetingSection editing={editing} catalogue={catalogue} lists={lists} />
            <VariantsSection editing={editing} />
            <PrerequisitesSection editing={editing} catalogue={catalogue} lists={lists} />
            {!isNew && <DefinitionSection editing={editing} isNew={false} />}
          </fieldset>
          <SaveBar editing={editing} invalidText={invalidText} />
        </form>
        {editing.stored.value !== undefined && <RatiosSection environment={environment} flag={editing.stored.value} />}
        {!isNew && <EnvironmentsSection editing={editing} />}
        {!isNew && <CleanUp editing={editing} />}
        {isReviewing && <Review editing={editing} onSave={save} onClose={() => setReviewing(false)} />}
      </VariantNames.Provider>
    </Problems.Provider>
  );
}

function focusFirst([first]: readonly Problem[]): void {
  if (first !== undefined) requestAnimationFrame(() => focusField(first.pointer));
}
