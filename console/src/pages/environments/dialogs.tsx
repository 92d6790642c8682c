import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError, type Client } from "../../../../sdk/client/client.ts";
import type { Environment } from "../../../../sdk/client/contract.ts";
import { notifyRenamed } from "../../state/environment-changes.ts";
import { environments } from "../../state/environments.ts";
import { notify, reasonOf } from "../../state/notices.ts";
import { Problems } from "../../ui/fields/problems.tsx";
import { Select } from "../../ui/fields/select.tsx";
import { TextInput } from "../../ui/fields/text-input.tsx";
import { ReviewDialog } from "../../ui/review/review.tsx";
import { Failure } from "../../ui/states.tsx";

/** A form for a new environment, which can start as a copy of one of the `known` environments. */
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
  const create = async (changeClient: Client): Promise<void> => {
    const body = { key: key.trim(), name: name.trim() || undefined, copyFrom: from || undefined };
    await changeClient.call("createEnvironment", { body });
    notify(`Environment ${body.key} created. If you do not need it, delete it here`);
  };
  return (
    <ChangeDialog title="New environment" action="Create environment" changes={[]} onClose={onClose} change={create}>
      <TextInput
        label="Key"
        value={key}
        required
        placeholder="preview"
        onChange={setKey}
        pointer="/key"
        hint="Part of every URL and SDK key of this environment. It cannot be changed later."
      />
      <TextInput label="Name" value={name} onChange={setName} pointer="/name" />
      <Select
        label="Start with"
        value={from}
        options={[["", "an empty environment"], ...known.map((one) => [one.key, `a copy of ${one.name}`] as const)]}
        onChange={setFrom}
        pointer="/copyFrom"
        hint="A copy has the same configurations and segments, but no SDK keys."
      />
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
  const rename = async (changeClient: Client): Promise<void> => {
    await changeClient.call("updateEnvironment", { path: { env: environment.key }, body: { name: name.trim() } });
    notifyRenamed(environment.key, environment.name, name.trim());
  };
  return (
    <ChangeDialog
      title={`Rename ${environment.key}`}
      action="Rename"
      changes={[environment.key]}
      before={{ name: environment.name }}
      after={{ name: name.trim() }}
      onClose={onClose}
      change={rename}
    >
      <TextInput
        label="Name"
        value={name}
        required
        onChange={setName}
        pointer="/name"
        hint="The name is for people. URLs and SDK keys contain the key."
      />
    </ChangeDialog>
  );
}

/** A form that changes an environment. It stays open and shows the problems until the change succeeds. */
function ChangeDialog({
  change,
  changes,
  children,
  ...form
}: {
  title: string;
  action: string;
  change: (changeClient: Client) => Promise<void>;
  /** The environments that the form changes. */
  changes: readonly string[];
  before?: object;
  after?: object;
  onClose: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const [failure, setFailure] = useState<unknown>(undefined);
  const errors = failure instanceof ApiError ? (failure.problem.errors ?? []) : [];
  const submit = async (changeClient: Client): Promise<void> => {
    try {
      await change(changeClient);
    } catch (error) {
      return setFailure(error);
    }
    form.onClose();
    await environments.reload();
  };
  return (
    <ReviewDialog {...form} environments={changes} isDangerous={false} onSubmit={submit}>
      <Problems.Provider value={errors}>{children}</Problems.Provider>
      <Failure text={failure === undefined || errors.length > 0 ? undefined : reasonOf(failure)} />
    </ReviewDialog>
  );
}
