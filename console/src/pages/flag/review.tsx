import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { differences } from "../../../../sdk/client/differences.ts";
import { environments, isProtected } from "../../state/environments.ts";
import { flagOf, isOfDefinition } from "../../state/flags/flag-draft.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { useResource } from "../../state/resource.ts";
import { client } from "../../state/session.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { DifferenceList } from "../../ui/differences.tsx";
import { isTyped, TypedField } from "../../ui/typed-field.tsx";

/** What is about to be written, before it is. Where it reaches a protected environment, the key is typed. */
export function Review({
  editing,
  onSave,
  onClose,
}: {
  editing: Editing;
  onSave: () => Promise<void>;
  onClose: () => void;
}): JSX.Element {
  const { environment } = editing;
  const { key } = editing.draft.value;
  const isNew = editing.stored.value === undefined;
  const changes = isNew ? differences({}, flagOf(editing.draft.value)) : editing.changes.value;
  const isShared = !isNew && changes.some(({ pointer }) => isOfDefinition(pointer));
  const reached = useReached(key, isShared, environment);
  const typed = [environment, ...reached].some(isProtected) ? key : undefined;
  const [text, setText] = useState("");
  const [isSaving, setSaving] = useState(false);
  const isReady = !isSaving && isTyped(typed, text);
  return (
    <Dialog title={isNew ? `Create ${key} in ${environment}?` : `Save ${key} in ${environment}?`} onClose={onClose}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isReady) return;
          setSaving(true);
          void onSave();
        }}
      >
        <div class="review" role="region" aria-label="What changes" tabIndex={0}>
          <DifferenceList differences={changes} />
        </div>
        {reached.length > 0 && (
          <p class="banner">The definition is shared: what changes of it changes in {reached.join(", ")} too.</p>
        )}
        <TypedField typed={typed} text={text} onInput={setText} />
        <footer class="actions">
          <button type="button" onClick={onClose}>
            Go on editing
          </button>
          <button type="submit" class="primary" disabled={!isReady}>
            {isSaving ? "Saving…" : isNew ? "Create" : "Save"}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** The other environments that a change of the definition reaches; until it is known, all of them. */
function useReached(key: string, isShared: boolean, environment: string): string[] {
  const definition = useResource(
    async () => (isShared ? (await client.call("getDefinition", { path: { key } })).answer : undefined),
    [key, isShared],
  );
  if (!isShared) return [];
  const all = (environments.data.value ?? []).map((known) => known.key);
  const known = definition.data.value === undefined ? all : Object.keys(definition.data.value.environments);
  return known.filter((other) => other !== environment);
}
