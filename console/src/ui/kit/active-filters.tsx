import type { JSX } from "preact";
import { Icon } from "./icon.tsx";
import * as icons from "./icons.ts";

interface ActiveFilter {
  label: string;
  /** The value in words. */
  title: string;
  onRemove: () => void;
}

/** A chip for each active filter, which removes it, and a button that removes all of them. */
export function ActiveFilters({
  active,
  onClear,
}: {
  active: readonly ActiveFilter[];
  onClear: () => void;
}): JSX.Element | null {
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
