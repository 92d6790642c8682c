import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { allPages } from "../../../../sdk/client/client.ts";
import type { Key, KeyCreated } from "../../../../sdk/client/contract.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { type Resource, useResource } from "../../state/resource.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { confirm } from "../../ui/confirm.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { agoText } from "../../ui/time.tsx";
import { CreateKey, EditKey, NewSecret } from "./dialogs.tsx";
import { KeyTables } from "./key-table.tsx";
import { RotateKey } from "./rotate-key.tsx";

/** The SDK keys of one environment. The secret is shown once, after the key is created. */
export function KeysPage({ environment }: { environment: string }): JSX.Element {
  const [isCreating, setIsCreating] = useState(false);
  const [edited, setEdited] = useState<Key | undefined>(undefined);
  const [rotated, setRotated] = useState<Key | undefined>(undefined);
  const [created, setCreated] = useState<KeyCreated | undefined>(undefined);
  const keys = useResource(
    () =>
      allPages((cursor) => client.call("listKeys", { path: { env: environment }, query: { limit: "200", cursor } })),
    [environment],
  );
  const onCreated = (key: KeyCreated): void => {
    setIsCreating(false);
    setRotated(undefined);
    setCreated(key);
    void keys.reload();
  };
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
            <KeyTables
              keys={all}
              onEdit={setEdited}
              onRotate={setRotated}
              onRevoke={(key) => void revoke(environment, key, keys)}
            />
          )
        }
      </Loaded>
      {isCreating && <CreateKey environment={environment} onClose={() => setIsCreating(false)} onCreated={onCreated} />}
      {edited !== undefined && (
        <EditKey
          environment={environment}
          edited={edited}
          onClose={() => setEdited(undefined)}
          onSaved={() => {
            setEdited(undefined);
            notify(`SDK key ${edited.name || edited.id} changed`);
            void keys.reload();
          }}
        />
      )}
      {rotated !== undefined && (
        <RotateKey
          environment={environment}
          rotated={rotated}
          onClose={() => setRotated(undefined)}
          onCreated={onCreated}
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
    warnings: key.lastUsedAt === null ? [] : [`It was last used ${agoText(Date.parse(key.lastUsedAt), Date.now())}.`],
    action: "Revoke",
    isDestructive: true,
    typed: name,
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
