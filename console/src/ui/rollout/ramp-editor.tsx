import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Rollout } from "../../../../sdk/client/contract.ts";
import { variantText } from "../../../../sdk/words/names.ts";
import { exposureAt, servedShare } from "../../../../sdk/words/share-at.ts";
import { movingPercentText, percentText } from "../../../../sdk/words/share.ts";
import { timeText } from "../../../../sdk/words/time.ts";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { LOCAL_ZONE } from "../../state/wording.ts";
import { parseNumber } from "../condition/values.ts";
import { InstantInput } from "../fields/instant-input.tsx";
import type { Parsed } from "../fields/parsed.ts";
import { ParsedInput } from "../fields/parsed-input.tsx";
import { parsePercent, percentInputText } from "../fields/percent.ts";
import { ProblemText } from "../fields/problems.tsx";
import { Select } from "../fields/select.tsx";
import { Checkbox } from "../fields/text-input.tsx";
import { totalOf } from "./hash-space.ts";
import { spanOf } from "./ramp.ts";
import {
  durationOf,
  endsOf,
  keepsSubjects,
  newRamp,
  pausedUntil,
  type RampedRollout,
  rampStateOf,
  type RestVariant,
  stopAt,
  targetOf,
  type Unit,
  UNITS,
  withDuration,
  withEnds,
  withStart,
  withTarget,
} from "./ramp-form.ts";
import { RampPlot } from "./ramp-plot.tsx";
import { type Step, stepsOf } from "./ramp-steps.ts";
import { rescaleWeights, sumOf } from "./weights.ts";

const DAY_MS = 86_400_000;

interface RampEditorProps {
  rollout: Rollout;
  variants: readonly string[];
  isDefault: boolean;
  /** The variant that subjects outside the shares get, if it is one. */
  rest: RestVariant;
  onChange: (rollout: Rollout) => void;
  /** Replaces the ramp by rules, one for each step. Absent where rules cannot be added. */
  onSteps?: ((steps: readonly Step[]) => void) | undefined;
  pointer: string;
}

/** Edits a ramp: a share that changes evenly from one percentage to another. */
export function RampEditor({
  rollout,
  variants,
  isDefault,
  rest,
  onChange,
  onSteps,
  pointer,
}: RampEditorProps): JSX.Element {
  /** The rollout before the ramp was ticked, which comes back when it is unticked. */
  const before = useRef<Rollout>(undefined);
  const { ramp } = rollout;
  const toggle = (isChecked: boolean): void => {
    const now = Date.now();
    if (isChecked) {
      before.current = rollout;
      onChange(newRamp(rollout, variants, rest, now));
    } else if (ramp !== undefined) {
      onChange(before.current ?? stopAt({ ...rollout, ramp }, exposureAt(ramp, now).exposure, { isDefault, rest }));
      before.current = undefined;
    }
  };
  const target = targetOf(rollout);
  const isMoved = before.current !== undefined && target !== undefined && !keepsSubjects(before.current, target);
  return (
    <div class="ramp" data-pointer={pointer} tabIndex={-1}>
      <Checkbox label="Ramp over time" isChecked={ramp !== undefined} onChange={toggle} pointer={`${pointer}/-`} />
      {ramp !== undefined && (
        <>
          <RampFields rollout={{ ...rollout, ramp }} {...{ variants, isDefault, rest, onChange, onSteps, pointer }} />
          {isMoved && (
            <p class="problem">
              The ramp reaches other people first than those who get {variantText(target)} now. To keep them, put{" "}
              {variantText(target)} first before you add the ramp.
            </p>
          )}
        </>
      )}
      <ProblemText pointer={pointer} />
    </div>
  );
}

function RampFields(props: RampEditorProps & { rollout: RampedRollout }): JSX.Element {
  const { rollout, pointer } = props;
  const { ramp } = rollout;
  const now = Date.now();
  const span = spanOf(ramp);
  return (
    <>
      <RampSentence {...props} />
      <ProblemText pointer={`${pointer}/endAt`} />
      {targetOf(rollout) === undefined && <p class="hint">The percentages are parts of each share above.</p>}
      {span === undefined ? (
        <span class="problem">The ramp needs a start, and it must last some time.</span>
      ) : (
        <>
          <p class="hint">{`${stateText(props, now)} ${restText(props)}`}</p>
          <RampActions {...props} now={now} />
          <StepsButton {...props} now={now} />
          <RampPlot
            weights={rescaleWeights(rollout.weights, totalOf(rollout), WEIGHT_TOTAL)}
            ramp={ramp}
            span={span}
            now={now}
          />
        </>
      )}
    </>
  );
}

/** The ramp as a sentence of controls: Ramp [on] from [0]% to [100]% over [7] [days], starting [then]. */
function RampSentence(props: RampEditorProps & { rollout: RampedRollout }): JSX.Element {
  const { rollout, variants, onChange, pointer } = props;
  const { ramp } = rollout;
  const target = targetOf(rollout);
  const ends = endsOf(rollout);
  const all = variants.length > 1 || target === undefined ? [["", "all shares alike"] as const] : [];
  const start = (instant: string): void => onChange({ ...rollout, ramp: withStart(ramp, instant) });
  return (
    <div class="ramp-sentence">
      <Select
        label="Ramp"
        value={target ?? ""}
        options={[...variants.map((name) => [name, name] as const), ...all]}
        onChange={(name) => onChange(withTarget(rollout, name === "" ? undefined : name, variants))}
        pointer={`${pointer}/-target`}
      />
      {(["from", "to"] as const).map((side) => (
        <ParsedInput
          key={side}
          label={side === "from" ? "from (%)" : "to (%)"}
          value={ends[side]}
          format={percentInputText}
          parse={parsePercent}
          onChange={(share) => onChange(withEnds(rollout, { ...ends, [side]: share }))}
          pointer={`${pointer}/${side}`}
          inputMode="decimal"
        />
      ))}
      <DurationFields {...props} />
      <InstantInput
        label="starting"
        value={ramp.startAt}
        onChange={(instant) => start(instant ?? "")}
        pointer={`${pointer}/startAt`}
      />
      <button type="button" class="small" onClick={() => start(new Date().toISOString().replace(/\.\d+/, ""))}>
        Start now
      </button>
    </div>
  );
}

function DurationFields({ rollout, onChange, pointer }: RampEditorProps & { rollout: RampedRollout }): JSX.Element {
  const { ramp } = rollout;
  const { count, unit } = durationOf(ramp) ?? { count: 7, unit: "days" };
  const change = (duration: { count: number; unit: Unit }): void =>
    onChange({ ...rollout, ramp: withDuration(ramp, duration) });
  return (
    <>
      <ParsedInput
        label="over"
        value={count}
        format={String}
        parse={parseCount}
        onChange={(typed) => change({ count: typed, unit })}
        pointer={`${pointer}/-count`}
        inputMode="decimal"
      />
      <Select
        label="unit"
        value={unit}
        options={UNITS.map((one) => [one, one])}
        onChange={(chosen) => change({ count, unit: chosen as Unit })}
        pointer={`${pointer}/-unit`}
      />
    </>
  );
}

function parseCount(text: string): Parsed<number> {
  const parsed = parseNumber(text);
  return "problem" in parsed || (parsed.value > 0 && parsed.value <= 10_000)
    ? parsed
    : { problem: "must be a number above 0, up to 10,000" };
}

/** Offers to wait at a few shares instead of moving evenly. */
function StepsButton({
  rollout,
  onSteps,
  now,
}: RampEditorProps & { rollout: RampedRollout; now: number }): JSX.Element | null {
  const steps = stepsOf(rollout, now);
  if (onSteps === undefined || steps === undefined || steps.length < 2) return null;
  return (
    <div class="row">
      <button type="button" class="small" onClick={() => onSteps(steps)}>
        Split into steps
      </button>
      <span class="hint">One rule for each of 5%, 25%, 50% and the end, with its own time. You can change each.</span>
    </div>
  );
}

/** The ways to stop a ramp. They change the draft, and apply once it is saved. */
function RampActions({
  rollout,
  isDefault,
  rest,
  onChange,
  now,
}: RampEditorProps & { rollout: RampedRollout; now: number }): JSX.Element | null {
  const { ramp } = rollout;
  const state = rampStateOf(ramp, now);
  const stop = (exposure: number): void => onChange(stopAt(rollout, exposure, { isDefault, rest }));
  if (state === "waiting" || ramp.from === ramp.to) return null;
  if (state === "over") {
    return (
      <div class="row">
        <button type="button" class="small" onClick={() => stop(ramp.to)}>
          Remove the finished ramp
        </button>
      </div>
    );
  }
  return (
    <div class="row">
      <button
        type="button"
        class="small"
        onClick={() => onChange(pausedUntil(rollout, Date.now(), Date.now() + DAY_MS))}
      >
        Pause here for a day
      </button>
      <button type="button" class="small" onClick={() => stop(exposureAt(ramp, Date.now()).exposure)}>
        Stop at this share
      </button>
      <button type="button" class="small" onClick={() => stop(ramp.to)}>
        Finish now
      </button>
    </div>
  );
}

/** `It is at 59.1% now and reaches 100% on 10 Dec 2026, 01:00 CET.` */
function stateText({ rollout }: { rollout: RampedRollout }, now: number): string {
  const { ramp, weights } = rollout;
  const { from, to } = endsOf(rollout);
  const whole = targetOf(rollout) === undefined ? WEIGHT_TOTAL : sumOf(weights);
  const total = targetOf(rollout) === undefined ? WEIGHT_TOTAL : totalOf(rollout);
  const [start, end] = [timeText(ramp.startAt, LOCAL_ZONE), timeText(ramp.endAt, LOCAL_ZONE)];
  if (from === to) return `It stays at ${percentText(to)}.`;
  switch (rampStateOf(ramp, now)) {
    case "waiting":
      return `It stays at ${percentText(from)} until ${start}, and reaches ${percentText(to)} on ${end}.`;
    case "moving": {
      const share = movingPercentText(servedShare(whole, exposureAt(ramp, now).exposure), total);
      return `It is at ${share} now, and reaches ${percentText(to)} on ${end}.`;
    }
    case "over":
      return `It reached ${percentText(to)} on ${end}.`;
  }
}

function restText({ rollout, isDefault, rest }: Omit<RampEditorProps, "onChange">): string {
  if (isDefault) return `Everyone else gets ${variantText(rest ?? null)}.`;
  return rollout.onMiss === "default"
    ? "Everyone else gets the default."
    : "Everyone else continues with the next rule.";
}
