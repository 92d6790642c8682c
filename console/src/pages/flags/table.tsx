import type { JSX } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { environmentColour, environments } from "../../state/environments.ts";
import { type FlagFilter, type ListedFlag, type Sort, SORTS } from "../../state/flags/flag-filter.ts";
import { keepRows, keptPlace } from "../../state/page-place.ts";
import { Icon } from "../../ui/kit/icon.tsx";
import * as icons from "../../ui/kit/icons.ts";
import { type Column, FlagRow } from "./row.tsx";

/** The number of rows at first. More appear on demand, so that thousands of flags stay fast. */
const ROWS = 100;
/** With more environments, the table shows the current one and how many of the others have the flag on. */
const MOST_COLUMNS = 4;

interface Props {
  /** Identifies the search. Each search starts from the top. */
  query: string;
  flags: readonly ListedFlag[];
  /** The current environment. */
  environment: string;
  /** The keys of the flags that somebody else has just changed. */
  marked: ReadonlySet<string>;
  filter: FlagFilter;
  onFilter: (patch: Partial<FlagFilter>) => void;
  onToggle: (flag: ListedFlag, environment: string) => void;
}

export function FlagTable({ query, flags, environment, marked, filter, onFilter, onToggle }: Props): JSX.Element {
  const [grown, setGrown] = useState(() => ({ query, shown: Math.max(ROWS, keptPlace().rows) }));
  // Every search uses the same table, so that the rows that stay are not drawn again.
  const shown = grown.query === query ? grown.shown : ROWS;
  const rest = flags.length - shown;
  useLayoutEffect(() => keepRows(shown), [shown]);
  const known = environments.data.value ?? [];
  const isWide = known.length <= MOST_COLUMNS;
  const columns: Column[] = known.filter(({ key }) => isWide || key === environment);
  return (
    <>
      <table class="list flags">
        <colgroup>
          <col />
          {columns.map(({ key }) => (
            <col key={key} class="in-environment" />
          ))}
          {!isWide && <col class="in-environment" />}
          <col class="serves" />
          <col class="owner" />
          <col class="when" />
          <col class="when" />
        </colgroup>
        <thead>
          <tr>
            <SortHead name="key" title="Flag" filter={filter} onFilter={onFilter} />
            {columns.map(({ key, name }) => (
              <th key={key} scope="col" data-environment={environmentColour(key)}>
                <span class="environment-name" title={key === environment ? `${name}, the current environment` : name}>
                  {name}
                </span>
              </th>
            ))}
            {!isWide && <th scope="col">On in</th>}
            <th scope="col">Serves</th>
            <th scope="col">Owner</th>
            <SortHead name="evaluated" filter={filter} onFilter={onFilter} />
            <SortHead name="changed" filter={filter} onFilter={onFilter} />
          </tr>
        </thead>
        <tbody>
          {flags.slice(0, shown).map((flag) => (
            <FlagRow
              key={flag.key}
              flag={flag}
              environment={environment}
              columns={columns}
              total={isWide ? undefined : known.length}
              isMarked={marked.has(flag.key)}
              onTag={(tag) => onFilter({ tag })}
              onToggle={(name) => onToggle(flag, name)}
            />
          ))}
        </tbody>
      </table>
      {rest > 0 && (
        <button type="button" onClick={() => setGrown({ query, shown: shown + ROWS })}>
          Show {Math.min(ROWS, rest)} more ({rest} left)
        </button>
      )}
    </>
  );
}

/** The head of a column that orders the list. Another click turns the order round. */
function SortHead({
  name,
  title = SORTS[name],
  filter: { sort, reversed },
  onFilter,
}: { name: Sort; title?: string } & Pick<Props, "filter" | "onFilter">): JSX.Element {
  const isCurrent = sort === name;
  const isAscending = (name === "key") !== reversed;
  return (
    <th scope="col" aria-sort={isCurrent ? (isAscending ? "ascending" : "descending") : undefined}>
      <button
        type="button"
        class="sort"
        title={`Sort by ${SORTS[name].toLowerCase()}`}
        onClick={() => onFilter({ sort: name, reversed: isCurrent && !reversed })}
      >
        {title}
        {isCurrent && <Icon of={isAscending ? icons.moveUp : icons.moveDown} />}
      </button>
    </th>
  );
}
