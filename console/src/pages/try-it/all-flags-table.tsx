import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { ShowMore } from "../../ui/words/show-more.tsx";
import { type Evaluated, type FlagRow, isSame, type Table } from "../../state/try-it/results-table.ts";
import { reasonWord, resultName } from "../../state/try-it/reasons.ts";
import { variantColour } from "../../state/flags/variant-colour.ts";

/** The number of rows at first. More appear on demand, so that thousands of flags stay fast. */
const ROWS = 100;

/** The cell whose reasons are shown. */
export interface Selected {
  flag: string;
  environment: string;
}

interface Props {
  table: Table;
  selected: Selected | undefined;
  onSelect: (cell: Selected) => void;
}

/** The results of all flags, one column for each environment. */
export function ResultsTable({ table, selected, onSelect }: Props): JSX.Element {
  const [search, setSearch] = useState("");
  const [isFiltered, setIsFiltered] = useState(false);
  const [grown, setGrown] = useState({ query: "", shown: ROWS });
  const id = useId();
  const query = `${isFiltered} ${search}`;
  const wanted = search.trim().toLowerCase();
  const differing = table.rows.filter(({ isDifferent }) => isDifferent).length;
  const rows = table.rows.filter(
    ({ flag, isDifferent }) => (!isFiltered || isDifferent) && flag.toLowerCase().includes(wanted),
  );
  const shown = grown.query === query ? grown.shown : ROWS;
  const rest = rows.length - shown;
  return (
    <section class="card stack results" aria-labelledby={id}>
      <h2 id={id}>All flags</h2>
      <search class="filters">
        <input
          type="search"
          aria-label="Search flags"
          placeholder="Search by key"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        <label class="choice">
          <input
            type="checkbox"
            checked={isFiltered}
            onChange={(event) => setIsFiltered(event.currentTarget.checked)}
          />
          Only differences
        </label>
      </search>
      <p class="hint" role="status">
        {countText(rows.length)} shown.{" "}
        {differing === 0
          ? "The environments agree on all flags."
          : `${countText(differing)} differ between environments.`}
      </p>
      <ColumnProblems table={table} />
      <div class="matrix-frame" role="region" aria-labelledby={id} tabIndex={0}>
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col">Flag</th>
              {table.columns.map(({ environment, version }) => (
                <th key={environment} scope="col">
                  {environment}
                  {version !== undefined && <span class="hint"> version {version}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row) => (
              <Row key={row.flag} row={row} table={table} selected={selected} onSelect={onSelect} />
            ))}
          </tbody>
        </table>
      </div>
      <ShowMore rest={rest} step={ROWS} onMore={() => setGrown({ query, shown: shown + ROWS })} />
    </section>
  );
}

function ColumnProblems({ table }: { table: Table }): JSX.Element {
  return (
    <>
      {table.columns.map(({ environment, problem }) =>
        problem === undefined ? null : (
          <p key={environment} class="banner failed">
            {environment} could not be evaluated. {problem}
          </p>
        ),
      )}
    </>
  );
}

function countText(count: number): string {
  return `${count.toLocaleString("en")} ${count === 1 ? "flag" : "flags"}`;
}

function Row({ row, table, selected, onSelect }: { row: FlagRow } & Props): JSX.Element {
  const { flag, cells, isDifferent } = row;
  return (
    <tr>
      <th scope="row">
        {flag}
        {isDifferent && <span class="tag differs">differs</span>}
      </th>
      {table.columns.map(({ environment, problem }, i) => {
        const cell = cells[i];
        const isOther = i > 0 && problem === undefined && !isSame(cell, cells[0]);
        return (
          <td key={environment} class={isOther ? "differs" : undefined}>
            {cell === undefined ? (
              <span class="hint">{problem === undefined ? "no such flag" : "not known"}</span>
            ) : (
              <button
                type="button"
                class="cell"
                aria-pressed={selected?.flag === flag && selected.environment === environment}
                onClick={() => onSelect({ flag, environment })}
              >
                <CellText cell={cell} />
                <span class="visually-hidden">
                  {`, ${flag} in ${environment}${isOther ? `, differs from ${table.columns[0]?.environment}` : ""}`}
                </span>
              </button>
            )}
          </td>
        );
      })}
    </tr>
  );
}

function CellText({ cell }: { cell: Evaluated }): JSX.Element {
  const name = resultName(cell);
  const value = cell.value === undefined ? undefined : JSON.stringify(cell.value);
  // A boolean variant "on" has nothing to add.
  const shows = value !== undefined && typeof cell.value !== "boolean" && value !== name && value !== `"${name}"`;
  return (
    <>
      <span class={`swatch colour-${variantColour(name, [])}`} aria-hidden="true" />
      <strong>{name}</strong>
      {shows && <span class="value"> {value}</span>} <span class="hint">{reasonWord(cell)}</span>
    </>
  );
}
