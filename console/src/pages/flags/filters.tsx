import type { JSX } from "preact";
import { type FlagFilter, type Sort, SORTS, STATES } from "../../state/flags/flag-filter.ts";

interface Props {
  filter: FlagFilter;
  /** All tags in the environment. */
  tags: readonly string[];
  onChange: (patch: Partial<FlagFilter>) => void;
}

export function FlagFilters({ filter, tags, onChange }: Props): JSX.Element {
  return (
    <search class="filters">
      <input
        type="search"
        aria-label="Search flags"
        placeholder="Search by key, description, owner or tag"
        value={filter.search}
        onInput={(event) => onChange({ search: event.currentTarget.value })}
      />
      <Choice label="Tag" value={filter.tag} values={tags} onChange={(tag) => onChange({ tag })} />
      <Choice
        label="Kind"
        value={filter.kind}
        values={["flag", "switch", "sample"]}
        onChange={(kind) => onChange({ kind })}
      />
      <Choice label="State" value={filter.state} values={STATES} onChange={(state) => onChange({ state })} />
      <Choice
        label="Lifetime"
        value={filter.lifetime}
        values={["temporary", "permanent", "expired"]}
        onChange={(lifetime) => onChange({ lifetime })}
      />
      <select
        aria-label="Sort by"
        value={filter.sort}
        onChange={(event) => onChange({ sort: event.currentTarget.value as Sort })}
      >
        {Object.entries(SORTS).map(([name, title]) => (
          <option key={name} value={name}>
            Sort by {title.toLowerCase()}
          </option>
        ))}
      </select>
    </search>
  );
}

function Choice({
  label,
  value,
  values,
  onChange,
}: {
  label: string;
  value: string;
  values: readonly string[];
  onChange: (value: string) => void;
}): JSX.Element {
  return (
    <select aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      <option value="">{label}: all</option>
      {values.map((one) => (
        <option key={one} value={one}>
          {label}: {one}
        </option>
      ))}
    </select>
  );
}
