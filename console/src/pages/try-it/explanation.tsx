import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Condition, Explanation, Flag } from "../../../../sdk/client/contract.ts";
import { servesText } from "../../../../sdk/words/condition.ts";
import { ruleText } from "../../../../sdk/words/rule.ts";
import { serveText } from "../../../../sdk/words/serve.ts";
import { defaultStepText, ruleStepText } from "../../../../sdk/words/step.ts";
import { timeText } from "../../../../sdk/words/time.ts";
import {
  bucketSentence,
  type BucketTrace,
  prerequisiteSentence,
  type Resolved,
  resultSentence,
} from "../../state/try-it/reasons.ts";
import { traceNode, type Result, type TraceNode } from "../../state/try-it/trace.ts";
import { LOCAL_ZONE, wordingOf } from "../../state/wording.ts";
import { Icon } from "../../ui/kit/icon.tsx";
import * as icons from "../../ui/kit/icons.ts";
import { useVariantColour } from "../../ui/plots/variant-colour.ts";
import { ReplayView } from "./replay.tsx";

export interface Explained {
  explanation: Explanation;
  /** The flag at the time of the evaluation. */
  flag: Pick<Flag, "key" | "rules" | "default" | "offVariant">;
  segments: ReadonlyMap<string, Condition>;
}

/** The result of an evaluation, and the steps that led to it. */
export function ExplanationView({ explanation, flag, segments, title }: Explained & { title?: string }): JSX.Element {
  const id = useId();
  return (
    <section class="card" aria-labelledby={id}>
      {title !== undefined && <p class="eyebrow">{title}</p>}
      <Outcome explanation={explanation} id={id} />
      {explanation.replay !== undefined && <ReplayView version={explanation.version} replay={explanation.replay} />}
      <h3>Why</h3>
      <Steps explanation={explanation} flag={flag} segments={segments} />
    </section>
  );
}

function Steps({ explanation, flag, segments }: Explained): JSX.Element {
  const { prerequisites, rules } = explanation;
  const resolution = explanation.resolution as unknown as Resolved;
  const isOff = resolution.reason === "DISABLED" && prerequisites.every(({ isMet }) => isMet);
  const wording = wordingOf(flag.key);
  return (
    <ol class="steps">
      {isOff && (
        <Step mark="yes" title="The flag is off">
          <p class="hint">Everyone gets the off variant, so the steps below are not reached.</p>
        </Step>
      )}
      {prerequisites.map((one) => (
        <Step
          key={`needs ${one.flag}`}
          mark={one.isMet ? "yes" : "no"}
          title={`Prerequisite: ${servesText(one.flag, one.variants)}`}
        >
          <p class="hint">{prerequisiteSentence(one, flag.offVariant)}</p>
        </Step>
      ))}
      {rules.map((rule, i) => {
        const stored = flag.rules?.find(({ id }) => id === rule.id);
        return (
          <Step
            key={rule.id}
            mark={rule.state === "matched" ? "yes" : rule.state === "not reached" ? "none" : "no"}
            title={stored === undefined ? `Rule ${rule.id}` : `Rule ${rule.id}: ${ruleText(stored, wording)}`}
          >
            <p class="hint">{ruleStepText(explanation, i, stored, wording)}</p>
            {rule.during?.isOpen === true && (
              <p class="hint">The open window closes at {timeText(rule.during.until, LOCAL_ZONE)}.</p>
            )}
            {rule.when !== undefined && <Tree nodes={[traceNode(rule.when, stored?.when, segments)]} />}
            <Bucket {...rule} />
          </Step>
        );
      })}
      <Step
        mark={explanation.default.state === "served" ? "yes" : "none"}
        title={`Default: ${serveText(flag.default, wording, true)}`}
      >
        <p class="hint">{defaultStepText(explanation)}</p>
        <Bucket {...explanation.default} />
      </Step>
    </ol>
  );
}

function Outcome({ explanation, id }: { explanation: Explanation; id: string }): JSX.Element {
  const { resolution, version, problem } = explanation;
  const { reason, variant, value } = resolution as { reason: string; variant?: string; value?: unknown };
  const colour = useVariantColour();
  const tone = variant === undefined || reason === "ERROR" ? "" : ` colour-${colour(variant)}`;
  return (
    <div class="outcome">
      <h2 id={id}>
        <span class={`burgee${tone}`} aria-hidden="true" />
        {reason === "ERROR" ? "Error" : (variant ?? "Code default")}
      </h2>
      {value !== undefined && <pre aria-label="Value">{JSON.stringify(value, null, 2)}</pre>}
      <p>{resultSentence(explanation)}</p>
      <p class="hint">
        Reason {reason}, environment version {version}
      </p>
      {problem !== undefined && <p class="banner failed">{problem}</p>}
    </div>
  );
}

function Step({
  mark,
  title,
  children,
}: {
  mark: keyof typeof MARKS;
  title: string;
  children: preact.ComponentChildren;
}): JSX.Element {
  return (
    <li class={`step ${mark}`}>
      <strong>
        <span class="mark" aria-hidden="true">
          <Icon of={MARKS[mark]} />
        </span>
        {title}
      </strong>
      {children}
    </li>
  );
}

const MARKS = { yes: icons.done, no: icons.close, none: icons.skipped };
const RESULTS: Record<string, string> = { true: "true", false: "false", unknown: "unknown" };

/** The results of conditions, each with those of its parts. */
export function Tree({ nodes }: { nodes: readonly TraceNode[] }): JSX.Element {
  return (
    <ul class="trace">
      {nodes.map(({ result, text, note, parts }, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- a trace does not change
        <li key={i} class={classOf(result)}>
          <span class="result">{RESULTS[String(result)]}</span> {text}
          {note !== undefined && <span class="hint"> ({note})</span>}
          {parts.length > 0 && <Tree nodes={parts} />}
        </li>
      ))}
    </ul>
  );
}

function classOf(result: Result): string {
  return result === "unknown" ? "unknown" : result ? "yes" : "no";
}

function Bucket(trace: BucketTrace): JSX.Element | null {
  const text = bucketSentence(trace);
  return text === undefined ? null : <p class="hint">{text}</p>;
}
