import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Client } from "../../../../sdk/client/client.ts";
import type { Key, KeyCreated } from "../../../../sdk/client/contract.ts";
import { reasonOf } from "../../state/notices.ts";
import { ReviewDialog } from "../../ui/review/review.tsx";
import { Failure } from "../../ui/states.tsx";

/** Creates a key with the settings of `rotated`. Both work until the old one is revoked. */
export function RotateKey({
  environment,
  rotated: { id, kind, name, origins },
  onClose,
  onCreated,
}: {
  environment: string;
  rotated: Key;
  onClose: () => void;
  onCreated: (key: KeyCreated) => void;
}): JSX.Element {
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const create = async (changeClient: Client): Promise<void> => {
    setProblem(undefined);
    const body = {
      kind: kind === "client" ? "client" : "server",
      name: name || undefined,
      origins: kind === "client" ? origins : undefined,
    } as const;
    try {
      onCreated((await changeClient.call("createKey", { path: { env: environment }, body })).body);
    } catch (error) {
      setProblem(reasonOf(error));
    }
  };
  return (
    <ReviewDialog
      title={`Rotate ${name || id}?`}
      action="Create new key"
      busyAction="Creating…"
      isDangerous={false}
      environments={[environment]}
      onSubmit={create}
      onClose={onClose}
    >
      <p>You get a new key with the same name{kind === "client" ? ", kind and origins" : " and kind"}. Both work.</p>
      <ol>
        <li>Replace the old key wherever it is used.</li>
        <li>Wait until the last use of the old key is before today. This page shows it.</li>
        <li>Revoke the old key.</li>
      </ol>
      <Failure text={problem} />
    </ReviewDialog>
  );
}
