import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { allPages } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { toggleFlag } from "../../state/flags/flag-changes.ts";
import { filterFlags, type FlagFilter, filterOfQuery, queryOfFilter } from "../../state/flags/flag-filter.ts";
import { useResource } from "../../state/resource.ts";
import { href, replaceQuery, route } from "../../state/route.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { STALE_DAYS } from "../../state/flags/staleness.ts";
import { Empty, Loaded } from "../../ui/states.tsx";
import { FlagFilters } from "./filters.tsx";
import { FlagTable } from "./table.tsx";

/** The address follows typing after this (ms). */
const SETTLED_MS = 250;

/** Every flag of the environment, searched and filtered here: what is shown is in the address. */
export function FlagsPage({ environment }: { environment: string }): JSX.Element {
  // What is read already, while more is on its way.
  const early = useMemo(() => signal<readonly Flag[] | undefined>(undefined), [environment]);
  const flags = useResource(() => readFlags(environment, (soFar) => (early.value = soFar)), [environment]);
  const shown = useMemo(() => ({ ...flags, data: computed(() => flags.data.value ?? early.value) }), [flags, early]);
  const toggle = (flag: Flag): void =>
    void toggleFlag(environment, flag, (changed) =>
      flags.set((flags.data.peek() ?? []).map((other) => (other.key === changed.key ? changed : other))),
    );
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
            <Empty title="No flags here yet">
              <p>A flag is made once and configured in each environment.</p>
              {!isReadOnly.value && (
                <a class="button primary" href={href(["flags", "new"])}>
                  Make the first one
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

async function readFlags(environment: string, onPage: (soFar: readonly Flag[]) => void): Promise<readonly Flag[]> {
  const soFar: Flag[] = [];
  return await allPages(async (cursor) => {
    const query = { limit: "200", cursor };
    const result = await client.call("listFlags", { path: { env: environment }, query });
    soFar.push(...result.answer.items);
    onPage([...soFar]);
    return result;
  });
}

interface ListProps {
  all: readonly Flag[];
  /** Whether nothing is on its way any more. */
  isWhole: boolean;
  onToggle: (flag: Flag) => void;
}

function FlagList({ all, isWhole, onToggle }: ListProps): JSX.Element {
  const [filter, change] = useFilter();
  const tags = useMemo(() => [...new Set(all.flatMap((flag) => flag.tags ?? []))].toSorted(), [all]);
  const matches = useMemo(() => filterFlags(all, filter, Date.now()), [all, filter]);
  return (
    <>
      <FlagFilters filter={filter} tags={tags} onChange={change} />
      <p class="hint" role="status">
        {matches.length === all.length ? `${all.length} flags` : `${matches.length} of ${all.length} flags`}
        {!isWhole && ", reading more …"}
      </p>
      {filter.state === "stale" && (
        <p class="hint">
          Stale: unchanged for {STALE_DAYS} days, and everybody gets the same whatever their context, so that the code
          may do without the flag. Who lacks the attribute that a rollout goes by is left aside, and switches never
          count: lying still is what they are for.
        </p>
      )}
      {matches.length === 0 ? (
        <Empty title="No flag is like that">
          <button type="button" onClick={() => change({ search: "", tag: "", kind: "", state: "" })}>
            Show all {all.length}
          </button>
        </Empty>
      ) : (
        <FlagTable
          question={JSON.stringify(filter)}
          flags={matches}
          sort={filter.sort}
          isLocked={!isWhole}
          onToggle={onToggle}
        />
      )}
    </>
  );
}

/** What is typed counts at once; the address says it a moment later. */
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
    }, SETTLED_MS);
  };
  // A link to this page with another question, or with none.
  const asked = JSON.stringify(filterOfQuery(query));
  useEffect(() => {
    if (settling.current === undefined) setFilter(JSON.parse(asked) as FlagFilter);
  }, [asked]);
  useEffect(() => () => clearTimeout(settling.current), []);
  return [filter, change];
}
