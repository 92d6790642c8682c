import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError } from "../../../../sdk/client/client.ts";
import type { KeyCreated, KeyInput } from "../../../../sdk/client/contract.ts";
import { notifyFailure } from "../../state/notices.ts";
import { client } from "../../state/session.ts";
import { copyText } from "../../ui/copy-text.ts";
import { FormDialog } from "../../ui/dialog-form.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import type { Problem } from "../../ui/fields/problem.ts";
import { Problems } from "../../ui/fields/problems.tsx";
import { TextInput } from "../../ui/fields/text-input.tsx";

const KINDS = [
  ["client", "Browsers and apps: a client key is public and sees only client-visible flags"],
  ["server", "Servers: a server key is secret and sees every flag"],
] as const;

export function CreateKey({
  environment,
  onClose,
  onCreated,
}: {
  environment: string;
  onClose: () => void;
  onCreated: (key: KeyCreated) => void;
}): JSX.Element {
  const [kind, setKind] = useState<KeyInput["kind"]>("client");
  const [name, setName] = useState("");
  const [origins, setOrigins] = useState("");
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const create = async (): Promise<void> => {
    const list = origins
      .split(/[,\n]/)
      .map((origin) => origin.trim())
      .filter(Boolean);
    setProblems([]);
    const body = {
      kind,
      name: name.trim() || undefined,
      origins: kind === "client" && list.length > 0 ? list : undefined,
    };
    try {
      onCreated((await client.call("createKey", { path: { env: environment }, body })).body);
    } catch (error) {
      const rejected = error instanceof ApiError ? (error.problem.errors ?? []) : [];
      setProblems(rejected);
      if (rejected.length === 0) notifyFailure("Could not create the SDK key", error);
    }
  };
  return (
    <FormDialog title={`New SDK key for ${environment}`} action="Create key" onSubmit={create} onClose={onClose}>
      <Problems.Provider value={problems}>
        <fieldset>
          <legend>Where will you use it?</legend>
          {KINDS.map(([value, text]) => (
            <label key={value} class="choice">
              <input type="radio" name="kind" checked={kind === value} onChange={() => setKind(value)} />
              {text}
            </label>
          ))}
        </fieldset>
        <TextInput label="Name" value={name} maxLength={200} onChange={setName} pointer="/name" />
        {kind === "client" && (
          <TextInput
            label="Allowed origins"
            value={origins}
            placeholder="https://shop.example.com"
            onChange={setOrigins}
            pointer="/origins"
            hint="Separate origins with commas. If you leave this empty, every origin can use the key."
            covers="below"
          />
        )}
      </Problems.Provider>
    </FormDialog>
  );
}

/** Shows the secret of a new key, the only time that this is possible. */
export function NewSecret({ created, onClose }: { created: KeyCreated; onClose: () => void }): JSX.Element {
  return (
    <Dialog title="Your new SDK key" isKeptOpen onClose={onClose}>
      <p>Copy it now. Burgee stores only a hash of it and cannot show it again.</p>
      <pre class="secret" aria-label="Key">
        {created.token}
      </pre>
      <footer class="actions">
        <button type="button" onClick={() => void copyText(created.token)}>
          Copy
        </button>
        <button type="button" class="primary" onClick={onClose}>
          Done
        </button>
      </footer>
    </Dialog>
  );
}
