import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { favourites } from "../../state/flags/kept/favourites.ts";
import { toggleFlag } from "../../state/flags/flag-changes.ts";
import {
  compareNames,
  filterFlags,
  type FlagFilter,
  filterOfQuery,
  type ListedFlag,
  NO_FILTER,
  queryOfFilter,
  sortFlags,
} from "../../state/flags/flag-filter.ts";
import { type FlagList, flagListOf, flagOfRow } from "../../state/flags/flag-list.ts";
import { announced, isFollowingAll, versionsElsewhere } from "../../state/live/live.ts";
import { notifyFailure } from "../../state/notices.ts";
import { href, replaceQuery, route } from "../../state/route.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { useUndone } from "../../state/undone.ts";
import { Empty, Loaded, Skeleton } from "../../ui/states.tsx";
import { FirstSteps } from "../first-steps/first-steps.tsx";
import { ArchivedFlags } from "./archived.tsx";
import { BulkBar } from "./bulk/bulk-bar.tsx";
import { FlagFilters } from "./filters.tsx";
import { FlagTable } from "./table.tsx";

/** The delay between typing and the change of the address (milliseconds). */
const ADDRESS_DELAY_MS = 250;
/** More rows than a screen has room for. The rest does not show. */
const SKELETON_ROWS = 40;
/** How often the list checks the environments that no stream follows (milliseconds). */
const ELSEWHERE_MS = 15_000;

/** All flags of the environment. The search and the filters are in the address. */
export function FlagsPage({ environment }: { environment: string }): JSX.Element {
  const list = flagListOf(environment);
  useFresh(list);
  // A change stream brings this too, where there is one.
  useUndone(() => void list.reload());
  return (
    <>
      <header class="page">
        <h1>Flags</h1>
        <a class="button primary" href={href(["flags", "new"])} hidden={isReadOnly.value}>
          New flag
        </a>
      </header>
      {list.isWhole.value && <FirstSteps environment={environment} flags={list.data.value ?? []} />}
      <Loaded of={list} skeleton={<Skeleton rows={SKELETON_ROWS} of="flag-rows" />}>
        {(all) =>
          all.length === 0 && list.isWhole.value ? (
            <Empty title="No flags yet">
              <p>Create a flag once, then configure it in each environment.</p>
              {!isReadOnly.value && (
                <a class="button primary" href={href(["flags", "new"])}>
                  Create flag
                </a>
              )}
            </Empty>
          ) : (
            <Flags list={list} all={all} />
          )
        }
      </Loaded>
    </>
  );
}

/** Reads the list at the first visit. Later, and while it is shown, reads only what has changed. */
function useFresh(list: FlagList): void {
  // Before the page is drawn, because the rows wait for this request.
  useLayoutEffect(() => {
    if (!list.isWhole.peek()) void list.reload();
  }, [list]);
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === "visible" && !isFollowingAll()) void list.lookElsewhere();
    };
    const timer = setInterval(look, ELSEWHERE_MS);
    look();
    return () => clearInterval(timer);
  }, [list]);
  useSignalEffect(() => {
    const news = announced.value;
    if (news?.environment === list.environment) void list.catchUp(news.environment, news.version);
  });
  useSignalEffect(() => {
    for (const [key, version] of versionsElsewhere.value) if (key !== list.environment) void list.catchUp(key, version);
  });
}

/** Turns a flag on or off in the environment of a column. */
async function toggle(list: FlagList, row: ListedFlag, environment: string): Promise<void> {
  const { key } = row;
  if (environment === list.environment) {
    return await toggleFlag(environment, flagOfRow(row), (changed) => list.show(key, changed));
  }
  try {
    const { body } = await client.call("getFlag", { path: { env: environment, key } });
    // The list may show an older state than the one that the person would change now.
    const isCurrent = !list.showElsewhere(environment, key, body.enabled);
    if (isCurrent) {
      await toggleFlag(environment, body, ({ enabled }) => list.showElsewhere(environment, key, enabled));
    }
  } catch (error) {
    notifyFailure(`Could not read ${key} in ${environment}`, error);
  }
}

function Flags({ list, all }: { list: FlagList; all: readonly ListedFlag[] }): JSX.Element {
  const [filter, change] = useFilter();
  const tags = useMemo(() => [...new Set(all.flatMap((flag) => flag.tags ?? []))].toSorted(compareNames), [all]);
  const owners = useMemo(() => [...new Set(all.flatMap(({ owner }) => owner || []))].toSorted(compareNames), [all]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const ordered = useMemo(() => sortFlags(all, filter), [all, filter.sort, filter.reversed]);
  const { flags, isSimilar } = useMemo(
    () => filterFlags(ordered, filter, Date.now(), favourites.value),
    [ordered, filter, favourites.value],
  );
  return (
    <>
      <FlagFilters filter={filter} tags={tags} owners={owners} onChange={change} />
      {filter.state === "archived" ? (
        <ArchivedFlags search={filter.search.toLowerCase()} />
      ) : (
        <>
          <p class="hint" role="status">
            {isSimilar
              ? `No flag matches exactly. ${flags.length} ${flags.length === 1 ? "key is" : "keys are"} similar.`
              : countText(flags.length, all.length)}
            {!list.isWhole.value && ", loading more…"}
          </p>
          {selected.size > 0 && (
            <BulkBar
              environment={list.environment}
              selected={selected}
              found={flags.length}
              onSelectAll={() => setSelected(new Set(flags.map(({ key }) => key)))}
              onClear={() => setSelected(new Set())}
              onWritten={() => void list.reload()}
            />
          )}
          {flags.length === 0 && list.isWhole.value ? (
            <Empty title="No flags match">
              <button type="button" onClick={() => change(NO_FILTER)}>
                Show all flags
              </button>
            </Empty>
          ) : (
            <FlagTable
              query={JSON.stringify(filter)}
              flags={flags}
              isWhole={list.isWhole.value}
              environment={list.environment}
              marked={list.marked.value}
              filter={filter}
              selected={isReadOnly.value ? undefined : selected}
              onSelect={(keys, isSelected) => setSelected(withKeys(selected, keys, isSelected))}
              onFilter={change}
              onToggle={(row, environment) => void toggle(list, row, environment)}
            />
          )}
        </>
      )}
    </>
  );
}

function withKeys(selected: ReadonlySet<string>, keys: readonly string[], isSelected: boolean): ReadonlySet<string> {
  return isSelected ? selected.union(new Set(keys)) : selected.difference(new Set(keys));
}

function countText(found: number, total: number): string {
  return found === total ? `${total} flags` : `${found} of ${total} flags`;
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
