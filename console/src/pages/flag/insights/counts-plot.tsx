import type { JSX } from "preact";
import type { Flag, FlagUsage } from "../../../../../sdk/client/contract.ts";
import { timeText } from "../../../../../sdk/words/time.ts";
import {
  countsByVariant,
  type Metric,
  NO_VARIANT,
  STEP_MS,
  type VariantCounts,
} from "../../../state/flags/usage-view.ts";
import { instantText, LOCAL_ZONE, utcDayText } from "../../../state/wording.ts";
import { TableHead } from "../../../ui/table-head.tsx";
import { type Mark, StackedPlot } from "../../../ui/plots/stacked-plot.tsx";
import { variantColour } from "../../../state/flags/variant-colour.ts";

interface Props {
  flag: Flag;
  usage: FlagUsage;
  metric: Metric;
  marks: readonly Mark[];
}

/** The counts of each variant over time with the changes of the flag: a legend, a plot, and the same as a table. */
export function CountsPlot({ flag, usage, metric, marks }: Props): JSX.Element {
  const names = Object.keys(flag.variants);
  const stepMs = STEP_MS[usage.step];
  const [from, to] = [Date.parse(usage.from), Date.parse(usage.to)];
  const steps = Array.from({ length: Math.max(0, Math.round((to - from) / stepMs)) }, (_, i) => from + i * stepMs);
  const counts = countsByVariant(usage, metric, names, steps);
  const total = counts.reduce((sum, one) => sum + one.total, 0);
  const colour = (variant: string): number => variantColour(variant === NO_VARIANT ? "none" : variant, names);
  const stepText = (at: number): string => textOfStep(at, usage.step);
  return (
    <figure class="plot" aria-label={`Evaluations ${metric}, by variant`}>
      <figcaption>
        <ul class="legend">
          {counts.map((one) => (
            <li key={one.variant}>
              <span class={`swatch colour-${colour(one.variant)}`} aria-hidden="true" />
              {one.variant} {one.total.toLocaleString("en")}
              <span class="hint"> ({percent(one.total / total)})</span>
            </li>
          ))}
          {marks.length > 0 && (
            <li>
              <span class="swatch mark" aria-hidden="true" />
              {marks.length === 1 ? "1 change of the flag" : `${marks.length} changes of the flag`}
            </li>
          )}
        </ul>
      </figcaption>
      <StackedPlot
        title={`Evaluations ${metric}, by ${usage.step}`}
        layers={counts.map((one) => ({ name: one.variant, colour: colour(one.variant), values: one.values }))}
        steps={steps}
        stepMs={stepMs}
        marks={marks}
        stepText={stepText}
        endText={(at) => (usage.step === "day" ? utcDayText(at) : timeText(at, LOCAL_ZONE))}
      />
      <details>
        <summary>As a table</summary>
        <CountsTable counts={counts} steps={steps} marks={marks} stepMs={stepMs} stepText={stepText} />
      </details>
    </figure>
  );
}

/** The steps with counts or changes. */
function CountsTable({
  counts,
  steps,
  marks,
  stepMs,
  stepText,
}: {
  counts: readonly VariantCounts[];
  steps: readonly number[];
  marks: readonly Mark[];
  stepMs: number;
  stepText: (at: number) => string;
}): JSX.Element {
  const rows = steps
    .map((at, i) => ({
      at,
      values: counts.map(({ values }) => values[i] ?? 0),
      changes: marks.filter((mark) => mark.at >= at && mark.at < at + stepMs).map(({ label }) => label),
    }))
    .filter(({ values, changes }) => changes.length > 0 || values.some((value) => value > 0));
  return (
    <div class="sideways" role="region" aria-label="Evaluations as a table" tabIndex={0}>
      <table>
        <TableHead columns={["Time", ...counts.map(({ variant }) => variant), "Changes"]} />
        <tbody>
          {rows.map(({ at, values, changes }) => (
            <tr key={at}>
              <th scope="row">{stepText(at)}</th>
              {values.map((value, i) => (
                <td key={counts[i]?.variant}>{value.toLocaleString("en")}</td>
              ))}
              <td>{changes.join("; ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Hours are those of the browser's clock, with UTC beside them. Days are counted in UTC. */
function textOfStep(at: number, step: FlagUsage["step"]): string {
  return step === "day" ? utcDayText(at) : instantText(at);
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))}%`;
}
