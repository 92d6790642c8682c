import type { Signal } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { allPages } from "../../../../sdk/client/client.ts";
import type { Condition, Explanation, Sampled } from "../../../../sdk/client/contract.ts";
import { reasonOf } from "../../state/notices.ts";
import { client } from "../../state/session.ts";
import type { Moment } from "../../state/try-it/question.ts";
import type { EvaluationInput, Subject } from "../../state/try-it/subject.ts";
import { namesSegment } from "../../state/try-it/trace.ts";
import type { Explained } from "./explanation.tsx";
import { type MomentProblem, momentProblemOf } from "./moment-field.tsx";

/** The results of the last evaluation and the last sample, or the problem with them. */
export function useEvaluation(environment: string, flagKey: string, subject: Subject, moment: Signal<Moment>) {
  const [explained, setExplained] = useState<Explained | undefined>(undefined);
  const [sampled, setSampled] = useState<Sampled | undefined>(undefined);
  const [problem, setProblem] = useState<{ text?: string; ofMoment?: MomentProblem; asked: Moment } | undefined>();
  const [isBusy, setIsBusy] = useState(false);
  const [question, setQuestion] = useState<EvaluationInput & Moment>({ context: {}, request: undefined });
  // A button that is really disabled would lose the focus, so a second press can come at any time.
  const isRunning = useRef(false);
  const evaluate = async (run: (input: EvaluationInput & Moment) => Promise<void>): Promise<void> => {
    if (isRunning.current) return;
    const input = subject.input();
    const asked = moment.peek();
    if (input === undefined) return setProblem({ text: "Fix the marked fields first.", asked });
    isRunning.current = true;
    setIsBusy(true);
    setProblem(undefined);
    try {
      await run({ ...input, ...asked });
    } catch (error) {
      const isReplay = asked.at !== undefined || asked.version !== undefined;
      const ofMoment = isReplay ? momentProblemOf(error) : undefined;
      setProblem(ofMoment === undefined ? { text: reasonOf(error), asked } : { ofMoment, asked });
      // A result of another question must not stand beside the problem.
      setExplained(undefined);
    }
    isRunning.current = false;
    setIsBusy(false);
  };
  return {
    explained,
    sampled,
    // A problem with a time disappears with the time.
    problem: problem?.ofMoment === undefined || problem.asked === moment.value ? problem : undefined,
    isBusy,
    /** The question of the last explanation. */
    question,
    explain: () =>
      evaluate(async (input) => {
        setExplained(await explainFlag(environment, flagKey, input));
        setQuestion(input);
      }),
    sample: () =>
      evaluate(async ({ context, request, at }) => {
        const body = { context, request, at, by: subject.by.peek(), count: 1000 };
        setSampled((await client.call("sampleFlag", { path: { env: environment, key: flagKey }, body })).body);
      }),
  };
}

/** Explains an evaluation. Also loads the conditions, because a trace has results but no values. */
export async function explainFlag(
  environment: string,
  key: string,
  body: EvaluationInput & Moment,
): Promise<Explained> {
  const path = { env: environment, key };
  if (body.at !== undefined || body.version !== undefined) {
    const { body: explanation } = await client.call("explainFlag", { path, body });
    return { explanation, ...asItWas(explanation) };
  }
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

/** Returns the flag of a replay and the segments that it used, as they were. */
function asItWas({ replay }: Explanation): Omit<Explained, "explanation"> {
  const document = (replay?.document ?? {}) as unknown as Explained["flag"] & { segments?: Record<string, Condition> };
  return { flag: document, segments: new Map(Object.entries(document.segments ?? {})) };
}
