import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { allPages } from "../../../../sdk/client/client.ts";
import type { Key, KeyCreated } from "../../../../sdk/client/contract.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { type Resource, useResource } from "../../state/resource.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { confirm } from "../../ui/confirm.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { TableHead } from "../../ui/table-head.tsx";
import { Time } from "../../ui/time.tsx";
import { CreateKey, EditKey, NewSecret } from "./dialogs.tsx";

/** The SDK keys of one environment. The secret is shown once, after the key is created. */
export function KeysPage({ environment }: { environment: string }): JSX.Element {
  const [isCreating, setIsCreating] = useState(false);
  const [edited, setEdited] = useState<Key | undefined>(undefined);
  const [created, setCreated] = useState<KeyCreated | undefined>(undefined);
  const keys = useResource(
    () =>
      allPages((cursor) => client.call("listKeys", { path: { env: environment }, query: { limit: "200", cursor } })),
    [environment],
  );
  return (
    <>
      <header class="page">
        <h1>SDK keys</h1>
        <button type="button" class="primary" hidden={isReadOnly.value} onClick={() => setIsCreating(true)}>
          New key
        </button>
      </header>
      <Loaded of={keys}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="No SDK keys yet">
              <p>Use a client key in browsers and apps. Use a server key on your servers, and keep it secret.</p>
            </Empty>
          ) : (
            <KeyTable keys={all} onEdit={setEdited} onRevoke={(key) => void revoke(environment, key, keys)} />
          )
        }
      </Loaded>
      {isCreating && (
        <CreateKey
          environment={environment}
          onClose={() => setIsCreating(false)}
          onCreated={(key) => {
            setIsCreating(false);
            setCreated(key);
            void keys.reload();
          }}
        />
      )}
      {edited !== undefined && (
        <EditKey
          environment={environment}
          edited={edited}
          onClose={() => setEdited(undefined)}
          onSaved={() => {
            setEdited(undefined);
            notify(`SDK key ${edited.id} changed`);
            void keys.reload();
          }}
        />
      )}
      {created !== undefined && <NewSecret created={created} onClose={() => setCreated(undefined)} />}
    </>
  );
}

async function revoke(environment: string, key: Key, keys: Resource<Key[]>): Promise<void> {
  const name = key.name || key.id;
  const isConfirmed = await confirm({
    title: `Revoke ${name}?`,
    detail: "Requests with this key are rejected as soon as a changed flag would be visible. This cannot be undone.",
    action: "Revoke",
    isDestructive: true,
    typed: key.id,
    changes: [environment],
  });
  if (!isConfirmed) return;
  try {
    await client.call("revokeKey", { path: { env: environment, id: key.id } });
    notify(`SDK key ${name} revoked`);
    await keys.reload();
  } catch (error) {
    notifyFailure(`Could not revoke SDK key ${name}`, error);
  }
}

interface KeyTableProps {
  keys: Key[];
  onEdit: (key: Key) => void;
  onRevoke: (key: Key) => void;
}

function KeyTable({ keys, onEdit, onRevoke }: KeyTableProps): JSX.Element {
  return (
    <table class="list keys">
      <TableHead columns={["Kind", "Name", "Allowed origins", "Created", "Status"]} />
      <tbody>
        {keys.map((key) => (
          <tr key={key.id} class={key.revokedAt === null ? "" : "off"}>
            <td data-label="Kind">{key.kind}</td>
            <td>
              {key.name || "Unnamed"}
              <p class="hint">
                <code>{key.id}</code>
              </p>
            </td>
            <td data-label="Allowed origins">{key.kind === "server" ? "" : key.origins.join(", ") || "any"}</td>
            <td data-label="Created">
              <Time at={key.createdAt} />
            </td>
            <td>
              {key.revokedAt === null ? (
                <>
                  <button
                    type="button"
                    disabled={isReadOnly.value}
                    aria-label={`Edit ${key.name || key.id}`}
                    onClick={() => onEdit(key)}
                  >
                    Edit
                  </button>{" "}
                  <button
                    type="button"
                    class="danger"
                    disabled={isReadOnly.value}
                    aria-label={`Revoke ${key.name || key.id}`}
                    onClick={() => onRevoke(key)}
                  >
                    Revoke
                  </button>
                </>
              ) : (
                <>
                  Revoked <Time at={key.revokedAt} />
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
