/** Tabs whose selection is in the address, so that it survives a reload and can be sent to somebody. */
import type { ComponentChildren, JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { replaceQuery, route } from "../../state/route.ts";

export interface Tab {
  /** The name in the address: `history` in `#/flags/checkout?tab=history`. */
  id: string;
  label: string;
  /** A short mark after the label, such as a count. It is part of the tab's name for screen readers. */
  mark?: ComponentChildren;
  panel: () => ComponentChildren;
  /** Whether the panel stays mounted once it has been shown, because it has text that must not be lost. */
  isKept?: boolean;
}

interface Props {
  /** Names the list of tabs for screen readers. */
  label: string;
  tabs: readonly Tab[];
  /** The name in the query of the address. A page with two lists of tabs needs two names. */
  query?: string;
}

/** Returns the id of the selected tab: the one in the address, or the first. */
export function selectedTab(tabs: readonly Pick<Tab, "id">[], query = "tab"): string | undefined {
  const wanted = route.value.query[query];
  return (tabs.find(({ id }) => id === wanted) ?? tabs[0])?.id;
}

/** Selects a tab. This asks nothing about unsaved changes, because the page stays. */
export function selectTab(tabs: readonly Pick<Tab, "id">[], id: string, query = "tab"): void {
  replaceQuery({ ...route.peek().query, [query]: id === tabs[0]?.id ? undefined : id });
}

export function Tabs({ label, tabs, query = "tab" }: Props): JSX.Element {
  const prefix = useId();
  const shown = useRef(new Set<string>());
  const selected = selectedTab(tabs, query);
  if (selected !== undefined) shown.current.add(selected);
  const idOf = (part: "tab" | "panel", id: string): string => `${prefix}-${part}-${id}`;
  const move = (event: KeyboardEvent): void => {
    const here = tabs.findIndex(({ id }) => id === selected);
    const to = { ArrowRight: (here + 1) % tabs.length, ArrowLeft: here - 1, Home: 0, End: -1 }[event.key];
    const tab = to === undefined ? undefined : tabs.at(to);
    if (tab === undefined) return;
    event.preventDefault();
    selectTab(tabs, tab.id, query);
    document.getElementById(idOf("tab", tab.id))?.focus();
  };
  return (
    <div class="tabs">
      <div class="tab-list" role="tablist" aria-label={label} data-roving onKeyDown={move}>
        {tabs.map(({ id, label, mark }) => (
          <button
            key={id}
            id={idOf("tab", id)}
            type="button"
            role="tab"
            aria-selected={id === selected}
            aria-controls={id === selected ? idOf("panel", id) : undefined}
            tabIndex={id === selected ? 0 : -1}
            onClick={() => selectTab(tabs, id, query)}
          >
            {label}
            {mark !== undefined && <span class="mark"> {mark}</span>}
          </button>
        ))}
      </div>
      {tabs
        .filter(({ id, isKept }) => id === selected || (isKept === true && shown.current.has(id)))
        .map(({ id, panel }) => (
          <div
            key={id}
            id={idOf("panel", id)}
            class="tab-panel"
            role="tabpanel"
            aria-labelledby={idOf("tab", id)}
            tabIndex={0}
            hidden={id !== selected}
          >
            {panel()}
          </div>
        ))}
    </div>
  );
}
