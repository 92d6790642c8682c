import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError } from "../../../../sdk/client/client.ts";
import type { Environment } from "../../../../sdk/client/contract.ts";
import { environments } from "../../state/environments.ts";
import { notify, reasonOf } from "../../state/notices.ts";
import { client } from "../../state/session.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { ProblemText, Problems, useField } from "../../ui/fields/problems.tsx";

/** `known`: those whose configurations it may start with. */
export function CreateEnvironment({
  known,
  onClose,
}: {
  known: readonly Environment[];
  onClose: () => void;
}): JSX.Element {
  const [key, setKey] = useState("");
  const [name, setName] = useState("");
  const [from, setFrom] = useState("");
  const create = async (): Promise<void> => {
    const body = { key: key.trim(), name: name.trim() || undefined, copyFrom: from || undefined };
    await client.call("createEnvironment", { body });
    notify(`${body.key} is there`);
  };
  return (
    <ChangeDialog title="New environment" action="Make the environment" onClose={onClose} change={create}>
      <Field label="Key" pointer="/key" hint="In every URL and SDK key of it; it cannot be changed.">
        {(field) => (
          <input
            {...field}
            value={key}
            required
            placeholder="preview"
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Name" pointer="/name">
        {(field) => <input {...field} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
      </Field>
      <Field label="Starts" pointer="/copyFrom" hint="Configurations and segments are copied, SDK keys never.">
        {(field) => (
          <select {...field} value={from} onChange={(event) => setFrom(event.currentTarget.value)}>
            <option value="">empty</option>
            {known.map((one) => (
              <option key={one.key} value={one.key}>
                as a copy of {one.name}
              </option>
            ))}
          </select>
        )}
      </Field>
    </ChangeDialog>
  );
}

export function RenameEnvironment({
  environment,
  onClose,
}: {
  environment: Environment;
  onClose: () => void;
}): JSX.Element {
  const [name, setName] = useState(environment.name);
  const rename = async (): Promise<void> => {
    await client.call("updateEnvironment", { path: { env: environment.key }, body: { name: name.trim() } });
    notify(`${environment.key} is now called ${name.trim()}`);
  };
  return (
    <ChangeDialog title={`Rename ${environment.key}`} action="Rename" onClose={onClose} change={rename}>
      <Field label="Name" pointer="/name" hint="For people only: URLs and keys keep the key.">
        {(field) => <input {...field} value={name} required onInput={(event) => setName(event.currentTarget.value)} />}
      </Field>
    </ChangeDialog>
  );
}

/** A form that changes something and stays open, with what is wrong, until that has worked. */
function ChangeDialog({
  title,
  action,
  change,
  onClose,
  children,
}: {
  title: string;
  action: string;
  change: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const [failure, setFailure] = useState<unknown>(undefined);
  const [isBusy, setIsBusy] = useState(false);
  const errors = failure instanceof ApiError ? (failure.problem.errors ?? []) : [];
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setIsBusy(true);
    try {
      await change();
      onClose();
      await environments.reload();
    } catch (error) {
      setFailure(error);
      setIsBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <Problems.Provider value={errors}>{children}</Problems.Provider>
        {failure !== undefined && errors.length === 0 && (
          <p class="banner failed" role="alert">
            {reasonOf(failure)}
          </p>
        )}
        <footer class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={isBusy}>
            {action}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function Field({
  label,
  pointer,
  hint,
  children,
}: {
  label: string;
  pointer: string;
  hint?: string;
  children: (field: ReturnType<typeof useField>) => JSX.Element;
}): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      {children(useField(pointer))}
      {hint !== undefined && <span class="hint">{hint}</span>}
      <ProblemText pointer={pointer} />
    </label>
  );
}
