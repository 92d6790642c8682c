import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { allPages } from "../../../../sdk/client/client.ts";
import type { KeyCreated, KeyInput, KeyList } from "../../../../sdk/client/contract.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { type Resource, useResource } from "../../state/resource.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { confirm } from "../../ui/confirm.tsx";
import { copyText } from "../../ui/copy-text.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";

type Key = KeyList["items"][number];

/** SDK keys of one environment: the secret is shown once, when the key is made. */
export function KeysPage({ environment }: { environment: string }): JSX.Element {
  const [isCreating, setIsCreating] = useState(false);
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
            <Empty title="No keys yet">
              <p>A client key goes into browsers and apps, a server key stays on your servers.</p>
            </Empty>
          ) : (
            <KeyTable keys={all} onRevoke={(key) => void revoke(environment, key, keys)} />
          )
        }
      </Loaded>
      {isCreating && (
        <CreateKey
          environment={environment}
          onClose={() => setIsCreating(false)}
          onCreated={(answer) => {
            setIsCreating(false);
            setCreated(answer);
            void keys.reload();
          }}
        />
      )}
      {created !== undefined && <Secret created={created} onClose={() => setCreated(undefined)} />}
    </>
  );
}

async function revoke(environment: string, key: Key, keys: Resource<Key[]>): Promise<void> {
  const isSure = await confirm({
    title: `Revoke ${key.name || key.id}?`,
    detail: "Whoever uses it is refused, everywhere, as soon as a change of a flag would be seen. It cannot be undone.",
    action: "Revoke",
    typed: key.id,
  });
  if (!isSure) return;
  try {
    await client.call("revokeKey", { path: { env: environment, id: key.id } });
    notify(`${key.name || key.id} is revoked`);
    await keys.reload();
  } catch (error) {
    notifyFailure(`${key.id} was not revoked`, error);
  }
}

function KeyTable({ keys, onRevoke }: { keys: Key[]; onRevoke: (key: Key) => void }): JSX.Element {
  return (
    <table class="list keys">
      <thead>
        <tr>
          <th scope="col">Kind</th>
          <th scope="col">Name</th>
          <th scope="col">Origins</th>
          <th scope="col">Created</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.id} class={key.revokedAt === null ? "" : "off"}>
            <td data-label="Kind">{key.kind}</td>
            <td>
              {key.name || "unnamed"}
              <p class="hint">
                <code>{key.id}</code>
              </p>
            </td>
            <td data-label="Origins">{key.kind === "server" ? "" : key.origins.join(", ") || "any"}</td>
            <td data-label="Created">
              <Time at={key.createdAt} />
            </td>
            <td>
              {key.revokedAt === null ? (
                <button
                  type="button"
                  class="danger"
                  disabled={isReadOnly.value}
                  aria-label={`Revoke ${key.name || key.id}`}
                  onClick={() => onRevoke(key)}
                >
                  Revoke
                </button>
              ) : (
                <>
                  revoked <Time at={key.revokedAt} />
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function CreateKey({
  environment,
  onClose,
  onCreated,
}: {
  environment: string;
  onClose: () => void;
  onCreated: (answer: KeyCreated) => void;
}): JSX.Element {
  const [kind, setKind] = useState<KeyInput["kind"]>("client");
  const [name, setName] = useState("");
  const [origins, setOrigins] = useState("");
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const list = origins.split(/[\s,]+/).filter(Boolean);
    const body = {
      kind,
      name: name.trim() || undefined,
      origins: kind === "client" && list.length > 0 ? list : undefined,
    };
    try {
      onCreated((await client.call("createKey", { path: { env: environment }, body })).answer);
    } catch (error) {
      notifyFailure("The key was not made", error);
    }
  };
  return (
    <Dialog title={`New key for ${environment}`} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <fieldset>
          <legend>Who holds it</legend>
          {(["client", "server"] as const).map((value) => (
            <label key={value} class="choice">
              <input type="radio" name="kind" checked={kind === value} onChange={() => setKind(value)} />
              {value === "client"
                ? "Browsers and apps: public, client-visible flags only"
                : "Servers: secret, every flag"}
            </label>
          ))}
        </fieldset>
        <label class="field">
          <span>Name</span>
          <input value={name} maxLength={200} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        {kind === "client" && (
          <label class="field">
            <span>Web origins that may use it</span>
            <input
              value={origins}
              placeholder="https://shop.example.com; empty: any"
              onInput={(event) => setOrigins(event.currentTarget.value)}
            />
          </label>
        )}
        <footer class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Make the key
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function Secret({ created, onClose }: { created: KeyCreated; onClose: () => void }): JSX.Element {
  return (
    <Dialog title="The new key" onClose={onClose}>
      <p>It is shown this once. Burgee keeps only its hash.</p>
      <pre class="secret" aria-label="Key">
        {created.token}
      </pre>
      <footer class="actions">
        <button type="button" onClick={() => void copyText(created.token)}>
          Copy
        </button>
        <button type="button" class="primary" onClick={onClose}>
          I have it
        </button>
      </footer>
    </Dialog>
  );
}
