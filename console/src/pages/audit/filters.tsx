import type { JSX } from "preact";
import { go } from "../../state/route.ts";
import { instantText, LOCAL_ZONE } from "../../state/wording.ts";
import { FilterBar } from "../../ui/kit/filter-bar.tsx";
import { instantOfLocal, localControlText } from "../../ui/fields/local-instant.ts";
import { ENTITIES } from "./change.ts";

type Query = Record<string, string | undefined>;

/** The search and the type, the rarer filters behind one button, and a chip for each of them that is active. */
export function AuditFilters({ given }: { given: Query }): JSX.Element {
  const { entity, key, actor, text, since, until } = given;
  const filter = (query: Query): void => go(["audit"], { entity, key, actor, text, since, until, ...query });
  const active = [
    { label: "Key", title: key, onRemove: () => filter({ key: undefined }) },
    { label: "Author", title: actor, onRemove: () => filter({ actor: undefined }) },
    { label: "Since", title: since && instantText(since), onRemove: () => filter({ since: undefined }) },
    { label: "Until", title: until && instantText(until), onRemove: () => filter({ until: undefined }) },
  ];
  return (
    <FilterBar
      panel={
        <>
          <label class="field whole">
            <span>Author</span>
            <input
              type="search"
              placeholder="Name or id of an admin token"
              value={actor ?? ""}
              onChange={(event) => filter({ actor: event.currentTarget.value.trim() })}
            />
          </label>
          <TimeFilter
            label={`Since (${LOCAL_ZONE})`}
            value={since}
            onChange={(instant) => filter({ since: instant })}
          />
          <TimeFilter
            label={`Until (${LOCAL_ZONE})`}
            value={until}
            onChange={(instant) => filter({ until: instant })}
          />
        </>
      }
      active={active.flatMap(({ title = "", ...one }) => (title === "" ? [] : [{ ...one, title }]))}
      onClear={() => go(["audit"], { entity, text })}
    >
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
    </FilterBar>
  );
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
        step="any"
        value={localControlText(value)}
        onChange={(event) => onChange(instantOfLocal(event.currentTarget.value))}
      />
    </label>
  );
}
