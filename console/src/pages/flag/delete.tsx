import type { JSX } from "preact";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { go } from "../../state/route.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { confirm } from "../../ui/confirm.tsx";

/** Deletes the flag from this environment, if it is still at the version on this page. */
export function DeleteSection({ editing }: { editing: Editing }): JSX.Element | null {
  const stored = editing.stored.value;
  if (stored === undefined || isReadOnly.value) return null;
  const { key, version } = stored;
  const { environment } = editing;
  const remove = async (): Promise<void> => {
    const detail =
      "Applications then use the default in their code. If no other environment has the flag, its definition is deleted too. You can restore both from the audit log.";
    if (!(await confirm({ title: `Delete ${key} from ${environment}?`, detail, action: "Delete flag", typed: key })))
      return;
    try {
      const headers = version === undefined ? {} : { "If-Match": `"${version}"` };
      await client.call("deleteFlag", { path: { env: environment, key }, headers });
      notify(`${key} deleted from ${environment}`);
      editing.discard();
      go(["flags"]);
    } catch (error) {
      notifyFailure(`Could not delete ${key}`, error);
    }
  };
  return (
    <section class="card" aria-labelledby="delete">
      <h2 id="delete">Delete</h2>
      <button type="button" class="danger" onClick={() => void remove()}>
        Delete from {environment}…
      </button>
    </section>
  );
}
