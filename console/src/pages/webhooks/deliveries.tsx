import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Webhook, WebhookDelivery } from "../../../../sdk/client/contract.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { useResource } from "../../state/resource.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { Select } from "../../ui/fields/select.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { TableHead } from "../../ui/table-head.tsx";
import { Time } from "../../ui/time.tsx";

const STATES = [
  ["", "All events"],
  ["pending", "Waiting"],
  ["delivered", "Delivered"],
  ["dead", "Dead letters"],
] as const;
const LIMIT = "100";

/** The last events of a webhook, with the response to the last attempt. */
export function Deliveries({ webhook, onChange }: { webhook: Webhook; onChange: () => void }): JSX.Element {
  const [state, setState] = useState("");
  const { id } = webhook;
  const events = useResource(async () => {
    const query = state === "" ? { limit: LIMIT } : { limit: LIMIT, state };
    return (await client.call("listWebhookDeliveries", { path: { id }, query })).body.items;
  }, [id, state]);
  const redeliver = async (event: string | null): Promise<void> => {
    try {
      const { queued } = (await client.call("redeliverWebhookEvents", { path: { id }, body: { event } })).body;
      notify(`${queued} ${queued === 1 ? "event" : "events"} queued again`);
      await events.reload();
      onChange();
    } catch (error) {
      notifyFailure("Could not send the events again", error);
    }
  };
  return (
    <section aria-label="Events">
      <header class="page">
        <h2>Events</h2>
        <Select label="Show" isLabelHidden value={state} options={STATES} onChange={setState} pointer="" />
        <button type="button" onClick={() => (onChange(), void events.reload())}>
          Refresh
        </button>
        {webhook.deadLetters > 0 && (
          <button type="button" disabled={isReadOnly.value} onClick={() => void redeliver(null)}>
            Send dead letters again
          </button>
        )}
      </header>
      <Loaded of={events}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="No events">
              <p>Delivered events stay here for seven days, and dead letters for 30.</p>
            </Empty>
          ) : (
            <table class="list deliveries">
              <TableHead columns={["Made", "Environment", "Changes", "State", "Last response", "Send again"]} />
              <tbody>
                {all.map((one) => (
                  <EventRow key={one.id} event={one} onRedeliver={() => void redeliver(one.id)} />
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </section>
  );
}

function EventRow({ event, onRedeliver }: { event: WebhookDelivery; onRedeliver: () => void }): JSX.Element {
  const { id, createdAt, environment, version, count, state, attempts } = event;
  return (
    <tr>
      <td data-label="Made">
        <Time at={createdAt} />
        <p class="hint">
          <code>{id}</code>
        </p>
      </td>
      <td data-label="Environment">
        {environment ?? "the project"}
        {version !== null && <p class="hint">version {version}</p>}
      </td>
      <td data-label="Changes">{count}</td>
      <td data-label="State">
        {STATES.find(([name]) => name === state)?.[1].replace(/s$/, "")}
        <p class="hint">
          {attempts} {attempts === 1 ? "attempt" : "attempts"}
        </p>
      </td>
      <td data-label="Last response">{lastResponse(event)}</td>
      <td>
        {state !== "pending" && (
          <button type="button" disabled={isReadOnly.value} aria-label={`Send again: ${id}`} onClick={onRedeliver}>
            Send again
          </button>
        )}
      </td>
    </tr>
  );
}

function lastResponse({ lastAttempts }: WebhookDelivery): string {
  const last = lastAttempts.at(-1);
  if (last === undefined) return "";
  return [last.status === null ? undefined : `status ${last.status}`, last.error].filter(Boolean).join(", ");
}
