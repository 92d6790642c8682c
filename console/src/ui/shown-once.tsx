import type { JSX } from "preact";
import { copyText } from "./copy-text.ts";
import { Dialog } from "./dialog.tsx";
import { useLeaveGuard } from "./leave-guard.ts";

/** Shows a secret, the only time that this is possible. Escape does not close the dialog. */
export function ShownOnce({
  title,
  subject,
  label,
  secret,
  detail,
  onClose,
}: {
  title: string;
  /** The secret, as the beginning of a sentence. */
  subject: string;
  label: string;
  secret: string;
  detail: string;
  onClose: () => void;
}): JSX.Element {
  useLeaveGuard(
    () => true,
    () => `${subject} is shown only here. Copy it first.`,
  );
  return (
    <Dialog title={title} isKeptOpen onClose={onClose}>
      <p>{detail}</p>
      <pre class="secret" aria-label={label}>
        {secret}
      </pre>
      <footer class="actions">
        <button type="button" onClick={() => void copyText(secret)}>
          Copy
        </button>
        <button type="button" class="primary" onClick={onClose}>
          Done
        </button>
      </footer>
    </Dialog>
  );
}
