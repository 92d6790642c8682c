import type { JSX } from "preact";
import type { Client } from "../../../../sdk/client/client.ts";
import { environments } from "../../state/environments.ts";
import { isDangerousChange } from "../../state/flags/changed-flag.ts";
import { draftOf, flagOf, isDefinitionPointer } from "../../state/flags/flag-draft.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { useResource } from "../../state/resource.ts";
import { client } from "../../state/session.ts";
import { ReviewDialog } from "../../ui/review/review.tsx";

/** The review before a save. If it can harm in production, the person has to type the environment's key. */
export function Review({
  editing,
  onSave,
  onClose,
}: {
  editing: Editing;
  onSave: (changeClient: Client) => Promise<void>;
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
    <ReviewDialog
      title={isNew ? `Create ${key} in ${environment}?` : `Save ${key} in ${environment}?`}
      action={isNew ? "Create flag" : "Save"}
      busyAction="Saving…"
      cancel="Keep editing"
      before={before}
      after={wanted}
      isDangerous={before === undefined ? wanted.enabled : isDangerousChange(before, wanted)}
      environments={[environment, ...others]}
      onSubmit={onSave}
      onClose={onClose}
    >
      {others.length > 0 && (
        <p class="banner">
          All environments share the definition, so the changes to it also apply in {others.join(", ")}.
        </p>
      )}
    </ReviewDialog>
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
