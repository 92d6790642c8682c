import type { JSX } from "preact";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { go } from "../../state/route.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { confirm } from "../../ui/confirm.tsx";

/** Takes the flag out of this environment, while it is still what was looked at. */
export function DeleteSection({ editing }: { editing: Editing }): JSX.Element | null {
  const stored = editing.stored.value;
  if (stored === undefined || isReadOnly.value) return null;
  const { key, version } = stored;
  const { environment } = editing;
  const remove = async (): Promise<void> => {
    const detail =
      "Everybody who asks for it then gets their own default. With the last environment its definition goes too. The audit keeps it.";
    if (!(await confirm({ title: `Delete ${key} from ${environment}?`, detail, action: "Delete", typed: key }))) return;
    try {
      const headers = version === undefined ? {} : { "If-Match": `"${version}"` };
      await client.call("deleteFlag", { path: { env: environment, key }, headers });
      notify(`${key} is deleted from ${environment}`);
      editing.discard();
      go(["flags"]);
    } catch (error) {
      notifyFailure(`${key} was not deleted`, error);
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
