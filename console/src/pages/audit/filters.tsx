import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { go } from "../../state/route.ts";
import { LOCAL_ZONE } from "../../state/wording.ts";
import { ActiveFilters } from "../../ui/kit/active-filters.tsx";
import { instantOfLocal, localControlText } from "../../ui/fields/local-instant.ts";
import { Icon } from "../../ui/kit/icon.tsx";
import * as icons from "../../ui/kit/icons.ts";
import { ENTITIES } from "./change.ts";

type Query = Record<string, string | undefined>;

/** The search and the type, the rarer filters behind one button, and a chip for each of them that is active. */
export function AuditFilters({ given }: { given: Query }): JSX.Element {
  const id = useId();
  const { entity, key, actor, text, since, until } = given;
  const filter = (query: Query): void => go(["audit"], { entity, key, actor, text, since, until, ...query });
  const active = [
    { label: "Key", title: key, onRemove: () => filter({ key: undefined }) },
    { label: "Author", title: actor, onRemove: () => filter({ actor: undefined }) },
    { label: "Since", title: timeText(since), onRemove: () => filter({ since: undefined }) },
    { label: "Until", title: timeText(until), onRemove: () => filter({ until: undefined }) },
  ];
  return (
    <search class="filter-bar">
      <div class="filters">
        <input
          type="search"
          aria-label="Text in the key, the note or the author"
          placeholder="Part of a key, a note or an author"
          value={text ?? ""}
          onChange={(event) => filter({ text: event.currentTarget.value.trim() })}
        />
        <select
          aria-label="Type"
          value={entity ?? ""}
          onChange={(event) => filter({ entity: event.currentTarget.value })}
        >
          <option value="">All types</option>
          {Object.entries(ENTITIES).map(([name, { plural }]) => (
            <option key={name} value={name}>
              {plural}
            </option>
          ))}
        </select>
        <button type="button" class="menu-button" popovertarget={id}>
          <Icon of={icons.filter} /> Filter
        </button>
      </div>
      <div id={id} class="menu filter-panel" popover="auto" role="group" aria-label="Filters">
        <label class="field whole">
          <span>Author</span>
          <input
            type="search"
            placeholder="Name or id of an admin token"
            value={actor ?? ""}
            onChange={(event) => filter({ actor: event.currentTarget.value.trim() })}
          />
        </label>
        <TimeFilter label={`Since (${LOCAL_ZONE})`} value={since} onChange={(instant) => filter({ since: instant })} />
        <TimeFilter label={`Until (${LOCAL_ZONE})`} value={until} onChange={(instant) => filter({ until: instant })} />
      </div>
      <ActiveFilters
        active={active.flatMap(({ title = "", ...one }) => (title === "" ? [] : [{ ...one, title }]))}
        onClear={() => go(["audit"], { entity, text })}
      />
    </search>
  );
}

function timeText(instant: string | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toLocaleString();
}

interface TimeFilterProps {
  label: string;
  value: string | undefined;
  onChange: (instant: string | undefined) => void;
}

function TimeFilter({ label, value, onChange }: TimeFilterProps): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="datetime-local"
        value={localControlText(value)}
        onChange={(event) => onChange(instantOfLocal(event.currentTarget.value))}
      />
    </label>
  );
}
