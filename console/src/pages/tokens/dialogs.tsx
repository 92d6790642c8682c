import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError, type Client } from "../../../../sdk/client/client.ts";
import type { AdminToken, AdminTokenCreated, AdminTokenInput } from "../../../../sdk/client/contract.ts";
import { expiresWithin, successorOf } from "../../../../sdk/client/rotate-token.ts";
import { listText } from "../../../../sdk/words/names.ts";
import { environments } from "../../state/environments.ts";
import { notify, notifyFailure, reasonOf } from "../../state/notices.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { ProblemText, Problems } from "../../ui/fields/problems.tsx";
import { Select } from "../../ui/fields/select.tsx";
import { TextInput } from "../../ui/fields/text-input.tsx";
import { ReviewDialog } from "../../ui/review/review.tsx";
import { ShownOnce } from "../../ui/shown-once.tsx";
import { Failure } from "../../ui/states.tsx";
import { DEFAULT_LIFETIME, DEFAULT_OVERLAP, LIFETIMES, NEVER, OVERLAPS, secondsOf } from "./lifetimes.ts";
import { nameOf } from "./read-tokens.ts";

interface DialogProps {
  onClose: () => void;
  onCreated: (created: AdminTokenCreated) => void;
}

const ROLES = [
  ["write", "Write: it can change everything that it reaches"],
  ["read", "Read: it can see everything that it reaches, and change nothing"],
] as const;

export function CreateToken({ onClose, onCreated }: DialogProps): JSX.Element {
  const [name, setName] = useState("");
  const [role, setRole] = useState<AdminTokenInput["role"]>("write");
  const [reach, setReach] = useState<readonly string[] | null>(null);
  const [lifetime, setLifetime] = useState(DEFAULT_LIFETIME);
  const [failure, setFailure] = useState<unknown>(undefined);
  const problems = problemsOf(failure);
  const create = async (changeClient: Client): Promise<void> => {
    setFailure(undefined);
    const body = {
      role,
      name: name.trim(),
      environments: reach === null ? null : [...reach],
      expiresInSeconds: secondsOf(lifetime),
    };
    try {
      onCreated((await changeClient.call("createToken", { body })).body);
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <ReviewDialog
      title="New admin token"
      detail={newTokenText(role, reach, lifetime)}
      action="Create token"
      busyAction="Creating…"
      isReady={name.trim() !== "" && reach?.length !== 0}
      isDangerous={false}
      environments={[]}
      onSubmit={create}
      onClose={onClose}
    >
      <Problems.Provider value={problems}>
        <TextInput
          label="Name"
          value={name}
          required
          maxLength={200}
          placeholder="Jo Smith, or Staging pipeline"
          onChange={setName}
          pointer="/name"
          hint="The audit log shows this name beside each change."
        />
        <fieldset>
          <legend>What may it do?</legend>
          {ROLES.map(([value, text]) => (
            <label key={value} class="choice">
              <input type="radio" name="role" checked={role === value} onChange={() => setRole(value)} />
              {text}
            </label>
          ))}
        </fieldset>
        <ReachInput reach={reach} onChange={setReach} />
        <Select
          label="Expires"
          value={lifetime}
          options={LIFETIMES}
          onChange={setLifetime}
          pointer="/expiresInSeconds"
        />
      </Problems.Provider>
      <Failure text={failure === undefined || problems.length > 0 ? undefined : reasonOf(failure)} />
    </ReviewDialog>
  );
}

/** Returns the review of a new token. */
function newTokenText(role: string | undefined, reach: readonly string[] | null, lifetime: string): string {
  const where = reach === null ? "the whole project" : reach.length === 0 ? "no environment" : listText(reach, "and");
  const until = LIFETIMES.find(([seconds]) => seconds === lifetime)?.[1] ?? lifetime;
  const expiry = lifetime === NEVER ? "never expires" : `expires ${until}`;
  return `The new token can ${role === "read" ? "see" : "see and change"} ${where}. It ${expiry}.`;
}

/** All environments, with the flags' definitions and the tokens, or only some of them. */
function ReachInput({
  reach,
  onChange,
}: {
  reach: readonly string[] | null;
  onChange: (reach: readonly string[] | null) => void;
}): JSX.Element {
  const known = environments.data.value ?? [];
  return (
    <fieldset>
      <legend>What does it reach?</legend>
      <label class="choice">
        <input type="radio" name="reach" checked={reach === null} onChange={() => onChange(null)} />
        The whole project
      </label>
      <label class="choice">
        <input type="radio" name="reach" checked={reach !== null} onChange={() => onChange([])} />
        Only some environments
      </label>
      {reach !== null && (
        <div class="indented">
          {known.map(({ key, name }) => (
            <label key={key} class="choice">
              <input
                type="checkbox"
                checked={reach.includes(key)}
                onChange={({ currentTarget: { checked } }) =>
                  onChange(checked ? [...reach, key] : reach.filter((other) => other !== key))
                }
              />
              {name}
            </label>
          ))}
        </div>
      )}
      <ProblemText pointer="/environments" covers="below" />
    </fieldset>
  );
}

/** Creates a token with the settings of `token`, which then expires after an overlap. */
export function RotateToken({ token, onClose, onCreated }: DialogProps & { token: AdminToken }): JSX.Element {
  const [overlap, setOverlap] = useState(DEFAULT_OVERLAP);
  const [failure, setFailure] = useState<unknown>(undefined);
  const { id, expiresAt } = token;
  const rotate = async (changeClient: Client): Promise<void> => {
    setFailure(undefined);
    let created: AdminTokenCreated;
    try {
      created = (await changeClient.call("createToken", { body: successorOf(token) })).body;
    } catch (error) {
      return setFailure(error);
    }
    // The new secret is shown even if the old token could not be limited, because it cannot be shown again.
    try {
      const seconds = Number(overlap);
      if (!expiresWithin(token, seconds, created.adminToken.createdAt))
        await changeClient.call("updateToken", { path: { id }, body: { expiresInSeconds: seconds } });
      notify(`${nameOf(token)} is rotated. The old token works until it expires.`);
    } catch (error) {
      notifyFailure("The new token works, but the old one got no expiry", error);
    }
    onCreated(created);
  };
  return (
    <ReviewDialog
      title={`Rotate ${nameOf(token)}?`}
      action="Rotate"
      busyAction="Creating…"
      isDangerous={false}
      environments={[]}
      onSubmit={rotate}
      onClose={onClose}
    >
      <p>
        You get a new token now, with the same name, role and environments
        {expiresAt === null ? "" : ", and the same lifetime from today"}. The old one keeps working for a while, so that
        you can replace it everywhere.
      </p>
      <Select
        label="The old token expires after"
        value={overlap}
        options={OVERLAPS}
        onChange={setOverlap}
        pointer="/overlap"
      />
      <Failure text={failure === undefined ? undefined : reasonOf(failure)} />
    </ReviewDialog>
  );
}

/** Shows the secret of a new token, the only time that this is possible. */
export function NewToken({ created, onClose }: { created: AdminTokenCreated; onClose: () => void }): JSX.Element {
  return (
    <ShownOnce
      title="Your new admin token"
      subject="The new admin token"
      label="Token"
      secret={created.token}
      detail="Copy it now. Burgee stores only a hash of it and cannot show it again."
      onClose={onClose}
    />
  );
}

function problemsOf(failure: unknown): readonly Problem[] {
  return failure instanceof ApiError ? (failure.problem.errors ?? []) : [];
}
