import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError, type Client } from "../../../../sdk/client/client.ts";
import { isSame } from "../../../../sdk/client/differences.ts";
import type { Webhook, WebhookCreated, WebhookInput } from "../../../../sdk/client/contract.ts";
import { environments as allEnvironments } from "../../state/environments.ts";
import { changedFields, fieldsBack } from "../../state/merge/plain-fields.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { client } from "../../state/session.ts";
import { announceUndo } from "../../state/undone.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { Problems } from "../../ui/fields/problems.tsx";
import { Select } from "../../ui/fields/select.tsx";
import { askReviewIfProtected, ReviewDialog } from "../../ui/review/review.tsx";
import { TextInput } from "../../ui/fields/text-input.tsx";
import { ENTITIES, type Entity, environmentsOf, itemsOf } from "./selection.ts";

const FORMATS = [
  ["standard", "A program: the difference, as Standard Webhooks"],
  ["slack", "Slack: a short message"],
] as const;

/** The typed state of the form. Empty lists select everything. */
interface Draft {
  name: string;
  url: string;
  format: NonNullable<WebhookInput["format"]>;
  environments: readonly string[];
  entities: readonly Entity[];
  /** Separated by commas. */
  tags: string;
}

/** The form of a new webhook, or of `edited`. The URL of an existing one stays unless a new one is typed. */
export function EditWebhook({
  edited,
  onClose,
  onCreated,
  onSaved,
}: {
  edited?: Webhook;
  onClose: () => void;
  onCreated?: (created: WebhookCreated) => void;
  onSaved?: () => void;
}): JSX.Element {
  const [draft, setDraft] = useState(() => draftOf(edited));
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const save = async (changeClient: Client): Promise<void> => {
    setProblems([]);
    const { url, ...fields } = fieldsOf(draft);
    try {
      if (edited === undefined) {
        onCreated?.((await changeClient.call("createWebhook", { body: { ...fields, url } })).body);
      } else {
        const changed = changedFields(withoutUrl(edited), fields);
        const body = url === "" ? changed : { ...changed, url };
        if (Object.keys(body).length > 0) {
          await changeClient.call("updateWebhook", { path: { id: edited.id }, body });
          notifyChanged(edited, body);
        }
        onSaved?.();
      }
    } catch (error) {
      const rejected = error instanceof ApiError ? (error.problem.errors ?? []) : [];
      setProblems(rejected);
      if (rejected.length === 0) notifyFailure("Could not save the webhook", error);
    }
  };
  const wanted = fieldsOf(draft);
  const [before, after] = [edited && comparableOf(fieldsOf(draftOf(edited))), comparableOf(wanted)];
  const isChanged = before !== undefined && !isSame(before, after);
  return (
    <ReviewDialog
      title={edited === undefined ? "New webhook" : `Edit ${edited.name}`}
      action={edited === undefined ? "Create webhook" : "Save"}
      before={before}
      after={isChanged ? after : undefined}
      isDangerous={false}
      environments={environmentsOfAll(edited === undefined ? [wanted] : [edited, wanted])}
      onSubmit={save}
      onClose={onClose}
    >
      <Problems.Provider value={problems}>
        <Fields draft={draft} edited={edited} onChange={(changes) => setDraft({ ...draft, ...changes })} />
      </Problems.Provider>
    </ReviewDialog>
  );
}

/** Returns the environments whose changes a webhook reports in one of its states. */
function environmentsOfAll(states: readonly Pick<WebhookInput, "environments">[]): string[] {
  return [...new Set(states.flatMap(({ environments = null }) => environmentsOf({ environments })))];
}

/** Returns the fields in words. An empty URL is the stored one. */
function comparableOf({ url, environments, entities, tags, ...rest }: WebhookInput): object {
  return {
    ...rest,
    url: url || "as before",
    environments: environments?.join(", ") ?? "all",
    changes: entities?.join(", ") ?? "everything",
    tags: tags?.join(", ") ?? "all",
  };
}

/** Says that the webhook was changed. The URL is not shown again, so a change of it cannot be taken back. */
function notifyChanged(edited: Webhook, body: Partial<WebhookInput>): void {
  const text = `Webhook ${body.name ?? edited.name} changed`;
  const topic = `webhook ${edited.id}`;
  if (body.url !== undefined) {
    notify(`${text}. Its former URL cannot be restored.`, "done", { topic });
    return;
  }
  const former = withoutUrl(edited);
  const run = async (): Promise<void> => {
    try {
      const now = (await client.call("getWebhook", { path: { id: edited.id } })).body;
      const { back, left } = fieldsBack(former, { ...former, ...body }, withoutUrl(now));
      if (left !== "") notify(`Webhook ${now.name}: ${left}`, "done", { topic });
      if (Object.keys(back).length === 0) return;
      const [before, after] = [withoutUrl(now), { ...withoutUrl(now), ...back }];
      const changeClient = await askReviewIfProtected({
        title: `Undo the change of webhook ${now.name}?`,
        before: comparableOf({ ...before, url: "" }),
        after: comparableOf({ ...after, url: "" }),
        action: "Undo the change",
        isDangerous: false,
        environments: environmentsOfAll([before, after]),
      });
      if (changeClient === undefined) return;
      await changeClient.call("updateWebhook", { path: { id: edited.id }, body: back });
      if (left === "") notify(`Webhook ${edited.name} is as before`, "done", { topic });
      announceUndo();
    } catch (error) {
      notifyFailure("Could not undo the change of the webhook", error, topic);
    }
  };
  notify(text, "done", { topic, action: { label: "Undo", run } });
}

function draftOf(edited: Webhook | undefined): Draft {
  const { name = "", format = "standard", environments, entities, tags } = edited ?? {};
  return {
    name,
    url: "",
    format,
    environments: environments ?? [],
    entities: entities ?? [],
    tags: tags?.join(", ") ?? "",
  };
}

function fieldsOf({ name, url, format, environments, entities, tags }: Draft): WebhookInput {
  return {
    name: name.trim(),
    url: url.trim(),
    format,
    environments: environments.length === 0 ? null : [...environments],
    entities: entities.length === 0 ? null : [...entities],
    tags: itemsOf(tags),
  };
}

/** Returns the fields of a webhook that can be written back: its whole URL is not known. */
function withoutUrl(webhook: Webhook): Omit<WebhookInput, "url"> {
  const { url: _, ...fields } = fieldsOf(draftOf(webhook));
  return fields;
}

function Fields({
  draft: { name, url, format, environments, entities, tags },
  edited,
  onChange,
}: {
  draft: Draft;
  edited: Webhook | undefined;
  onChange: (changes: Partial<Draft>) => void;
}): JSX.Element {
  const keys = (allEnvironments.data.value ?? []).map(({ key }) => [key, key] as const);
  return (
    <>
      <TextInput
        label="Name"
        value={name}
        maxLength={200}
        onChange={(text) => onChange({ name: text })}
        pointer="/name"
      />
      <TextInput
        label={edited === undefined ? "URL" : "New URL"}
        value={url}
        placeholder="https://hooks.example.com/burgee"
        onChange={(text) => onChange({ url: text })}
        pointer="/url"
        hint={edited === undefined ? "Its path is not shown again." : `Leave this empty to keep ${edited.url}`}
      />
      <Select
        label="Receiver"
        value={format}
        options={FORMATS}
        onChange={(value) => onChange({ format: value as Draft["format"] })}
        pointer="/format"
      />
      <Choices
        legend="Environments"
        hint="Choose none for all."
        items={keys}
        chosen={environments}
        onChange={(chosen) => onChange({ environments: chosen })}
      />
      <Choices
        legend="Changes"
        hint="Choose none for everything."
        items={ENTITIES}
        chosen={entities}
        onChange={(chosen) => onChange({ entities: chosen })}
      />
      <TextInput
        label="Tags"
        value={tags}
        onChange={(text) => onChange({ tags: text })}
        pointer="/tags"
        covers="below"
        hint="Only flags with one of these tags. Separate tags with commas."
      />
    </>
  );
}

function Choices<T extends string>({
  legend,
  hint,
  items,
  chosen,
  onChange,
}: {
  legend: string;
  hint: string;
  items: readonly (readonly [T, string])[];
  chosen: readonly T[];
  onChange: (chosen: readonly T[]) => void;
}): JSX.Element {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <p class="hint">{hint}</p>
      {items.map(([value, text]) => (
        <label key={value} class="choice">
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={(event) =>
              onChange(event.currentTarget.checked ? [...chosen, value] : chosen.filter((one) => one !== value))
            }
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
