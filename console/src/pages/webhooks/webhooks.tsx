import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Webhook, WebhookCreated } from "../../../../sdk/client/contract.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { readIfAllowed, type Resource, useResource } from "../../state/resource.ts";
import { href } from "../../state/route.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { askReviewIfProtected } from "../../ui/review/review.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { Switch } from "../../ui/switch.tsx";
import { TableHead } from "../../ui/table-head.tsx";
import { EditWebhook } from "./edit-webhook.tsx";
import { NewWebhookSecret } from "./secret.tsx";
import { environmentsOf, selectionText } from "./selection.ts";

/** The webhooks of the project. */
export function WebhooksPage(): JSX.Element {
  const [isCreating, setIsCreating] = useState(false);
  const [created, setCreated] = useState<WebhookCreated | undefined>(undefined);
  const webhooks = useResource(() => readIfAllowed(async () => (await client.call("listWebhooks")).body.items), []);
  return (
    <>
      <header class="page">
        <h1>Webhooks</h1>
        <button
          type="button"
          class="primary"
          hidden={isReadOnly.value || webhooks.data.value === null}
          onClick={() => setIsCreating(true)}
        >
          New webhook
        </button>
      </header>
      <Loaded of={webhooks}>
        {(all) =>
          all === null ? (
            <Empty title="You cannot see the webhooks of this project">
              <p>Your admin token is for some environments only. Sign in with a token for all environments.</p>
            </Empty>
          ) : all.length === 0 ? (
            <Empty title="No webhooks yet">
              <p>A webhook tells a chat or a program about each change, right after it was made.</p>
              {!isReadOnly.value && (
                <button type="button" onClick={() => setIsCreating(true)}>
                  Create the first webhook
                </button>
              )}
            </Empty>
          ) : (
            <WebhookTable webhooks={all} onToggle={(webhook, isOn) => void toggle(webhook, isOn, webhooks)} />
          )
        }
      </Loaded>
      {isCreating && (
        <EditWebhook
          onClose={() => setIsCreating(false)}
          onCreated={(webhook) => {
            setIsCreating(false);
            setCreated(webhook);
            void webhooks.reload();
          }}
        />
      )}
      {created !== undefined && <NewWebhookSecret created={created} onClose={() => setCreated(undefined)} />}
    </>
  );
}

async function toggle(webhook: Webhook, isOn: boolean, webhooks: Pick<Resource<unknown>, "reload">): Promise<void> {
  const { id, name } = webhook;
  const environments = environmentsOf(webhook);
  const title = `${isOn ? "Enable" : "Disable"} ${name}?`;
  const detail = isOn ? "Changes from now on are sent." : "Changes while it is disabled are not sent.";
  const reviewed = { title, detail, action: isOn ? "Enable" : "Disable", environments, isDangerous: false };
  const changeClient = await askReviewIfProtected({ ...reviewed, isDestructive: !isOn });
  if (changeClient === undefined) return;
  try {
    await changeClient.call("updateWebhook", { path: { id }, body: { enabled: isOn } });
    const action = { label: "Undo", run: () => toggle(webhook, !isOn, webhooks) };
    notify(`Webhook ${name} ${isOn ? "enabled" : "disabled"}`, "done", { topic: `webhook ${id}`, action });
    await webhooks.reload();
  } catch (error) {
    notifyFailure(`Could not change webhook ${name}`, error);
  }
}

function WebhookTable({
  webhooks,
  onToggle,
}: {
  webhooks: Webhook[];
  onToggle: (webhook: Webhook, isOn: boolean) => void;
}): JSX.Element {
  return (
    <table class="list webhooks">
      <TableHead columns={["Name", "Receiver", "Changes", "Events", "Enabled"]} />
      <tbody>
        {webhooks.map((one) => (
          <tr key={one.id} class={one.enabled ? "" : "off"}>
            <td class="wide">
              <a href={href(["webhooks", one.id])}>{one.name}</a>
            </td>
            <td data-label="Receiver">
              {one.url}
              <p class="hint">{one.format === "slack" ? "Slack" : "Standard Webhooks"}</p>
            </td>
            <td data-label="Changes">{selectionText(one)}</td>
            <td data-label="Events">
              {one.pendingEvents} waiting
              {one.deadLetters > 0 && (
                <p class="hint">{one.deadLetters === 1 ? "1 dead letter" : `${one.deadLetters} dead letters`}</p>
              )}
            </td>
            <td data-label="Enabled">
              <Switch
                label={`Enable ${one.name}`}
                isOn={one.enabled}
                isDisabled={isReadOnly.value}
                onToggle={(isOn) => onToggle(one, isOn)}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
