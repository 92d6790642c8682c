import type { JSX } from "preact";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { InstantInput } from "../fields/instant-input.tsx";
import { ParsedInput } from "../fields/parsed-input.tsx";
import { parsePercent, percentInputText } from "../fields/percent.ts";
import { ProblemText } from "../fields/problems.tsx";
import { Checkbox } from "../fields/text-input.tsx";
import { type Ramp, spanOf } from "./ramp.ts";
import { RampPlot } from "./ramp-plot.tsx";
import type { Weights } from "./weights.ts";

const WEEK_MS = 7 * 86_400_000;

/** Edits a ramp: a linear change of the served share between two instants. */
export function RampEditor({
  ramp,
  weights,
  onChange,
  pointer,
}: {
  ramp: Ramp | undefined;
  weights: Weights;
  onChange: (ramp: Ramp | undefined) => void;
  pointer: string;
}): JSX.Element {
  const now = Date.now();
  const span = ramp && spanOf(ramp);
  return (
    <div class="ramp" data-pointer={pointer} tabIndex={-1}>
      <Checkbox
        label="Ramp over time"
        isChecked={ramp !== undefined}
        onChange={(isChecked) => onChange(isChecked ? nextWeek(now) : undefined)}
        pointer={`${pointer}/-`}
      />
      {ramp !== undefined && (
        <>
          <div class="leaf">
            {(["from", "to"] as const).map((side) => (
              <ParsedInput
                key={side}
                label={side === "from" ? "Start at (% of each share)" : "End at (% of each share)"}
                value={ramp[side]}
                format={percentInputText}
                parse={parsePercent}
                onChange={(share) => onChange({ ...ramp, [side]: share })}
                pointer={`${pointer}/${side}`}
                inputMode="decimal"
              />
            ))}
            {(["startAt", "endAt"] as const).map((side) => (
              <InstantInput
                key={side}
                label={side === "startAt" ? "Starts" : "Ends"}
                value={ramp[side]}
                onChange={(instant) => onChange({ ...ramp, [side]: instant ?? "" })}
                pointer={`${pointer}/${side}`}
              />
            ))}
          </div>
          {span === undefined ? (
            <span class="problem">The end must be after the start.</span>
          ) : (
            <RampPlot weights={weights} ramp={ramp} span={span} now={now} />
          )}
        </>
      )}
      <ProblemText pointer={pointer} />
    </div>
  );
}

function nextWeek(now: number): Ramp {
  const hour = Math.ceil(now / 3_600_000) * 3_600_000;
  const text = (at: number): string => new Date(at).toISOString().replace(".000Z", "Z");
  return { from: 0, to: WEIGHT_TOTAL, startAt: text(hour), endAt: text(hour + WEEK_MS) };
}
