import type { JSX } from "preact";
import { environments, isProtected } from "../../state/environments.ts";
import { draftOf, flagOf, isDefinitionPointer } from "../../state/flags/flag-draft.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { useResource } from "../../state/resource.ts";
import { client } from "../../state/session.ts";
import { FormDialog } from "../../ui/dialog-form.tsx";
import { ReviewedChanges } from "../../ui/words/differences.tsx";

/** The review before a save. If the save affects a protected environment, the person has to type the flag's key. */
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
  const stored = editing.stored.value;
  const isNew = stored === undefined;
  // The draft has fields that the stored flag may leave out, such as an empty description.
  const before = stored && flagOf(draftOf(stored));
  const wanted = flagOf(editing.draft.value);
  const isShared = !isNew && editing.changes.value.some(({ pointer }) => isDefinitionPointer(pointer));
  const others = useAffectedEnvironments(key, isShared, environment);
  return (
    <FormDialog
      title={isNew ? `Create ${key} in ${environment}?` : `Save ${key} in ${environment}?`}
      action={isNew ? "Create flag" : "Save"}
      busyAction="Saving…"
      cancel="Keep editing"
      typed={[environment, ...others].some(isProtected) ? key : undefined}
      changes={[environment, ...others]}
      onSubmit={onSave}
      onClose={onClose}
    >
      <ReviewedChanges before={before} after={wanted} />
      {others.length > 0 && (
        <p class="banner">
          All environments share the definition, so the changes to it also apply in {others.join(", ")}.
        </p>
      )}
    </FormDialog>
  );
}

/** Returns the other environments that a change of the definition affects, or all others until that has loaded. */
function useAffectedEnvironments(key: string, isShared: boolean, environment: string): string[] {
  const definition = useResource(
    async () => (isShared ? (await client.call("getDefinition", { path: { key } })).body : undefined),
    [key, isShared],
  );
  if (!isShared) return [];
  const all = (environments.data.value ?? []).map((known) => known.key);
  const known = definition.data.value === undefined ? all : Object.keys(definition.data.value.environments);
  return known.filter((other) => other !== environment);
}
