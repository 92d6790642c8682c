import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { allPages } from "../../../../sdk/client/client.ts";
import type { Key, KeyCreated } from "../../../../sdk/client/contract.ts";
import { revokeKey } from "../../state/key-changes.ts";
import { useResource } from "../../state/resource.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { useUndone } from "../../state/undone.ts";
import { Empty, Loaded } from "../../ui/states.tsx";
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
  useUndone(() => void keys.reload());
  const revoke = async (key: Key): Promise<void> => {
    if (await revokeKey(environment, key)) await keys.reload();
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
            <KeyTables keys={all} onEdit={setEdited} onRotate={setRotated} onRevoke={(key) => void revoke(key)} />
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
