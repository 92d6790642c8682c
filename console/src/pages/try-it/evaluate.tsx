import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiError } from "../../../../sdk/client/client.ts";
import type { Flag, Sampled } from "../../../../sdk/client/contract.ts";
import { useResource } from "../../state/resource.ts";
import { replaceQuery, route } from "../../state/route.ts";
import { client } from "../../state/session.ts";
import { addressOf, momentOf, type Question, questionOf } from "../../state/try-it/question.ts";
import { createSubject, type Subject } from "../../state/try-it/subject.ts";
import { attributesOf } from "../../state/try-it/trace.ts";
import { Failure, Loaded } from "../../ui/states.tsx";
import { type Explained, ExplanationView } from "./explanation.tsx";
import { MomentField } from "./moment-field.tsx";
import { SampleView } from "./sample.tsx";
import { SubjectForm } from "./subject.tsx";
import { useEvaluation } from "./use-evaluation.ts";

/** Evaluates the stored flag for one subject and explains the result, or for a sample of a thousand. */
export function Evaluate({ environment, flagKey }: { environment: string; flagKey: string }): JSX.Element {
  const flag = useResource(() => readFlag(environment, flagKey), [environment, flagKey]);
  const question = questionOf(route.value.query);
  const asked = JSON.stringify(question);
  // The form writes the address. If the address changes otherwise, such as by a pasted link, the form starts over.
  const shown = useRef({ asked, turn: 0 });
  if (shown.current.asked !== asked) shown.current = { asked, turn: shown.current.turn + 1 };
  const remember = (next: Question): void => {
    shown.current.asked = JSON.stringify(next);
    replaceQuery({ environment, ...next });
  };
  return (
    <Loaded of={flag}>
      {(found) => (
        <Panel
          key={shown.current.turn}
          environment={environment}
          flagKey={flagKey}
          flag={found}
          question={question}
          remember={remember}
        />
      )}
    </Loaded>
  );
}

/** Returns the flag, or `null` if it does not exist now: it may have existed at an earlier time. */
async function readFlag(environment: string, key: string): Promise<Flag | null> {
  try {
    return (await client.call("getFlag", { path: { env: environment, key } })).body;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

interface PanelProps {
  environment: string;
  flagKey: string;
  flag: Flag | null;
  /** The question in the address when the panel opens. */
  question: Question;
  remember: (question: Question) => void;
}

function Panel({ environment, flagKey, flag, question, remember }: PanelProps): JSX.Element {
  const suggested = useMemo(() => (flag === null ? { context: [], request: [] } : attributesOf(flag)), [flag]);
  const subject = useMemo(() => createSubject(suggested, question), [suggested]);
  const moment = useMemo(() => signal(momentOf(question)), []);
  const { explained, sampled, problem, isBusy, explain, sample } = useEvaluation(environment, flagKey, subject, moment);
  const [omitted, setOmitted] = useState<readonly string[]>([]);
  const keep = (): void => {
    const input = subject.input();
    if (input === undefined) return;
    const address = addressOf(input, moment.peek());
    setOmitted(address.omitted);
    remember(address.question);
  };
  useEffect(() => {
    // The sender of the address has asked this question, so the receiver sees the result at once.
    if (Object.values(question).some((part) => part !== undefined)) void explain();
  }, []);
  const isNow = moment.value.at === undefined && moment.value.version === undefined;
  return (
    <div class="try-it">
      <form
        class="card stack"
        onChange={keep}
        onClick={(event) => (event.target as Element).closest("button") !== null && keep()}
        onSubmit={(event) => {
          event.preventDefault();
          keep();
          void explain();
        }}
      >
        {flag === null && (
          <p class="banner">
            Flag {flagKey} does not exist in {environment} now. Choose a time at which it existed.
          </p>
        )}
        <SubjectForm subject={subject} suggested={suggested} />
        <MomentField
          moment={moment}
          problem={problem?.ofMoment}
          onTake={(at) => {
            moment.value = { at };
            void explain();
          }}
        />
        <Failure text={problem?.text} />
        <footer class="actions">
          <SampleButton subject={subject} names={suggested.context} isBusy={isBusy} isNow={isNow} onSample={sample} />
          <button type="submit" class="primary" disabled={isBusy}>
            Evaluate
          </button>
        </footer>
        {/* This appears when a field loses the focus: above the buttons, it would move the one that is pressed. */}
        {omitted.length > 0 && (
          <p class="hint">The address of this page leaves out {omitted.join(", ")}: the name or value looks secret.</p>
        )}
      </form>
      <div aria-live="polite">
        <Results explained={explained} sampled={sampled} variants={Object.keys(flag?.variants ?? {})} />
      </div>
    </div>
  );
}

interface ResultsProps {
  explained: Explained | undefined;
  sampled: Sampled | undefined;
  variants: readonly string[];
}

function Results({ explained, sampled, variants }: ResultsProps): JSX.Element {
  return (
    <>
      {explained !== undefined && <ExplanationView {...explained} />}
      {sampled !== undefined && <SampleView sampled={sampled} variants={variants} />}
      {explained === undefined && sampled === undefined && (
        <p class="hint">
          Evaluate shows the result for this user. Sample shows the results of 1,000 generated users, who differ from
          this user in one attribute.
        </p>
      )}
    </>
  );
}

interface SampleButtonProps {
  subject: Subject;
  names: readonly string[];
  isBusy: boolean;
  isNow: boolean;
  onSample: () => Promise<void>;
}

function SampleButton({ subject, names, isBusy, isNow, onSample }: SampleButtonProps): JSX.Element {
  return (
    <>
      <SampleBy subject={subject} names={names} />
      <p class="hint sample-by">A sample uses the flag as it is now.</p>
      <button type="button" disabled={isBusy || !isNow} onClick={() => void onSample()}>
        Sample 1,000 users
      </button>
    </>
  );
}

function SampleBy({ subject, names }: { subject: Subject; names: readonly string[] }): JSX.Element {
  return (
    <label class="sample-by">
      <span class="hint">Attribute that differs in the sample</span>
      <select value={subject.by.value} onChange={(event) => (subject.by.value = event.currentTarget.value)}>
        {[...new Set(["targetingKey", ...names])].map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
