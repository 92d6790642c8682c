import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Client } from "../../../../sdk/client/client.ts";
import type { DefinitionWithEnvironments } from "../../../../sdk/client/contract.ts";
import { differences } from "../../../../sdk/client/differences.ts";
import { copyOf } from "../../state/flags/copy-configuration.ts";
import { isDangerousChange } from "../../state/flags/changed-flag.ts";
import { saveFlag } from "../../state/flags/flag-changes.ts";
import { reasonOf } from "../../state/notices.ts";
import { Checkbox } from "../../ui/fields/text-input.tsx";
import { ReviewDialog } from "../../ui/review/review.tsx";
import { Failure } from "../../ui/states.tsx";

/** Shows how a copy would change the flag in the other environment, and makes it. */
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
  const [problem, setProblem] = useState<string>();
  const copy = copyOf(known, from, to, isEnabledKept);
  if (copy === undefined) return null;
  const { base, wanted } = copy;
  const changes = differences(base, wanted);
  const apply = async (changeClient: Client): Promise<void> => {
    const saved = await saveFlag(changeClient, to, base, wanted, {
      onRejected: (error) => setProblem(reasonOf(error)),
    });
    if (saved === undefined) return;
    onCopied();
    onClose();
  };
  return (
    <ReviewDialog
      title={`Copy ${known.key} from ${from} to ${to}?`}
      action={`Copy to ${to}`}
      before={base}
      after={wanted}
      isDangerous={isDangerousChange(base, wanted)}
      isReady={changes.length > 0}
      environments={[to]}
      onSubmit={apply}
      onClose={onClose}
    >
      <Checkbox
        label={`Keep the flag on or off as it is in ${to}`}
        isChecked={isEnabledKept}
        onChange={setEnabledKept}
        pointer="/-"
      />
      <Failure text={problem} />
    </ReviewDialog>
  );
}
