import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError, type Client } from "../../../../sdk/client/client.ts";
import { isSame } from "../../../../sdk/client/differences.ts";
import type { Key, KeyCreated, KeyInput } from "../../../../sdk/client/contract.ts";
import { listText } from "../../../../sdk/words/names.ts";
import { notifyFailure } from "../../state/notices.ts";
import { changeKey, type KeyFields } from "../../state/key-changes.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { Problems } from "../../ui/fields/problems.tsx";
import { TextInput } from "../../ui/fields/text-input.tsx";
import { ReviewDialog } from "../../ui/review/review.tsx";
import { ShownOnce } from "../../ui/shown-once.tsx";

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
  const create = async (changeClient: Client): Promise<void> => {
    const list = listOf(origins);
    setProblems([]);
    const body = {
      kind,
      name: name.trim() || undefined,
      origins: kind === "client" && list.length > 0 ? list : undefined,
    };
    try {
      onCreated((await changeClient.call("createKey", { path: { env: environment }, body })).body);
    } catch (error) {
      const rejected = error instanceof ApiError ? (error.problem.errors ?? []) : [];
      setProblems(rejected);
      if (rejected.length === 0) notifyFailure("Could not create the SDK key", error);
    }
  };
  return (
    <ReviewDialog
      title={`New SDK key for ${environment}`}
      detail={newKeyText(environment, kind, listOf(origins))}
      action="Create key"
      busyAction="Creating…"
      isDangerous={false}
      environments={[environment]}
      onSubmit={create}
      onClose={onClose}
    >
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
        {kind === "client" && <OriginsInput value={origins} onChange={setOrigins} />}
      </Problems.Provider>
    </ReviewDialog>
  );
}

/** Returns the review of a new key. */
function newKeyText(environment: string, kind: KeyInput["kind"], origins: readonly string[]): string {
  if (kind === "server") return `The new server key reads every flag of ${environment}. Keep it secret.`;
  const where = origins.length === 0 ? "every origin" : listText(origins, "and", 3);
  return `The new client key reads the client-visible flags of ${environment}, from ${where}.`;
}

/** Changes the name and, for a client key, the origins. The secret stays the same. */
export function EditKey({
  environment,
  edited,
  onClose,
  onSaved,
}: {
  environment: string;
  edited: Key;
  onClose: () => void;
  onSaved: () => void;
}): JSX.Element {
  const [name, setName] = useState(edited.name);
  const [origins, setOrigins] = useState(edited.origins.join(", "));
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const isClient = edited.kind === "client";
  const wanted = { name: name.trim(), origins: isClient ? listOf(origins) : edited.origins };
  const [before, after] = [textsOf(edited), textsOf(wanted)];
  const save = async (changeClient: Client): Promise<void> => {
    setProblems([]);
    if (await changeKey(changeClient, environment, edited, wanted, setProblems)) onSaved();
  };
  return (
    <ReviewDialog
      title={`Edit SDK key ${edited.name}`}
      action="Save"
      before={before}
      // Nothing is compared before something is typed.
      after={isSame(before, after) ? undefined : after}
      isDangerous={before["allowed origins"] !== after["allowed origins"]}
      environments={[environment]}
      onSubmit={save}
      onClose={onClose}
    >
      <Problems.Provider value={problems}>
        <TextInput label="Name" value={name} maxLength={200} onChange={setName} pointer="/name" />
        {isClient && <OriginsInput value={origins} onChange={setOrigins} />}
      </Problems.Provider>
    </ReviewDialog>
  );
}

/** Returns the fields of a key in words. */
function textsOf({ name, origins }: KeyFields): { name: string; "allowed origins": string } {
  return { name, "allowed origins": origins.join(", ") || "any" };
}

function OriginsInput({ value, onChange }: { value: string; onChange: (text: string) => void }): JSX.Element {
  return (
    <TextInput
      label="Allowed origins"
      value={value}
      placeholder="https://shop.example.com"
      onChange={onChange}
      pointer="/origins"
      hint="Separate origins with commas. If you leave this empty, every origin can use the key."
      covers="below"
    />
  );
}

function listOf(origins: string): string[] {
  return origins
    .split(/[,\n]/)
    .map((origin) => origin.trim())
    .filter(Boolean);
}

/** Shows the secret of a new key, the only time that this is possible. */
export function NewSecret({ created, onClose }: { created: KeyCreated; onClose: () => void }): JSX.Element {
  return (
    <ShownOnce
      title="Your new SDK key"
      subject="The new SDK key"
      label="Key"
      secret={created.token}
      detail="Copy it now. Burgee stores only a hash of it and cannot show it again."
      onClose={onClose}
    />
  );
}
