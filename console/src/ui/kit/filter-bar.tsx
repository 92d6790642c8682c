import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./icon.tsx";
import * as icons from "./icons.ts";

interface ActiveFilter {
  label: string;
  /** The value in words. */
  title: string;
  onRemove: () => void;
}

interface Props {
  /** The fields that are always in view. */
  children: ComponentChildren;
  /** The rarer filters, behind one button. */
  panel: ComponentChildren;
  /** More buttons, after that of the filters. */
  after?: ComponentChildren;
  active: readonly ActiveFilter[];
  onClear: () => void;
}

/** The search of a list, the rarer filters behind one button, and a chip for each filter that is active. */
export function FilterBar({ children, panel, after, active, onClear }: Props): JSX.Element {
  const id = useId();
  return (
    <search class="filter-bar">
      <div class="filters">
        {children}
        <button type="button" class="menu-button" popovertarget={id}>
          <Icon of={icons.filter} /> Filter
        </button>
        {after}
      </div>
      <div id={id} class="menu filter-panel" popover="auto" role="group" aria-label="Filters">
        {panel}
      </div>
      <ActiveFilters active={active} onClear={onClear} />
    </search>
  );
}

/** A chip for each active filter, which removes it, and a button that removes all of them. */
function ActiveFilters({ active, onClear }: Pick<Props, "active" | "onClear">): JSX.Element | null {
  if (active.length === 0) return null;
  return (
    <ul class="chips" aria-label="Active filters">
      {active.map(({ label, title, onRemove }) => (
        <li key={label}>
          <button type="button" class="tag" aria-label={`Remove filter ${label}: ${title}`} onClick={onRemove}>
            {label}: {title} <Icon of={icons.close} />
          </button>
        </li>
      ))}
      <li>
        <button type="button" class="link" onClick={onClear}>
          Clear filters
        </button>
      </li>
    </ul>
  );
}
