import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiError } from "../../../../sdk/client/client.ts";
import type { Flag, Sampled } from "../../../../sdk/client/contract.ts";
import { useResource } from "../../state/resource.ts";
import { replaceQuery, route } from "../../state/route.ts";
import { client } from "../../state/session.ts";
import { outcomeOf } from "../../state/try-it/case.ts";
import { addressOf, type Moment, momentOf, type Question, questionOf } from "../../state/try-it/question.ts";
import type { Resolved } from "../../state/try-it/reasons.ts";
import { createSubject, type EvaluationInput } from "../../state/try-it/subject.ts";
import { attributesOf } from "../../state/try-it/trace.ts";
import { VariantNames } from "../../ui/plots/variant-colour.ts";
import { Failure, Loaded } from "../../ui/states.tsx";
import { Cases, SaveCase } from "./cases.tsx";
import { type Explained, ExplanationView } from "./explanation.tsx";
import { MomentField } from "./moment-field.tsx";
import { SampleButton } from "./sample-button.tsx";
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
  const evaluation = useEvaluation(environment, flagKey, subject, moment);
  const { explained, sampled, problem, isBusy, explain, sample } = evaluation;
  // The address of a shared case has its name and the expected variant.
  const shared = useMemo(() => route.peek().query, []);
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
  const variants = Object.keys(flag?.variants ?? {});
  const hasVersion = moment.value.version !== undefined;
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
        {flag === null && <Missing environment={environment} flagKey={flagKey} />}
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
          <SampleButton
            subject={subject}
            names={suggested.context}
            isBusy={isBusy}
            hasVersion={hasVersion}
            onSample={sample}
          />
          <button type="submit" class="primary" aria-disabled={isBusy}>
            Evaluate
          </button>
        </footer>
        {/* This appears when a field loses the focus: above the buttons, it would move the one that is pressed. */}
        <Omitted names={omitted} />
      </form>
      <div aria-live="polite">
        <Results explained={explained} sampled={sampled} variants={variants} />
        {explained !== undefined && evaluation.question.version === undefined && (
          <CaseOfResult {...{ explained, variants, environment, flagKey, shared }} question={evaluation.question} />
        )}
      </div>
      <Cases />
    </div>
  );
}

function Missing({ environment, flagKey }: { environment: string; flagKey: string }): JSX.Element {
  return (
    <p class="banner">
      Flag {flagKey} does not exist in {environment} now. Choose a time at which it existed.
    </p>
  );
}

interface CaseProps {
  explained: Explained;
  variants: readonly string[];
  environment: string;
  flagKey: string;
  question: EvaluationInput & Moment;
  /** The query of the address that opened the page. */
  shared: Readonly<Record<string, string>>;
}

/** Compares the result with the expectation of a shared case, and saves the question as a case. */
function CaseOfResult({ explained, variants, environment, flagKey, question, shared }: CaseProps): JSX.Element {
  const resolution = explained.explanation.resolution as unknown as Resolved;
  const { context, request, at } = question;
  const { case: name, expect } = shared;
  const outcome = expect === undefined ? undefined : outcomeOf(resolution, expect === "" ? null : expect);
  return (
    <section class="card stack" aria-label="Case">
      {outcome !== undefined && (
        <p role="status" class={outcome.state === "passed" ? "banner" : "banner failed"}>
          {outcome.state === "passed" ? "Passed" : "Failed"}: {name ?? "this case"} expects{" "}
          {expect === "" ? "the code default" : expect}, and the user {outcome.text}.
        </p>
      )}
      <SaveCase
        key={JSON.stringify([question, resolution.variant])}
        question={{ environment, flag: flagKey, context, request, at }}
        variants={variants}
        got={resolution.variant}
        given={{ name, expect }}
      />
    </section>
  );
}

interface ResultsProps {
  explained: Explained | undefined;
  sampled: Sampled | undefined;
  variants: readonly string[];
}

function Results({ explained, sampled, variants }: ResultsProps): JSX.Element {
  return (
    <VariantNames.Provider value={variants}>
      {explained !== undefined && <ExplanationView {...explained} />}
      {sampled !== undefined && <SampleView sampled={sampled} variants={variants} />}
      {explained === undefined && sampled === undefined && (
        <p class="hint">
          Evaluate shows the result for this user. Sample shows the results of 1,000 generated users, who differ from
          this user in one attribute.
        </p>
      )}
    </VariantNames.Provider>
  );
}

/** The attributes that the address leaves out. */
export function Omitted({ names }: { names: readonly string[] }): JSX.Element | null {
  if (names.length === 0) return null;
  return <p class="hint">The address of this page leaves out {names.join(", ")}: the name or value looks secret.</p>;
}
