import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { allPages } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { toggleFlag } from "../../state/flags/flag-changes.ts";
import {
  filterFlags,
  type FlagFilter,
  filterOfQuery,
  type ListedFlag,
  queryOfFilter,
} from "../../state/flags/flag-filter.ts";
import { useResource } from "../../state/resource.ts";
import { href, replaceQuery, route } from "../../state/route.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { Empty, Loaded } from "../../ui/states.tsx";
import { ArchivedFlags } from "./archived.tsx";
import { FlagFilters } from "./filters.tsx";
import { FlagTable } from "./table.tsx";

/** The delay between typing and the change of the address (milliseconds). */
const ADDRESS_DELAY_MS = 250;

/** All flags of the environment. The search and the filters are in the address. */
export function FlagsPage({ environment }: { environment: string }): JSX.Element {
  // The flags that have loaded so far, while more pages are loading.
  const early = useMemo(() => signal<readonly ListedFlag[] | undefined>(undefined), [environment]);
  const flags = useResource(() => readFlags(environment, (soFar) => (early.value = soFar)), [environment]);
  const shown = useMemo(() => ({ ...flags, data: computed(() => flags.data.value ?? early.value) }), [flags, early]);
  // The state is not part of the flag that is saved. It stays until the list is read again.
  const toggle = ({ state, ...flag }: ListedFlag): void =>
    void toggleFlag(environment, flag, (changed) => {
      const listed: ListedFlag = { ...(changed as Omit<Flag, "state">), ...(state === undefined ? {} : { state }) };
      flags.set((flags.data.peek() ?? []).map((other) => (other.key === changed.key ? listed : other)));
    });
  return (
    <>
      <header class="page">
        <h1>Flags</h1>
        <a class="button primary" href={href(["flags", "new"])} hidden={isReadOnly.value}>
          New flag
        </a>
      </header>
      <Loaded of={shown}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="No flags yet">
              <p>Create a flag once, then configure it in each environment.</p>
              {!isReadOnly.value && (
                <a class="button primary" href={href(["flags", "new"])}>
                  Create flag
                </a>
              )}
            </Empty>
          ) : (
            <FlagList all={all} isWhole={flags.data.value !== undefined} onToggle={toggle} />
          )
        }
      </Loaded>
    </>
  );
}

async function readFlags(
  environment: string,
  onPage: (soFar: readonly ListedFlag[]) => void,
): Promise<readonly ListedFlag[]> {
  const soFar: ListedFlag[] = [];
  return await allPages(async (cursor) => {
    const query = { limit: "200", cursor };
    const result = await client.call("listFlags", { path: { env: environment }, query });
    soFar.push(...result.body.items);
    onPage([...soFar]);
    return result;
  });
}

interface ListProps {
  all: readonly ListedFlag[];
  /** Whether all flags have loaded. */
  isWhole: boolean;
  onToggle: (flag: ListedFlag) => void;
}

function FlagList({ all, isWhole, onToggle }: ListProps): JSX.Element {
  const [filter, change] = useFilter();
  const tags = useMemo(() => [...new Set(all.flatMap((flag) => flag.tags ?? []))].toSorted(), [all]);
  const clear = (): void => change({ search: "", tag: "", kind: "", state: "", lifetime: "" });
  const matches = useMemo(() => filterFlags(all, filter, Date.now()), [all, filter]);
  return (
    <>
      <FlagFilters filter={filter} tags={tags} onChange={change} />
      {filter.state === "archived" ? (
        <ArchivedFlags search={filter.search.toLowerCase()} />
      ) : (
        <Matches all={all} matches={matches} filter={filter} isWhole={isWhole} onToggle={onToggle} onClear={clear} />
      )}
    </>
  );
}

function Matches({
  all,
  matches,
  filter,
  isWhole,
  onToggle,
  onClear,
}: ListProps & { matches: readonly ListedFlag[]; filter: FlagFilter; onClear: () => void }): JSX.Element {
  return (
    <>
      <p class="hint" role="status">
        {matches.length === all.length ? `${all.length} flags` : `${matches.length} of ${all.length} flags`}
        {!isWhole && ", loading more…"}
      </p>
      {matches.length === 0 ? (
        <Empty title="No flags match">
          <button type="button" onClick={onClear}>
            Show all flags
          </button>
        </Empty>
      ) : (
        <FlagTable
          query={JSON.stringify(filter)}
          flags={matches}
          sort={filter.sort}
          isLocked={!isWhole}
          onToggle={onToggle}
        />
      )}
    </>
  );
}

/** Returns the filter and a function that changes it. The filter changes at once, the address a moment later. */
function useFilter(): [FlagFilter, (patch: Partial<FlagFilter>) => void] {
  const { query } = route.value;
  const [filter, setFilter] = useState(() => filterOfQuery(query));
  const settling = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const change = (patch: Partial<FlagFilter>): void => {
    const next = { ...filter, ...patch };
    setFilter(next);
    clearTimeout(settling.current);
    settling.current = setTimeout(() => {
      settling.current = undefined;
      replaceQuery(queryOfFilter(next));
    }, ADDRESS_DELAY_MS);
  };
  // A link to this page can change the filter, too.
  const linked = JSON.stringify(filterOfQuery(query));
  useEffect(() => {
    if (settling.current === undefined) setFilter(JSON.parse(linked) as FlagFilter);
  }, [linked]);
  useEffect(() => () => clearTimeout(settling.current), []);
  return [filter, change];
}
