import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Row, ValueType } from "../../state/try-it/context-form.ts";
import { VALUE_TYPES } from "../../state/try-it/context-form.ts";
import type { Subject } from "../../state/try-it/subject.ts";
import { REQUEST_ATTRIBUTES } from "../../ui/condition/attributes.ts";
import { RemoveButton } from "../../ui/remove-button.tsx";

interface Props {
  subject: Subject;
  /** The attributes that the flag uses. */
  suggested: { context: readonly string[]; request: readonly string[] };
}

/** The subject of the evaluation, and the attributes of its request. */
export function SubjectForm({ subject, suggested }: Props): JSX.Element {
  const id = useId();
  const { mode, rows, text, request, rowProblems, requestProblems, textProblem } = subject;
  return (
    <>
      <section class="stack" aria-labelledby={id}>
        <header class="heading">
          <h2 id={id}>Context</h2>
          <button
            type="button"
            class="small"
            disabled={mode.value === "form" ? rowProblems.value.size > 0 : textProblem.value !== undefined}
            onClick={() => subject.switchMode()}
          >
            {mode.value === "form" ? "Edit as JSON" : "Edit as a form"}
          </button>
        </header>
        {mode.value === "form" ? (
          <Rows
            noun="attribute"
            rows={rows.value}
            problems={rowProblems.value}
            names={suggested.context}
            onChange={subject.setRows}
          />
        ) : (
          <label class="field">
            <span class="visually-hidden">Context as JSON</span>
            <textarea
              class="code"
              rows={Math.min(20, text.value.split("\n").length + 3)}
              value={text.value}
              spellcheck={false}
              aria-invalid={textProblem.value !== undefined}
              aria-describedby={`${id}-problem`}
              onInput={(event) => subject.setText(event.currentTarget.value)}
            />
            <span class="problem" id={`${id}-problem`}>
              {textProblem.value}
            </span>
          </label>
        )}
      </section>
      <details open={request.value.length > 0}>
        <summary>Request attributes: country, IP address, language…</summary>
        <p class="hint">
          The worker reads these from the request; a context cannot set them. If you fill in any, only those are used.
          Otherwise Burgee uses the attributes of your own request.
        </p>
        <Rows
          noun="request attribute"
          rows={request.value}
          problems={requestProblems.value}
          names={REQUEST_ATTRIBUTES}
          onChange={subject.setRequest}
        />
      </details>
    </>
  );
}

function Rows({
  noun,
  rows,
  problems,
  names,
  onChange,
}: {
  noun: string;
  rows: readonly Row[];
  problems: ReadonlyMap<number, string>;
  names: readonly string[];
  onChange: (rows: readonly Row[]) => void;
}): JSX.Element {
  const list = `names-of-${noun.replace(" ", "-")}`;
  const change = (i: number, patch: Partial<Row>): void =>
    onChange(rows.map((row, at) => (at === i ? { ...row, ...patch } : row)));
  return (
    <div class="attributes">
      <datalist id={list}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {rows.map((row, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- rows have no identity but their place
        <div key={i} class="attribute-row" role="group" aria-label={row.name || `${noun} ${i + 1}`}>
          <input
            aria-label={`Name of ${noun} ${i + 1}`}
            list={list}
            value={row.name}
            placeholder="name"
            onInput={(event) => change(i, { name: event.currentTarget.value })}
          />
          <select
            aria-label={`Type of ${row.name || `${noun} ${i + 1}`}`}
            value={row.type}
            onChange={(event) => change(i, changeType(row, event.currentTarget.value as ValueType))}
          >
            {VALUE_TYPES.map((type) => (
              <option key={type}>{type}</option>
            ))}
          </select>
          <ValueInput row={row} problem={problems.get(i)} onChange={(text) => change(i, { text })} />
          <RemoveButton
            label={`Remove ${row.name || `${noun} ${i + 1}`}`}
            onRemove={() => onChange(rows.toSpliced(i, 1))}
          />
        </div>
      ))}
      <button type="button" class="small" onClick={() => onChange([...rows, { name: "", type: "text", text: "" }])}>
        Add {noun}
      </button>
    </div>
  );
}

function ValueInput({
  row,
  problem,
  onChange,
}: {
  row: Row;
  problem: string | undefined;
  onChange: (text: string) => void;
}): JSX.Element {
  const label = `Value of ${row.name || "the attribute"}`;
  if (row.type === "boolean") {
    return (
      <select aria-label={label} value={row.text} onChange={(event) => onChange(event.currentTarget.value)}>
        <option>true</option>
        <option>false</option>
      </select>
    );
  }
  return (
    <span class="value">
      <input
        aria-label={label}
        value={row.text}
        inputMode={row.type === "number" ? "decimal" : "text"}
        aria-invalid={problem !== undefined}
        placeholder={row.type === "JSON" ? '["a", "b"]' : "not set"}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {problem !== undefined && <span class="problem">{problem}</span>}
    </span>
  );
}

function changeType({ text }: Row, type: ValueType): Partial<Row> {
  return type === "boolean" ? { type, text: text === "false" ? "false" : "true" } : { type };
}
