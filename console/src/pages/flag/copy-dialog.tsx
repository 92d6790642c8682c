import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { DefinitionWithEnvironments } from "../../../../sdk/client/contract.ts";
import { differences } from "../../../../sdk/client/differences.ts";
import { copyOf } from "../../state/flags/copy-configuration.ts";
import { isProtected } from "../../state/environments.ts";
import { saveFlag } from "../../state/flags/flag-changes.ts";
import { reasonOf } from "../../state/notices.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { DifferenceList } from "../../ui/differences.tsx";
import { isTyped, TypedField } from "../../ui/typed-field.tsx";

/** What copying would change there; written only when nobody else was first. */
export function CopyDialog({
  known,
  from,
  to,
  onClose,
  onCopied,
}: {
  known: DefinitionWithEnvironments;
  from: string;
  to: string;
  onClose: () => void;
  onCopied: () => void;
}): JSX.Element | null {
  const [isEnabledKept, setEnabledKept] = useState(true);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string>();
  const copy = copyOf(known, from, to, isEnabledKept);
  if (copy === undefined) return null;
  const { base, wanted } = copy;
  const changes = differences(base, wanted);
  const typed = isProtected(to) ? known.key : undefined;
  const isReady = changes.length > 0 && isTyped(typed, text);
  const apply = async (): Promise<void> => {
    const saved = await saveFlag(to, base, wanted, (error) => setProblem(reasonOf(error)));
    if (saved === undefined) return;
    onCopied();
    onClose();
  };
  return (
    <Dialog title={`Copy ${known.key} from ${from} to ${to}?`} onClose={onClose}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void apply();
        }}
      >
        <div class="review" role="region" aria-label="What changes" tabIndex={0}>
          <DifferenceList differences={changes} />
        </div>
        <label class="choice">
          <input
            type="checkbox"
            checked={isEnabledKept}
            onChange={(event) => setEnabledKept(event.currentTarget.checked)}
          />
          Leave it switched on or off as it is in {to}
        </label>
        {problem !== undefined && (
          <p class="banner failed" role="alert">
            {problem}
          </p>
        )}
        <TypedField typed={typed} text={text} onInput={setText} />
        <footer class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={!isReady}>
            Copy to {to}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
