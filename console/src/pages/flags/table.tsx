import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { environmentColour, environments } from "../../state/environments.ts";
import { favourites } from "../../state/flags/kept/favourites.ts";
import { type FlagFilter, type ListedFlag, type Sort, SORTS } from "../../state/flags/flag-filter.ts";
import { seriesOf } from "../../state/flags/usage/series-in-view.ts";
import { keepRows, keptPlace } from "../../state/page-place.ts";
import { Icon } from "../../ui/kit/icon.tsx";
import * as icons from "../../ui/kit/icons.ts";
import { ShowMore } from "../../ui/words/show-more.tsx";
import { type Column, FlagRow } from "./row.tsx";

/** The number of rows at first. More appear on demand, so that thousands of flags stay fast. */
const ROWS = 100;
/** With more environments, the table shows the current one and how many of the others have the flag on. */
const MOST_COLUMNS = 4;

interface Props {
  /** Identifies the search. Each search starts from the top. */
  query: string;
  flags: readonly ListedFlag[];
  /** Whether all flags have arrived. */
  isWhole: boolean;
  /** The current environment. */
  environment: string;
  /** The keys of the flags that somebody else has just changed. */
  marked: ReadonlySet<string>;
  filter: FlagFilter;
  /** The keys of the selected flags. `undefined` if there is nothing to select flags for. */
  selected: ReadonlySet<string> | undefined;
  onSelect: (keys: readonly string[], isSelected: boolean) => void;
  onFilter: (patch: Partial<FlagFilter>) => void;
  onToggle: (flag: ListedFlag, environment: string) => void;
}

export function FlagTable({
  query,
  flags,
  isWhole,
  environment,
  marked,
  filter,
  selected,
  onSelect,
  onFilter,
  onToggle,
}: Props): JSX.Element {
  const [grown, setGrown] = useState(() => ({ query, shown: Math.max(ROWS, keptPlace().rows) }));
  // Every search uses the same table, so that the rows that stay are not drawn again.
  const shown = grown.query === query ? grown.shown : ROWS;
  const rest = flags.length - shown;
  useEffect(() => keepRows(shown), [shown]);
  const keys = flags.slice(0, shown).map(({ key }) => key);
  // After all rows have arrived: nobody waits for these numbers.
  useEffect(() => {
    if (isWhole) seriesOf(environment).want(keys);
  }, [environment, isWhole, keys.join()]);
  const known = environments.data.value ?? [];
  const isWide = known.length <= MOST_COLUMNS;
  const columns: Column[] = useMemo(
    () => known.filter(({ key }) => isWide || key === environment),
    [known, isWide, environment],
  );
  const select = useRanges(flags, selected, onSelect);
  // The rows keep the first handlers that they get.
  const latest = useRef({ onFilter, onToggle, select });
  latest.current = { onFilter, onToggle, select };
  return (
    <>
      <table
        class={`list flags ${columns.length > 2 ? "many-columns" : ""} ${columns.length > 3 ? "most-columns" : ""}`}
      >
        <Widths columns={columns} isWide={isWide} isSelectable={selected !== undefined} />
        <Head {...{ columns, isWide, environment, filter, onFilter }} isSelectable={selected !== undefined} />
        <tbody>
          {flags.slice(0, shown).map((flag) => (
            <FlagRow
              key={flag.key}
              flag={flag}
              environment={environment}
              columns={columns}
              total={isWide ? undefined : known.length}
              isMarked={marked.has(flag.key)}
              isFavourite={favourites.value.has(flag.key)}
              isSelected={selected?.has(flag.key)}
              onSelect={(one, isRange) => latest.current.select(one.key, isRange)}
              onTag={(tag) => latest.current.onFilter({ tag })}
              onToggle={(one, name) => latest.current.onToggle(one, name)}
            />
          ))}
        </tbody>
      </table>
      <ShowMore rest={rest} step={ROWS} onMore={() => setGrown({ query, shown: shown + ROWS })} />
    </>
  );
}

/** Returns a function that selects a flag, or no longer selects it; in a range, all flags from the last one to this. */
function useRanges(
  flags: readonly ListedFlag[],
  selected: ReadonlySet<string> | undefined,
  onSelect: Props["onSelect"],
): (key: string, isRange: boolean) => void {
  const last = useRef<string | undefined>(undefined);
  return (key, isRange) => {
    const isSelected = selected?.has(key) !== true;
    const [from = -1, to = -1] = [last.current, key].map((one) => flags.findIndex((flag) => flag.key === one));
    last.current = key;
    const isFromOther = isRange && from !== -1;
    const range = isFromOther ? flags.slice(Math.min(from, to), Math.max(from, to) + 1) : [{ key }];
    onSelect(
      range.map((flag) => flag.key),
      isSelected,
    );
  };
}

type Shown = Pick<Props, "environment" | "filter" | "onFilter"> & {
  columns: readonly Column[];
  isWide: boolean;
  isSelectable: boolean;
};

function Head({ columns, isWide, environment, filter, onFilter, isSelectable }: Shown): JSX.Element {
  return (
    <thead>
      <tr>
        {isSelectable && (
          <th scope="col">
            <span class="visually-hidden">Select</span>
          </th>
        )}
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
        <SortHead name="evaluated" filter={filter} onFilter={onFilter} />
        <SortHead name="changed" filter={filter} onFilter={onFilter} />
      </tr>
    </thead>
  );
}

/** The widths of the columns, which no content changes. */
function Widths({ columns, isWide, isSelectable }: Pick<Shown, "columns" | "isWide" | "isSelectable">): JSX.Element {
  return (
    <colgroup>
      {isSelectable && <col class="select" />}
      <col />
      {columns.map(({ key }) => (
        <col key={key} class="in-environment" />
      ))}
      {!isWide && <col class="in-environment" />}
      <col class="serves" />
      <col class="evaluated" />
      <col class="changed" />
    </colgroup>
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
