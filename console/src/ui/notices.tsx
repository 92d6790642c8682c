import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { dismiss, type Notice, type NoticeAction, notices, pauseNotices, resumeNotices } from "../state/notices.ts";
import { keepFocus } from "./kept-focus.ts";
import { openDialogs } from "./open-dialogs.ts";
import { RemoveButton } from "./remove-button.tsx";

/** The notices of a page without an open dialog. A dialog shows them itself, because the page behind it is inert. */
export function PageNotices(): JSX.Element | null {
  return openDialogs.value.length === 0 ? <Notices /> : null;
}

/** The notices. They wait while somebody points at them or has the focus in them. */
export function Notices(): JSX.Element {
  // A removed element never gets the event that would end the pause.
  useEffect(() => resumeNotices, []);
  return (
    <div
      class="notices"
      role="status"
      aria-live="polite"
      onPointerEnter={pauseNotices}
      onPointerLeave={resumeNotices}
      onFocusIn={pauseNotices}
      onFocusOut={resumeNotices}
    >
      {notices.value.map((notice) => (
        <NoticeItem key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function NoticeItem({ notice: { id, kind, text, action } }: { notice: Notice }): JSX.Element {
  const leave = (): void => {
    dismiss(id);
    // The focused button is gone, and with it the event that would end the pause.
    resumeNotices();
    keepFocus();
  };
  const run = ({ run: act }: NoticeAction): void => {
    leave();
    void act();
  };
  return (
    <div class={`notice ${kind}`}>
      <p>{text}</p>
      {action !== undefined && (
        <button type="button" class="quiet" onClick={() => run(action)}>
          {action.label}
        </button>
      )}
      <RemoveButton label="Dismiss" onRemove={leave} />
    </div>
  );
}
