import type { JSX } from "preact";
import type { WebhookCreated } from "../../../../sdk/client/contract.ts";
import { instantText } from "../../state/wording.ts";
import { ShownOnce } from "../../ui/shown-once.tsx";

/** Shows a new signing secret, the only time that this is possible. */
export function NewWebhookSecret({ created, onClose }: { created: WebhookCreated; onClose: () => void }): JSX.Element {
  const until = created.webhook.previousSecretUntil;
  const overlap = until === null ? "" : ` The previous secret also signs until ${instantText(until)}.`;
  const isForSlack = created.webhook.format === "slack" ? " Slack does not need it." : "";
  return (
    <ShownOnce
      title="The new signing secret"
      subject="The new signing secret"
      label="Secret"
      secret={created.secret}
      detail={`Copy it into the receiver now. Burgee does not show it again.${overlap}${isForSlack}`}
      onClose={onClose}
    />
  );
}
