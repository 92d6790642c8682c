import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Webhook, WebhookCreated } from "../../../../sdk/client/contract.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { useResource } from "../../state/resource.ts";
import { go, href } from "../../state/route.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { confirm } from "../../ui/confirm.tsx";
import * as icons from "../../ui/kit/icons.ts";
import { Menu } from "../../ui/kit/menu.tsx";
import { askReview } from "../../ui/review/review.tsx";
import { useUndone } from "../../state/undone.ts";
import { Loaded } from "../../ui/states.tsx";
import { Deliveries } from "./deliveries.tsx";
import { EditWebhook } from "./edit-webhook.tsx";
import { NewWebhookSecret } from "./secret.tsx";
import { environmentsOf, selectionText } from "./selection.ts";

/** One webhook: its state, its secret and its events. */
export function WebhookPage({ id }: { id: string }): JSX.Element {
  const [isEditing, setIsEditing] = useState(false);
  const [rotated, setRotated] = useState<WebhookCreated | undefined>(undefined);
  const webhook = useResource(async () => (await client.call("getWebhook", { path: { id } })).body, [id]);
  useUndone(() => void webhook.reload());
  const act = async (failure: string, run: () => Promise<void>): Promise<void> => {
    try {
      await run();
      await webhook.reload();
    } catch (error) {
      notifyFailure(failure, error);
    }
  };
  return (
    <Loaded of={webhook}>
      {(one) => (
        <>
          <header class="page">
            <h1>
              <a href={href(["webhooks"])}>Webhooks</a> / {one.name}
            </h1>
            <Actions
              webhook={one}
              onEdit={() => setIsEditing(true)}
              onRotate={() =>
                void act("Could not make a new secret", async () => {
                  const isConfirmed = await confirm({
                    title: `Make a new secret for ${one.name}?`,
                    detail: "Requests are signed with both secrets for a day.",
                    action: "New secret",
                  });
                  if (!isConfirmed) return;
                  setRotated((await client.call("rotateWebhookSecret", { path: { id }, body: {} })).body);
                })
              }
              onEndPrevious={() =>
                void act("Could not end the previous secret", async () => {
                  const isConfirmed = await confirm({
                    title: `End the previous secret of ${one.name}?`,
                    detail: "A receiver that knows only that secret refuses all later events.",
                    action: "End previous secret",
                    isDestructive: true,
                  });
                  if (!isConfirmed) return;
                  await client.call("endPreviousWebhookSecret", { path: { id } });
                  notify("The previous secret has ended");
                })
              }
            />
          </header>
          <p>
            {one.url} · {selectionText(one)} · {one.enabled ? "enabled" : "disabled"}
          </p>
          <Deliveries webhook={one} onChange={() => void webhook.reload()} />
          {isEditing && (
            <EditWebhook
              edited={one}
              onClose={() => setIsEditing(false)}
              onSaved={() => {
                setIsEditing(false);
                void webhook.reload();
              }}
            />
          )}
          {rotated !== undefined && <NewWebhookSecret created={rotated} onClose={() => setRotated(undefined)} />}
        </>
      )}
    </Loaded>
  );
}

function Actions({
  webhook,
  onEdit,
  onRotate,
  onEndPrevious,
}: {
  webhook: Webhook;
  onEdit: () => void;
  onRotate: () => void;
  onEndPrevious: () => void;
}): JSX.Element | null {
  if (isReadOnly.value) return null;
  return (
    <span class="row-actions">
      <button type="button" onClick={() => void test(webhook)}>
        Send test
      </button>
      <Menu
        label={`Actions for ${webhook.name}`}
        items={[
          { label: "Edit", icon: icons.edit, does: onEdit },
          { label: "New secret", icon: icons.refresh, hint: "The old one signs for another day", does: onRotate },
          ...(webhook.previousSecretUntil === null
            ? []
            : [{ label: "End previous secret", icon: icons.close, does: onEndPrevious }]),
          { label: "Delete", icon: icons.remove, isDestructive: true, does: () => void remove(webhook) },
        ]}
      />
    </span>
  );
}

async function test({ id, name }: Webhook): Promise<void> {
  try {
    const { accepted, status, error } = (await client.call("testWebhook", { path: { id } })).body;
    const response = [status === null ? undefined : `status ${status}`, error].filter(Boolean).join(", ");
    if (accepted) notify(`${name} accepted the test event with ${response}`);
    else notifyFailure(`${name} did not accept the test event`, new Error(response));
  } catch (error) {
    notifyFailure("Could not send the test event", error);
  }
}

async function remove(webhook: Webhook): Promise<void> {
  const { id, name } = webhook;
  const detail = "Its events and dead letters are deleted too. This cannot be undone.";
  const reviewed = { title: `Delete ${name}?`, detail, action: "Delete", environments: environmentsOf(webhook) };
  const changeClient = await askReview({ ...reviewed, isDestructive: true });
  if (changeClient === undefined) return;
  try {
    await changeClient.call("deleteWebhook", { path: { id } });
    notify(`Webhook ${name} deleted. It cannot be restored`);
    go(["webhooks"]);
  } catch (error) {
    notifyFailure(`Could not delete webhook ${name}`, error);
  }
}
