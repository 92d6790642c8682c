import type { JSX } from "preact";
import type { Row, ValueType } from "../../state/try-it/context-form.ts";
import { VALUE_TYPES } from "../../state/try-it/context-form.ts";
import type { Subject } from "../../state/try-it/subject.ts";

const REQUEST_NAMES = [
  "country",
  "region",
  "city",
  "continent",
  "timezone",
  "asn",
  "colo",
  "ip",
  "language",
  "userAgentFamily",
];

interface Props {
  subject: Subject;
  /** Attributes that the flag asks for. */
  suggested: { context: readonly string[]; request: readonly string[] };
}

/** Who asks, and from where. */
export function SubjectForm({ subject, suggested }: Props): JSX.Element {
  const { mode, rows, text, request, rowProblems, requestProblems, textProblem } = subject;
  return (
    <>
      <section class="stack" aria-labelledby="context">
        <header class="heading">
          <h2 id="context">Context</h2>
          <button
            type="button"
            class="small"
            disabled={mode.value === "form" ? rowProblems.value.size > 0 : textProblem.value !== undefined}
            onClick={() => subject.switchMode()}
          >
            {mode.value === "form" ? "As JSON" : "As a form"}
          </button>
        </header>
        {mode.value === "form" ? (
          <Rows
            noun="attribute"
            article="an"
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
              aria-describedby="context-problem"
              onInput={(event) => subject.setText(event.currentTarget.value)}
            />
            <span class="problem" id="context-problem">
              {textProblem.value}
            </span>
          </label>
        )}
      </section>
      <details open={request.value.length > 0}>
        <summary>Request: country, ip, language …</summary>
        <p class="hint">
          What the worker reads from the request itself, and a context can never set. Empty: those of your own request.
        </p>
        <Rows
          noun="request attribute"
          article="a"
          rows={request.value}
          problems={requestProblems.value}
          names={REQUEST_NAMES}
          onChange={subject.setRequest}
        />
      </details>
    </>
  );
}

function Rows({
  noun,
  article,
  rows,
  problems,
  names,
  onChange,
}: {
  noun: string;
  article: string;
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
            onChange={(event) => change(i, retyped(row, event.currentTarget.value as ValueType))}
          >
            {VALUE_TYPES.map((type) => (
              <option key={type}>{type}</option>
            ))}
          </select>
          <ValueInput row={row} problem={problems.get(i)} onChange={(text) => change(i, { text })} />
          <button
            type="button"
            class="quiet"
            aria-label={`Remove ${row.name || `${noun} ${i + 1}`}`}
            onClick={() => onChange(rows.toSpliced(i, 1))}
          >
            ×
          </button>
        </div>
      ))}
      <button type="button" class="small" onClick={() => onChange([...rows, { name: "", type: "text", text: "" }])}>
        Add {article} {noun}
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
  if (row.type === "yes or no") {
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

function retyped({ text }: Row, type: ValueType): Partial<Row> {
  return type === "yes or no" ? { type, text: text === "false" ? "false" : "true" } : { type };
}
