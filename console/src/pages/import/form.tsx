import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { SYSTEM_NAMES, type SystemName } from "../../../../sdk/import/index.ts";
import type { ImportForm } from "../../state/import/read-import.ts";
import { formOf } from "../../state/import/systems.ts";
import { Field } from "../../ui/fields/field.tsx";
import { Select } from "../../ui/fields/select.tsx";
import { Checkbox, TextInput } from "../../ui/fields/text-input.tsx";

interface Props {
  form: ImportForm;
  isBusy: boolean;
  onChange: (form: ImportForm) => void;
  onSubmit: () => void;
}

const SYSTEMS = SYSTEM_NAMES.map((name) => [name, formOf(name).label] as const).toSorted(([, a], [, b]) =>
  a.localeCompare(b),
);

/** The system, its files, and the options that matter for it. */
export function SourceForm({ form, isBusy, onChange, onSubmit }: Props): JSX.Element {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  const { system, files } = form;
  return (
    <form class="card stack" aria-label="Source" onSubmit={submit}>
      <p class="hint">
        Take over the flags of another system, with every user in the same bucket. The files stay in your browser until
        you apply the flags.
      </p>
      <div class="columns">
        <Select
          label="System"
          value={system}
          options={SYSTEMS}
          onChange={(next) => onChange({ ...form, system: next as SystemName, sdk: "", hashVersion: "" })}
          pointer="/system"
        />
        <FilesInput hint={system === "" ? undefined : formOf(system).source} form={form} onChange={onChange} />
      </div>
      {system !== "" && <Options form={form} system={system} onChange={onChange} />}
      <p>
        <button type="submit" class="primary" disabled={system === "" || files.length === 0} aria-disabled={isBusy}>
          {isBusy ? "Reading…" : "Show report"}
        </button>
      </p>
    </form>
  );
}

function FilesInput({
  form,
  hint = "The system’s own export.",
  onChange,
}: Pick<Props, "form" | "onChange"> & { hint?: string | undefined }): JSX.Element {
  const id = useId();
  return (
    <Field id={id} label="Files">
      <input
        id={id}
        type="file"
        multiple
        accept=".json,.yaml,.yml,application/json,application/yaml"
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange({ ...form, files: [...(event.currentTarget.files ?? [])] })}
      />
      <span class="hint" id={`${id}-hint`}>
        {hint} JSON or YAML; several files are joined.
      </span>
    </Field>
  );
}

const HASH_VERSIONS = [
  ["", "2, the current one"],
  ["1", "1"],
  ["3", "3"],
] as const;

function Options({ form, system, onChange }: Pick<Props, "form" | "onChange"> & { system: SystemName }): JSX.Element {
  const { sdks = [], hasHashVersions, hasEnvironments, hasSettings } = formOf(system);
  const patch = (change: Partial<ImportForm>): void => onChange({ ...form, ...change });
  return (
    <>
      {sdks.length > 0 && (
        <Select
          label="SDK that evaluates the flags now"
          value={form.sdk || (sdks[0]?.[0] ?? "")}
          options={sdks}
          onChange={(sdk) => patch({ sdk })}
          pointer="/sdk"
          hint="The SDKs of this system differ in some results."
        />
      )}
      {hasHashVersions === true && (
        <Select
          label="Version of the hash"
          value={form.hashVersion}
          options={HASH_VERSIONS}
          onChange={(hashVersion) => patch({ hashVersion })}
          pointer="/hashVersion"
        />
      )}
      {hasEnvironments === true && (
        <TextInput
          label="Source environment"
          value={form.environment}
          onChange={(environment) => patch({ environment })}
          pointer="/environment"
          hint="Needed if the export contains several environments or labels."
        />
      )}
      {hasSettings === true && (
        <TextInput
          label="Settings"
          value={form.settings}
          lines={3}
          placeholder="WAFFLE_FLAG_DEFAULT=True"
          onChange={(settings) => patch({ settings })}
          pointer="/settings"
          hint="One name=value per line, as in the settings of the program that has the flags now."
        />
      )}
      <Checkbox
        label="Also import flags whose results may differ (the report marks them “approximate”)"
        isChecked={form.approximate}
        onChange={(approximate) => patch({ approximate })}
        pointer="/approximate"
      />
    </>
  );
}
