import type { JSX } from "preact";
import type { Condition, Explanation, Flag } from "../../../../sdk/client/contract.ts";
import { bucketText, traceNode, type Result, type TraceNode } from "../../state/try-it/trace.ts";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { serveText } from "../../../../sdk/words/serve.ts";
import { LOCAL_ZONE, wordingOf } from "../../state/wording.ts";
import { defaultStepText, ruleStepText } from "../../../../sdk/words/step.ts";
import { timeText } from "../../../../sdk/words/time.ts";
import { percentText } from "../../../../sdk/words/share.ts";
import { ReplayView } from "./replay.tsx";

export interface Explained {
  explanation: Explanation;
  /** The flag at the time of the evaluation. */
  flag: Pick<Flag, "key" | "rules" | "default">;
  segments: ReadonlyMap<string, Condition>;
}

/** The result of an evaluation, and the steps that led to it. */
export function ExplanationView({ explanation, flag, segments }: Explained): JSX.Element {
  const { prerequisites, rules } = explanation;
  const isOff = explanation.resolution["reason"] === "DISABLED";
  return (
    <section class="card" aria-labelledby="result">
      <Outcome explanation={explanation} />
      {explanation.replay !== undefined && <ReplayView version={explanation.version} replay={explanation.replay} />}
      <h3>Why</h3>
      <ol class="steps">
        {isOff && (
          <Step mark="yes" title="The flag is off">
            <p class="hint">Everyone gets the off variant, so the steps below are not reached.</p>
          </Step>
        )}
        {prerequisites.map(({ flag: key, variants, served, isMet }) => (
          <Step
            key={`needs ${key}`}
            mark={isMet ? "yes" : "no"}
            title={`Prerequisite: ${key} must serve ${variants.join(" or ")}`}
          >
            <p class="hint">
              It serves {served ?? "the code default"}
              {isMet ? "." : ", so this flag serves its off variant."}
            </p>
          </Step>
        ))}
        {rules.map((rule, i) => {
          const stored = flag.rules?.find(({ id }) => id === rule.id);
          const serves = stored === undefined ? "" : ` → ${serveText(stored.serve, wordingOf(flag.key), true)}`;
          return (
            <Step
              key={rule.id}
              mark={rule.state === "matched" ? "yes" : rule.state === "not reached" ? "none" : "no"}
              title={`Rule ${rule.id}${serves}`}
            >
              <p class="hint">{ruleStepText(explanation, i, stored, wordingOf(flag.key))}</p>
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
          title={`Default → ${serveText(flag.default, wordingOf(flag.key), true)}`}
        >
          <p class="hint">{defaultStepText(explanation)}</p>
          <Bucket {...explanation.default} />
        </Step>
      </ol>
    </section>
  );
}

function Outcome({ explanation: { resolution, version, problem } }: { explanation: Explanation }): JSX.Element {
  const { reason, variant, value, ruleId, errorCode, errorDetails } = resolution as Record<string, unknown>;
  return (
    <div class="outcome">
      <h2 id="result">{reason === "ERROR" ? "Error" : typeof variant === "string" ? variant : "Code default"}</h2>
      {value !== undefined && <pre aria-label="Value">{JSON.stringify(value, null, 2)}</pre>}
      <p class="hint">
        {String(reason)}
        {typeof ruleId === "string" && ` by rule ${ruleId}`}
        {typeof errorCode === "string" && ` ${errorCode}: ${String(errorDetails)}`} · environment version {version}
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
          {MARKS[mark]}
        </span>
        {title}
      </strong>
      {children}
    </li>
  );
}

const MARKS = { yes: "✓", no: "✗", none: "·" };
const RESULTS: Record<string, string> = { true: "true", false: "false", unknown: "unknown" };

function Tree({ nodes }: { nodes: readonly TraceNode[] }): JSX.Element {
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

function Bucket({
  bucket,
  total = WEIGHT_TOTAL,
  exposure,
  draw,
}: {
  bucket?: number | null | undefined;
  total?: number | undefined;
  exposure?: number | undefined;
  draw?: number | undefined;
}): JSX.Element | null {
  if (draw !== undefined) {
    return (
      <p class="hint">
        This request drew {draw.toLocaleString("en")} of {total.toLocaleString("en")}.
      </p>
    );
  }
  if (bucket === undefined) return null;
  return (
    <p class="hint">
      In {bucketText(bucket, total)}.
      {exposure !== undefined && ` The ramp was at ${percentText(exposure)} of each share.`}
    </p>
  );
}
