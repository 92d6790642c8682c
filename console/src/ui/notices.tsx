import type { JSX } from "preact";
import { dismiss, notices } from "../state/notices.ts";
import { openDialogs } from "./open-dialogs.ts";
import { RemoveButton } from "./remove-button.tsx";

/** The notices of a page without an open dialog. A dialog shows them itself, because the page behind it is inert. */
export function PageNotices(): JSX.Element | null {
  return openDialogs.value.length === 0 ? <Notices /> : null;
}

export function Notices(): JSX.Element {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, kind, text }) => (
        <div key={id} class={`notice ${kind}`}>
          <p>{text}</p>
          <RemoveButton label="Dismiss" onRemove={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
