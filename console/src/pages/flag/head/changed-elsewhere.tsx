import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Flag } from "../../../../../sdk/client/contract.ts";
import type { Editing } from "../../../state/flags/flag-editing.ts";
import { useChangeElsewhere } from "../../../state/live/change-elsewhere.ts";
import { notifyFailure } from "../../../state/notices.ts";
import { client } from "../../../state/session.ts";
import { Dialog } from "../../../ui/dialog.tsx";
import { Time } from "../../../ui/time.tsx";
import { Changes } from "../../../ui/words/differences.tsx";

/** Says that somebody else has saved the flag. Nothing on the page changes before the person asks for it. */
export function ChangedElsewhere({ editing, stored }: { editing: Editing; stored: Flag }): JSX.Element | null {
  const { environment } = editing;
  const { key } = stored;
  const change = useChangeElsewhere(environment, key, () => editing.stored.value?.version);
  const [theirs, setTheirs] = useState<Flag | undefined>(undefined);
  if (change === undefined) return null;
  const show = async (): Promise<void> => {
    try {
      const { body } = await client.call("getFlag", { path: { env: environment, key } });
      if (editing.changes.peek().length === 0) editing.replace(body);
      else setTheirs(body);
    } catch (error) {
      notifyFailure(`Could not read ${key}`, error);
    }
  };
  return (
    <div class="banner changed-elsewhere" role="status">
      <span>
        {change.by} changed this flag <Time at={change.at} />.
      </span>{" "}
      <button type="button" class="link" onClick={() => void show()}>
        Show
      </button>
      {theirs !== undefined && (
        <Dialog title={`${change.by} changed ${key}`} onClose={() => setTheirs(undefined)}>
          <Changes before={comparable(stored)} after={comparable(theirs)} />
          <p class="hint">
            Your unsaved changes stay. If you save them, both are merged, and you decide where they touch.
          </p>
          <footer class="actions">
            <button type="button" class="primary" onClick={() => setTheirs(undefined)}>
              Close
            </button>
          </footer>
        </Dialog>
      )}
    </div>
  );
}

function comparable({ version: _version, updatedAt: _updatedAt, ...flag }: Flag): Partial<Flag> {
  return flag;
}
