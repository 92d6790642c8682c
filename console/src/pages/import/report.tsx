import type { JSX, RefObject } from "preact";
import { useState } from "preact/hooks";
import type { ImportReport } from "../../../../sdk/import/index.ts";
import { countsOf, type ReportRow, rowsOf } from "../../../../sdk/import/report.ts";
import { OUTCOMES } from "../../../../sdk/import/types.ts";
import { formOf } from "../../state/import/systems.ts";
import { TableHead } from "../../ui/table-head.tsx";
import { saveFile } from "../../ui/save-file.ts";
import { ShowMore } from "../../ui/words/show-more.tsx";

/** The number of rows at first. More appear on demand. */
const ROWS = 200;

/** The outcome of every flag and segment, which can be filtered and downloaded. */
export function Report({
  report,
  heading,
}: {
  report: ImportReport;
  heading: RefObject<HTMLHeadingElement | null>;
}): JSX.Element {
  const [outcome, setOutcome] = useState("");
  const { system, entries } = report;
  const { flags, text } = countsOf(report);
  return (
    <section class="card" aria-labelledby="report">
      <div class="heading">
        <h2 id="report" ref={heading} tabIndex={-1}>
          Report
        </h2>
        <button
          type="button"
          onClick={() => saveFile(`${system}-report.json`, `${JSON.stringify(report, undefined, 2)}\n`)}
        >
          Download as JSON
        </button>
      </div>
      <p role="status">
        {flags} flags of {formOf(system).label}: {text}
      </p>
      <div class="filters">
        <select aria-label="Outcome" value={outcome} onChange={(event) => setOutcome(event.currentTarget.value)}>
          <option value="">Outcome: all ({entries.length})</option>
          {OUTCOMES.map((one) => (
            <option key={one} value={one}>
              Outcome: {one} ({entries.filter((entry) => entry.outcome === one).length})
            </option>
          ))}
        </select>
      </div>
      <ReportTable key={outcome} rows={rowsOf(entries.filter((one) => outcome === "" || one.outcome === outcome))} />
    </section>
  );
}

function ReportTable({ rows }: { rows: readonly ReportRow[] }): JSX.Element {
  const [shown, setShown] = useState(ROWS);
  const rest = rows.length - shown;
  return (
    <>
      <table class="list report">
        <TableHead columns={["Key", "Kind", "Outcome", "Place", "Note"]} />
        <tbody>
          {rows.slice(0, shown).map(({ key, kind, outcome, place, note }, i) => (
            <tr key={i}>
              <td class="wide">{key}</td>
              <td data-label="Kind">{kind}</td>
              <td data-label="Outcome" class={outcome === "not importable" ? "bad" : undefined}>
                {outcome}
              </td>
              <td data-label="Place">
                <code>{place}</code>
              </td>
              <td data-label="Note">{note}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ShowMore rest={rest} step={ROWS} onMore={() => setShown(shown + ROWS)} />
    </>
  );
}
