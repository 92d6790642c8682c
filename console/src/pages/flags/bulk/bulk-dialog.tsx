import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { Client } from "../../../../../sdk/client/client.ts";
import { listText } from "../../../../../sdk/words/names.ts";
import { environments, typedWord } from "../../../state/environments.ts";
import { type BulkChange, type Failure, planOf, readSelected, writePlan } from "../../../state/flags/bulk-changes.ts";
import type { Planned } from "../../../state/flags/bulk-undo.ts";
import { useResource } from "../../../state/resource.ts";
import { client } from "../../../state/session.ts";
import { ReviewDialog } from "../../../ui/review/review.tsx";
import { Loaded } from "../../../ui/states.tsx";
import { notifyBulk, Plan } from "./bulk-undo.tsx";

export type BulkAction = "on" | "off" | "tag" | "untag" | "owner" | "archive";

const TITLES: Readonly<Record<BulkAction, string>> = {
  on: "Turn on",
  off: "Turn off",
  tag: "Add a tag to",
  untag: "Remove a tag from",
  owner: "Set the owner of",
  archive: "Archive",
};

interface Props {
  action: BulkAction;
  /** The current environment. */
  environment: string;
  keys: ReadonlySet<string>;
  /** Called after each write, also if some changes were refused. */
  onWritten: () => void;
  onClose: () => void;
}

/** One review of a change of many flags: it lists every change, and then what was refused. */
export function BulkDialog({ action, environment: current, keys, onWritten, onClose }: Props): JSX.Element {
  const [environment, setEnvironment] = useState(current);
  const [text, setText] = useState("");
  const [failures, setFailures] = useState<readonly Failure[]>([]);
  const selected = useResource(() => readSelected(client, environment, keys), [environment, keys]);
  const known = selected.data.value;
  const change = changeOf(action, text.trim());
  const plan = known === undefined || change === undefined ? [] : planOf(known, change);
  const count = keys.size === 1 ? "1 flag" : `${keys.size} flags`;
  const isSwitch = action === "on" || action === "off";
  const submit = async (changeClient: Client): Promise<void> => {
    if (known === undefined) return;
    const found = await writePlan(changeClient, known, plan);
    setFailures(found);
    onWritten();
    const refused = new Set(found.flatMap((failure) => failure.keys));
    const written = plan.filter(({ flag }) => !refused.has(flag.key));
    if (written.length > 0) notifyBulk(environment, doneText(action, text.trim(), environment, written), written);
    if (found.length === 0) onClose();
    else await selected.reload();
  };
  return (
    <ReviewDialog
      title={`${TITLES[action]} ${count}`}
      action={isSwitch || action === "archive" ? `${TITLES[action]} ${plan.length}` : "Save"}
      busyAction="Saving…"
      isReady={plan.length > 0}
      isDestructive={action === "off" || action === "archive"}
      typed={action === "archive" ? "archive" : isSwitch ? typedWord([environment]) : undefined}
      isDangerous={false}
      plan={known && plan}
      environments={[environment]}
      onSubmit={submit}
      onClose={onClose}
    >
      {isSwitch ? (
        <EnvironmentField value={environment} onChange={setEnvironment} />
      ) : (
        action !== "archive" && (
          <TextField label={action === "owner" ? "Owner" : "Tag"} value={text} onChange={setText} />
        )
      )}
      <Loaded of={selected}>{() => <Planning plan={plan} total={keys.size} isReady={change !== undefined} />}</Loaded>
      {failures.length > 0 && (
        <div class="banner failed" role="alert" tabIndex={-1}>
          <p>Not changed:</p>
          <ul>
            {failures.map((failure) => (
              <li key={failure.keys.join()}>
                {failure.keys.join(", ")}: {failure.reason}
              </li>
            ))}
          </ul>
        </div>
      )}
    </ReviewDialog>
  );
}

function changeOf(action: BulkAction, text: string): BulkChange | undefined {
  if (action === "on" || action === "off") return { kind: "switch", enabled: action === "on" };
  if (action === "archive") return { kind: "archive" };
  if (action === "owner") return { kind: "owner", owner: text };
  return text === "" ? undefined : { kind: action, tag: text };
}

/** Returns the result in words. */
function doneText(action: BulkAction, text: string, environment: string, written: readonly Planned[]): string {
  const flags = listText(
    written.map(({ flag }) => flag.key),
    "and",
    3,
  );
  switch (action) {
    case "on":
    case "off":
      return `Turned ${action} in ${environment}: ${flags}`;
    case "tag":
      return `Tag ${text} added to ${flags}`;
    case "untag":
      return `Tag ${text} removed from ${flags}`;
    case "owner":
      return text === "" ? `Owner removed from ${flags}` : `${text} is now the owner of ${flags}`;
    case "archive":
      return `Archived in every environment: ${flags}`;
  }
}

function Planning({
  plan,
  total,
  isReady,
}: {
  plan: readonly Planned[];
  total: number;
  isReady: boolean;
}): JSX.Element {
  if (!isReady) return <p class="hint">Nothing changes before you have reviewed it here.</p>;
  return (
    <>
      <p>
        {plan.length === 0 ? "Nothing changes" : `${plan.length} of ${total} flags change`}
        {plan.length < total && ": the others are like this already, or not in this environment"}.
      </p>
      <Plan plan={plan} />
    </>
  );
}

function EnvironmentField({ value, onChange }: { value: string; onChange: (key: string) => void }): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>In the environment</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {(environments.data.value ?? []).map(({ key, name }) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

interface TextFieldProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
}

function TextField({ label, value, onChange }: TextFieldProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} value={value} autocomplete="off" onInput={(event) => onChange(event.currentTarget.value)} />
    </div>
  );
}
