import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { environments } from "../../state/environments.ts";
import { href, replaceQuery, route } from "../../state/route.ts";
import { evaluateAll } from "../../state/try-it/all-flags.ts";
import { addressOf, momentOf, type Question, questionOf } from "../../state/try-it/question.ts";
import type { Table } from "../../state/try-it/results-table.ts";
import { createSubject, type EvaluationInput } from "../../state/try-it/subject.ts";
import { REQUEST_ATTRIBUTES } from "../../ui/condition/attributes.ts";
import { Failure, Skeleton } from "../../ui/states.tsx";
import { ResultsTable, type Selected } from "./all-flags-table.tsx";
import { Cases, SaveCase } from "./cases.tsx";
import { Omitted } from "./evaluate.tsx";
import { MomentField } from "./moment-field.tsx";
import { SubjectForm } from "./subject.tsx";
import { Trace } from "./trace.tsx";

const SUGGESTED = { context: ["targetingKey"], request: REQUEST_ATTRIBUTES };
const NO_ROWS = { context: ["targetingKey"], request: [] };

/** Evaluates all flags in all environments for one context, and explains the result that a person chooses. */
export function AllFlags({ environment }: { environment: string }): JSX.Element {
  const question = questionOf(route.value.query);
  const asked = JSON.stringify({ ...question, version: undefined });
  // The form writes the address. If the address changes otherwise, such as by a pasted link, the form starts over.
  const shown = useRef({ asked, turn: 0 });
  if (shown.current.asked !== asked) shown.current = { asked, turn: shown.current.turn + 1 };
  const remember = (next: Question): void => {
    shown.current.asked = JSON.stringify({ ...next, version: undefined });
    replaceQuery({ environment, ...next });
  };
  return <Panel key={shown.current.turn} environment={environment} question={question} remember={remember} />;
}

interface Results {
  table: Table;
  /** The question as the address has it, without secrets. */
  question: Question;
  asked: EvaluationInput & { at: string | undefined };
  turn: number;
}

interface PanelProps {
  environment: string;
  question: Question;
  remember: (question: Question) => void;
}

function Panel({ environment, question, remember }: PanelProps): JSX.Element {
  const subject = useMemo(() => createSubject(NO_ROWS, question), []);
  // A version is one of a single environment.
  const moment = useMemo(() => signal({ at: momentOf(question).at }), []);
  // The sender of the address has asked this question, so the receiver sees the result at once.
  const isAsked = question.context !== undefined || question.at !== undefined;
  const [results, setResults] = useState<Results | undefined>();
  const [state, setState] = useState<{ isBusy: boolean; problem?: string; omitted: string[] }>({
    isBusy: isAsked,
    omitted: [],
  });
  const evaluate = async (): Promise<void> => {
    const input = subject.input();
    if (input === undefined) return setState({ isBusy: false, problem: "Fix the marked fields first.", omitted: [] });
    const at = moment.peek().at;
    const address = addressOf(input, { at });
    setState({ isBusy: true, omitted: address.omitted });
    remember(address.question);
    // The current environment comes first, and the others are compared with it.
    const others = (environments.data.peek() ?? []).map(({ key }) => key).filter((key) => key !== environment);
    const table = await evaluateAll([environment, ...others], { ...input, at });
    setResults((before) => ({
      table,
      question: address.question,
      asked: { ...input, at },
      turn: (before?.turn ?? 0) + 1,
    }));
    setState({ isBusy: false, omitted: address.omitted });
  };
  useEffect(() => {
    if (isAsked) void evaluate();
  }, []);
  return (
    <>
      <form
        class="card stack all-flags-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!state.isBusy) void evaluate();
        }}
      >
        <SubjectForm subject={subject} suggested={SUGGESTED} />
        <MomentField moment={moment} problem={undefined} hasVersion={false} onTake={() => undefined} />
        <Failure text={state.problem} />
        <footer class="actions">
          <button type="submit" class="primary" aria-disabled={state.isBusy}>
            {state.isBusy ? "Evaluating…" : "Evaluate all flags"}
          </button>
        </footer>
        <Omitted names={state.omitted} />
      </form>
      {results === undefined && (state.isBusy ? <Skeleton /> : <Introduction />)}
      {results !== undefined && <AllResults key={results.turn} environment={environment} results={results} />}
      <Cases />
    </>
  );
}

function Introduction(): JSX.Element {
  return (
    <p class="hint">
      Evaluate shows what this user gets from every flag in every environment, and where the environments differ. Choose
      a flag above to see one result with its reasons.
    </p>
  );
}

function AllResults({ environment, results }: { environment: string; results: Results }): JSX.Element {
  const [selected, setSelected] = useState<Selected | undefined>();
  const close = (): void => {
    document.querySelector<HTMLElement>(".matrix [aria-pressed=true]")?.focus();
    setSelected(undefined);
  };
  return (
    <>
      <div class={selected === undefined ? "all-flags" : "all-flags with-trace"}>
        <ResultsTable table={results.table} selected={selected} onSelect={setSelected} />
        {selected !== undefined && (
          <Trace
            key={`${selected.environment} ${selected.flag}`}
            {...selected}
            question={results.asked}
            link={href(["try", selected.flag], { ...results.question, environment: selected.environment })}
            onClose={close}
          />
        )}
      </div>
      <section class="card" aria-label="Case">
        <SaveCase question={{ environment, ...results.asked }} given={{ name: route.peek().query["case"] }} />
      </section>
    </>
  );
}
