import type { JSX } from "preact";
import { allPages } from "../../../../sdk/client/client.ts";
import type { Condition, Explanation, Flag, Sampled } from "../../../../sdk/client/contract.ts";
import { createSubject, type EvaluationInput, type Subject } from "../../state/try-it/subject.ts";
import { useResource } from "../../state/resource.ts";
import { go, href } from "../../state/route.ts";
import { client } from "../../state/session.ts";
import { reasonOf } from "../../state/notices.ts";
import { attributesOf, namesSegment } from "../../state/try-it/trace.ts";
import { Empty, Failure, Loaded } from "../../ui/states.tsx";
import { useMemo, useState } from "preact/hooks";
import { ExplanationView } from "./explanation.tsx";
import { SampleView } from "./sample.tsx";
import { SubjectForm } from "./subject.tsx";

/** Chooses a flag and evaluates it. */
export function TryItPage({ environment, flagKey }: { environment: string; flagKey: string | undefined }): JSX.Element {
  // The keys are only suggestions, so the page does not wait for them.
  const known = useResource(async () => {
    const path = { env: environment };
    const flags = await allPages((cursor) => client.call("listFlags", { path, query: { limit: "200", cursor } }));
    return flags.map(({ key }) => key);
  }, [environment]).data.value;
  return (
    <>
      <header class="page">
        <h1>Try it</h1>
        {flagKey !== undefined && <a href={href(["flags", flagKey])}>Open flag</a>}
      </header>
      <label class="field choose">
        <span>Flag</span>
        <input
          list="flags-to-try"
          value={flagKey ?? ""}
          placeholder="Enter or choose a flag key"
          onChange={(event) => {
            const key = event.currentTarget.value.trim();
            go(key === "" ? ["try"] : ["try", key]);
          }}
        />
      </label>
      <datalist id="flags-to-try">
        {known?.map((key) => (
          <option key={key} value={key} />
        ))}
      </datalist>
      {flagKey === undefined ? (
        <Empty title={known?.length === 0 ? "No flags to try yet" : "Choose a flag"}>
          <p>Describe a user, and see which variant they get and why: rule by rule, condition by condition.</p>
        </Empty>
      ) : (
        <TryIt key={`${environment}/${flagKey}`} environment={environment} flagKey={flagKey} />
      )}
    </>
  );
}

/** Evaluates the stored flag for one subject and explains the result, or for a sample of a thousand. */
export function TryIt({ environment, flagKey }: { environment: string; flagKey: string }): JSX.Element {
  const path = { env: environment, key: flagKey };
  const flag = useResource(async () => (await client.call("getFlag", { path })).body, [environment, flagKey]);
  return <Loaded of={flag}>{(found) => <Panel environment={environment} flag={found} />}</Loaded>;
}

interface Explained {
  explanation: Explanation;
  flag: Flag;
  segments: ReadonlyMap<string, Condition>;
}

function Panel({ environment, flag }: { environment: string; flag: Flag }): JSX.Element {
  const suggested = useMemo(() => attributesOf(flag), [flag]);
  const subject = useMemo(() => createSubject(suggested), [suggested]);
  const [explained, setExplained] = useState<Explained | undefined>(undefined);
  const [sampled, setSampled] = useState<Sampled | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [isBusy, setIsBusy] = useState(false);
  const evaluate = async (run: (input: EvaluationInput) => Promise<void>): Promise<void> => {
    const input = subject.input();
    if (input === undefined) return setProblem("Fix the marked fields first.");
    setIsBusy(true);
    setProblem(undefined);
    try {
      await run(input);
    } catch (error) {
      setProblem(reasonOf(error));
    }
    setIsBusy(false);
  };
  const explain = (): Promise<void> =>
    evaluate(async (input) => setExplained(await explainFlag(environment, flag.key, input)));
  const sample = (): Promise<void> =>
    evaluate(async ({ context, request }) => {
      const body = { context, request, by: subject.by.peek(), count: 1000 };
      setSampled((await client.call("sampleFlag", { path: { env: environment, key: flag.key }, body })).body);
    });
  return (
    <div class="try-it">
      <form
        class="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          void explain();
        }}
      >
        <SubjectForm subject={subject} suggested={suggested} />
        <Failure text={problem} />
        <footer class="actions">
          <SampleBy subject={subject} names={suggested.context} />
          <button type="button" disabled={isBusy} onClick={() => void sample()}>
            Sample 1,000 users
          </button>
          <button type="submit" class="primary" disabled={isBusy}>
            Evaluate
          </button>
        </footer>
      </form>
      <div aria-live="polite">
        {explained !== undefined && <ExplanationView {...explained} />}
        {sampled !== undefined && <SampleView sampled={sampled} variants={Object.keys(flag.variants)} />}
        {explained === undefined && sampled === undefined && (
          <p class="hint">
            Evaluate shows the result for this user. Sample shows the results of 1,000 generated users, who differ from
            this user in one attribute.
          </p>
        )}
      </div>
    </div>
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

/** Explains an evaluation. Also loads the stored conditions, because a trace has results but no values. */
async function explainFlag(environment: string, key: string, body: EvaluationInput): Promise<Explained> {
  const path = { env: environment, key };
  const [{ body: explanation }, { body: flag }] = await Promise.all([
    client.call("explainFlag", { path, body }),
    client.call("getFlag", { path }),
  ]);
  const segments = namesSegment(explanation)
    ? await allPages((cursor) =>
        client.call("listSegments", { path: { env: environment }, query: { limit: "200", cursor } }),
      )
    : [];
  return { explanation, flag, segments: new Map(segments.map((segment) => [segment.key, segment.condition])) };
}
